// SPDX-License-Identifier: MIT

import type { CrfParametersOrName } from './presets.js';
import type { TensorInput } from './tensors.js';
import type { TuningOption, TuningTable } from './tuning-table.js';
import type {
  ArrayWindow,
  Energy,
  FloatArray,
  LabelArray,
  MarkedLabels,
  ProblemSize,
  RgbaImage,
  UnaryInput,
  Upsampling,
} from './types.js';

/** Everything an image may come as. A GPUBuffer holds packed RGBA, one u32 a pixel, row-major. */
export type ImageInput =
  | RgbaImage
  | ImageData
  | ImageBitmap
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | VideoFrame
  | GPUTexture
  | GPUBuffer;

/** One value a pixel: how much of it is in front. */
export interface MaskPlane {
  /**
   * [y, x]. Floats are 0..1. Bytes are 0 and 1, or up to 255. Other whole numbers are 0 and 1; so are booleans.
   */
  data: FloatArray | LabelArray | readonly boolean[];
  /** Pixels of the mask, which may be coarser or finer than the picture. */
  width: number;
  /** Pixels of the mask. */
  height: number;
}

/** A mask of MediaPipe's tasks, as its ImageSegmenter gives them. */
export interface MediaPipeMask {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Whether it holds labels: its bytes are read then, where it holds no floats. */
  hasUint8Array(): boolean;
  /** Whether it holds confidences. */
  hasFloat32Array(): boolean;
  /** [y, x]. */
  getAsUint8Array(): Uint8Array;
  /** 0..1, [y, x]. */
  getAsFloat32Array(): Float32Array;
}

/** Pixels, or what a page shows. */
export type MaskPicture = Exclude<ImageInput, GPUTexture | GPUBuffer>;

/**
 * A mask with one value a pixel. A picture is taken by its opacity where it is not opaque everywhere, else by its grey values. Tensors are
 * [height, width], with any 1s around.
 */
export type MaskInput = MaskPlane | MaskPicture | MediaPipeMask | TensorInput;

/** A mask of two labels: how far each pixel belongs to label 1, the foreground; label 0 is the rest. Only where labelCount is 2. */
export interface ForegroundUnary {
  /** A plane, a picture, a canvas, MediaPipe's mask, a tensor with one value a pixel, or values alone: 0..1 as floats, up to 255 as bytes. */
  foreground: MaskInput | MaskPlane['data'];
  /** Pixels of values alone, where they are coarser or finer than the problem; else left out. */
  width?: number;
  /** The same. */
  height?: number;
  /** Default 'half-pixel'. */
  upsampling?: Upsampling;
  /** As for other forms. */
  window?: ArrayWindow;
  /**
   * No pixel is taken for surer than this, 0.5..1, both excluded. Default: 0.7 where all values are 0 or 1, as marked labels have, else no limit: give
   * one for masks that were drawn or resized, whose insides the refinement could not move.
   */
  confidence?: number;
}

/**
 * What is known before refinement: typed arrays, GPUBuffers of float32 (labels: u32) in the same layout, or tensors. A tensor's dims say size and
 * layout: [1, label, height, width] or [1, height, width, label], labels [height, width].
 */
export type UnarySource =
  | UnaryInput<FloatArray | GPUBuffer | TensorInput, MarkedLabels | GPUBuffer | TensorInput>
  | ForegroundUnary;

/** What `DenseCrf.create` takes. */
export interface DenseCrfOptions extends ProblemSize {
  /** Or the name of a preset. Default: gaussian 3 / 3 and bilateral 80 / 13 / 10, five iterations. */
  parameters?: CrfParametersOrName;
  /**
   * 'auto' (default) takes WebGPU where there is a GPU, or a device is given, and the CPU twin elsewhere: also where the only adapter
   * runs shaders on the CPU, as the twin is faster than that.
   */
  backend?: 'auto' | 'webgpu' | 'cpu';
  /** The device to work on. It stays its owner's: never destroyed here. Without one, a device with the adapter's own limits is asked for. */
  device?: GPUDevice;
  /**
   * Rows held for lattice vertices. 'measured' (default) reads one small number back when a new image has been embedded, and grows if it must;
   * 'worst-case' never reads back and holds a row for every vertex there can be; a number holds that many and reports what did not fit.
   */
  vertexCapacity?: 'measured' | 'worst-case' | number;
  /** Time every stage with timestamp queries where the device has them. Default false. */
  profile?: boolean;
  /**
   * Threads of the CPU backend, 1..256; results have the same bits for any number. Default: as many as there are cores, and one for small problems.
   * More than one needs memory that threads share: Node, Deno, Bun, and pages that are cross-origin isolated. Where there is none, or a
   * page's policy allows no worker from a blob, it is one: `Refiner.threads` tells. Engines share their threads. Checked on WebGPU, too, where it has no
   * effect.
   */
  threads?: number;
  /**
   * Shapes of the shaders, which change speed and no result: 'auto' (default), 'remembered', 'off' or a table of `tuneDevice`. On a GPU that nobody has
   * measured yet, 'auto' does so in `create`; see `TuningOption`. Nothing on the CPU.
   */
  tuning?: TuningOption;
}

