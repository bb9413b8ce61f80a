// SPDX-License-Identifier: MIT

import type { GpuResults, StageTiming } from '../problem/api.js';
import type { CrfParametersOrName } from '../problem/presets.js';
import type { CrfParameters, UnaryInput } from '../problem/types.js';
import type { FrameSource } from './frames/frame-source.js';
import type { Extent } from './frames/plan.js';
import type { Refinement } from './guided/settings.js';
import type { NetworkDescription } from './network/description.js';
import type { PresetName } from './network/presets.js';
import type { OnnxruntimeOptions } from './runtime/options.js';
import type { BudgetChoice, BudgetOptions } from './video/budget.js';
import type { TemporalParameters } from './video/temporal-parameters.js';

/** How far `Pipeline.create` has come. */
export interface LoadProgress {
  /** The network's file is fetched, or made ready to run. */
  phase: 'download' | 'session';
  /** Of the network's file; only while downloading. */
  loadedBytes?: number;
  /** Left out while nobody knows. */
  totalBytes?: number;
}

/** A pipeline lost its device. */
export interface DeviceLoss {
  /** What the browser says of the cause. */
  message: string;
  /** Whether everything is being made anew on another device. False the second time, and where the device was the user's. */
  rebuilding: boolean;
}

/** What `Pipeline.create` takes. */
export interface PipelineOptions {
  /**
   * A preset's name, or a description of your own. Default 'person', which comes with the package: people near the camera. Where a network
   * has variants, as it has, each frame goes through the one that is nearest to its shape; when a video's shape changes, the first frame
   * of the new one waits until that is ready.
   */
  network?: PresetName | NetworkDescription;
  /**
   * Address of a folder that presets are downloaded from, in place of their own addresses: `deeplab-voc` is `deeplab-voc.onnx` there, the same file, whose
   * hash is checked. Relative addresses in a description are meant from there, too. Relative to the page. What comes with the package is not downloaded.
   */
  modelBase?: string | URL;
  /** Or the name of a preset. Default: what suits the network. Null: the network's output is only upsampled. Sigmas are meant at `workingSize`. */
  crf?: CrfParametersOrName | null;
  /**
   * What follows the network: 'crf' (default), the guided filter, which costs a fraction and has most of the gain on masks that are nearly right
   * (`guidedFilterSettings`), or 'none': the output is only upsampled. Where it is left out, the lowest rungs of a frame budget's ladder may
   * take the guided filter; a frame's report says what it was.
   */
  refinement?: Refinement;
  /** Long side in pixels of the picture that the CRF works on, 1..16384; never larger than the frame. Default: the network's. */
  workingSize?: number;
  /**
   * Size in pixels of the frames to come, each side 1..32768, where it is known beforehand: what they need is made while the pipeline is.
   * Frames of other sizes are taken all the same. Default: of a network of one size and no variants everything is made, of others the rest
   * comes with the first frame.
   */
  frameSize?: Extent;
  /**
   * Frames of a video begin from the Q of the frame before, which makes up for few iterations. Default false: on a scene of low contrast
   * with noisy logits it kept 18 % of the labels wrong where frames on their own had 10 %.
   */
  warmStart?: boolean;
  /** Smoothing from frame to frame of a video; null for none. */
  smoothing?: TemporalParameters | null;
  /** Trades quality for speed from frame to frame of a video. Default null: the same quality always. */
  budget?: BudgetOptions | null;
  /**
   * Photos only: labels whose probability stays below this everywhere are left out of the CRF, and are 0 in its result.
   * 0..1, default 1e-4 for networks of more than 32 labels and 0, none, for others.
   */
  dropBelow?: number;
  /**
   * 'auto' (default) takes WebGPU where there is a GPU, or a device is given, and the CPU elsewhere: also where the only adapter runs shaders
   * on the CPU. On the CPU the network runs in onnxruntime's WebAssembly, its tensors must be float32, and the results are the same up to rounding.
   */
  backend?: 'auto' | 'webgpu' | 'cpu';
  /** The device to work on. It stays its owner's, and when it is lost it is its owner who can get another. */
  device?: GPUDevice;
  /** Time every stage: on the GPU with timestamp queries, which are read back. Default false. */
  profile?: boolean;
  /** Threads of the CRF on the CPU, as `DenseCrf.create` takes them. */
  threads?: number;
  /** How onnxruntime is loaded. */
  onnxruntime?: OnnxruntimeOptions;
  /** Called as the network is loaded. */
  onProgress?: (progress: LoadProgress) => void;
  /** Called when the device is lost, before anything is made anew. */
  onDeviceLost?: (loss: DeviceLoss) => void;
  /** Ends loading; the pipeline is then never made. */
  signal?: AbortSignal;
}

/** What calls on one picture take. */
export interface SegmentOptions {
  /** Gives the call up before its turn; the promise is then rejected with the signal's reason. */
  signal?: AbortSignal;
}

/** What `Pipeline.exportImage` takes beside the view. */
export interface ExportOptions {
  /** Pixels, 1..16384, with `height`. Default: the frame's. */
  width?: number;
  /** Pixels, 1..16384, with `width`. Default: the frame's. */
  height?: number;
  /** `#rrggbb` or `#rrggbbaa`, one for every label that the network has. Default: the network's. */
  colours?: readonly string[];
}

/** What `Pipeline.setPrompts` takes beside the prompts. */
export interface PromptOptions extends SegmentOptions {
  /**
   * How often the network looks at the key image while it is told what to look for, 1..16, default 1: after each round but the last
   * the refined marginals are its prompts, besides what was marked.
   */
  rounds?: number;
}

/** What one call did. */
export interface FrameReport {
  /** The picture as it came. */
  frame: Extent;
  /** The picture that the CRF worked on: the size of all results. */
  working: Extent;
  /** The network's input. */
  input: Extent;
  /** False where a frame of a video used the network's output of an earlier one. */
  networkRan: boolean;
  /** What followed the network. */
  refinement: Refinement;
  /** Mean-field iterations done. */
  iterations: number;
  /** Labels that the CRF worked on. */
  labelCount: number;
  /**
   * Sum of the largest probabilities, before refinement, of the labels that were left out: 0 where none was. `droppedLabelsBound` says by
   * how much the others' marginals can be off.
   */
  droppedProbability: number;
  /** What the frame budget chose, where there is one. */
  budget: BudgetChoice | undefined;
  /** What the CRF worked with, at its working size: sigmas scaled, iterations as the budget had them. */
  parameters: CrfParameters;
  /** Where `profile` is on: the stages of the CRF on the GPU, on the CPU those of the frame by the clock. */
  timings: readonly StageTiming[];
}

/** A network's output for one picture as typed arrays: logits, or probabilities, with what `DenseCrf` has to know of their place. */
export type NetworkUnary = Exclude<UnaryInput<Float32Array, never>, { labels: never }> & Extent;

/** Where the results of one call are. Good until the pipeline's next call; reading them later throws ArgumentError. */
export interface Segmentation {
  /** Of the results, in pixels: the working size. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Names by label. */
  readonly labels: readonly string[];
  /** How it came about. */
  readonly report: FrameReport;
  /**
   * On the pipeline's device, overwritten by its next call; on the CPU reading this throws DeviceError. Labels that were dropped are missing here: plane k of the marginals and the
   * value k in the label map mean label `keptLabels[k]`.
   */
  readonly gpu: GpuResults;
  /** Labels that were not dropped, rising. */
  readonly keptLabels: readonly number[];
  /** Label by pixel, u32 [y, x]. */
  labelMap(): Promise<Uint32Array>;
  /** Q, float32 [label, y, x], for all labels. */
  marginals(): Promise<Float32Array>;
  /** max of Q, float32 [y, x]: of the refinement, before any smoothing over time. */
  confidence(): Promise<Float32Array>;
  /**
   * What the network gave out before any refinement or marks, [plane, y, x] at its own, coarse size: a unary for `DenseCrf` at any size of
   * the picture. Plane k is of label `keptLabels[k]`. What is not finite is NaN.
   */
  unary(): Promise<NetworkUnary>;
}

export type { Extent, FrameSource };