/** One call's input. What is left out is kept from the call before. */
export interface RefineInput {
  /** Needed when a kernel is bilateral. Must have the problem's width and height. */
  image?: ImageInput;
  /** What is known before refinement; left out: the one there is, needed in the first call. */
  unary?: UnarySource;
  /** Begin from the Q of the call before instead of softmax(-unary). */
  warmStart?: boolean;
}

/** How long one stage took. */
export interface StageTiming {
  /** Its name, as the shader's. */
  stage: string;
  /** GPU time where timestamps exist, else wall time of the submitted work. */
  milliseconds: number;
}

/** What a call did. */
export interface RefineReport {
  /** Iterations done: fewer than asked for when the tolerance was met. */
  iterations: number;
  /** max |ΔQ| of the last iteration; NaN when it was not asked for (no tolerance set). */
  change: number;
  /** Lattice vertices by kernel, in the order of the parameters; null for kernels without a lattice. */
  vertexCounts: readonly (number | null)[];
  /** Empty unless `profile` is on. */
  timings: readonly StageTiming[];
}

/** Results as GPU buffers, owned by the engine and overwritten by the next call of `gpuResults`. */
export interface GpuResults {
  /** Q, float32 [label, y, x]. */
  marginals: GPUBuffer;
  /** argmax of Q, u32 [y, x]. */
  labelMap: GPUBuffer;
  /** max of Q, float32 [y, x]. */
  confidence: GPUBuffer;
  /** -Σ Q log Q in nats, float32 [y, x]. */
  entropy: GPUBuffer;
}

/** What both backends can do. Arrays are fresh copies. */
export interface Refiner {
  /** What it runs on. */
  readonly backend: 'webgpu' | 'cpu';
  /** Adapter as the browser names it, or 'CPU'. */
  readonly adapterName: string;
  /** Of every image, unary and result. */
  readonly size: ProblemSize;
  /** Threads that the CPU backend works on. */
  readonly threads?: number;
  /** Bytes of GPU memory held. */
  readonly bytes?: number;
  /** Shapes of the shaders in use, a kernel on a lattice after the other; without entries before the first call. */
  readonly tuning?: TuningTable;
  /** Dispatches of one iteration of several in a row. */
  readonly dispatchesPerIteration?: number;
  /** Bytes that one iteration of several in a row moves by plan, caches left out; null where a kernel is not on a lattice. Reads a few counts back. */
  bytesMovedPerIteration?(): Promise<number | null>;
  /** Multiply-adds of floats in one iteration by plan, a lone product, sum or exponential as one; null as above. Reads a few counts back. */
  multiplyAddsPerIteration?(): Promise<number | null>;
  /** Other parameters from the next call on. Throws ArgumentError, which names the value; the parameters before stay in force then. */
  setParameters(parameters: CrfParametersOrName): void;
  /** Everything in one call: new image and unary where given, start, iterate. */
  refine(input: RefineInput): Promise<RefineReport>;
  /** Begin anew from softmax(-unary), or from the Q there is. */
  start(input: RefineInput): Promise<void>;
  /** `count` mean-field iterations from where the last call stopped. */
  step(count?: number): Promise<RefineReport>;
  /** Q as float32 [label, y, x]. */
  marginals(): Promise<Float32Array>;
  /** argmax of Q, [y, x]; the lowest label wins a tie. */
  labelMap(): Promise<Uint32Array>;
  /** max of Q, [y, x], in 1/labelCount..1. */
  confidence(): Promise<Float32Array>;
  /** -Σ Q log Q in nats, [y, x], in 0..log(labelCount). */
  entropy(): Promise<Float32Array>;
  /**
   * The sums of the KL divergence for the Q there is. Costs as much as an iteration. On WebGPU a pixel that has a unary energy beyond ±1e36 counts with
   * its energies relative to their lowest.
   */
  energy(): Promise<Energy>;
  /** All of the above but the energy as GPUBuffers, with nothing read back; throws DeviceError on the CPU backend. */
  gpuResults(): Promise<GpuResults>;
  /** Pixels that came with a NaN or infinite value in a GPUBuffer and were treated as unknown. */
  invalidPixelCount(): Promise<number>;
  /** Gives up everything that is held; a device that was given stays its owner's. Every later call throws DeviceError. */
  destroy(): void;
}
