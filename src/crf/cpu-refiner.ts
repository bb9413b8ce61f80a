// SPDX-License-Identifier: MIT

import { ArgumentError, DeviceError } from '../problem/errors.js';
import { checkImage, resolveUnary } from '../problem/inputs.js';
import type { CrfParameters, Energy, ProblemSize, RgbaImage, UnaryInput } from '../problem/types.js';
import { CpuCrf } from '../reference/cpu-crf.js';
import { type RowEngine, typedArrays } from '../reference/rows.js';
import { unaryEnergies } from '../reference/unary.js';
import { OutOfMemoryError } from '../simd/memory.js';
import { SimdRowEngine } from '../simd/row-engine.js';
import type { GpuResults, ImageInput, RefineInput, RefineReport, Refiner, UnarySource } from './api.js';
import { CallState, checkCount, isDestroyed } from './call-state.js';
import { OwnParameters } from './own-parameters.js';

/** The CPU twin behind the same interface: for machines without WebGPU, and to compare with. One thread. */
export class CpuRefiner implements Refiner {
  readonly backend = 'cpu';
  readonly adapterName = 'CPU';
  readonly size: ProblemSize;
  private readonly state = new CallState();
  private crf: CpuCrf;
  private parameters: OwnParameters;
  private destroyed = false;

  private constructor(size: ProblemSize, parameters: OwnParameters, engine: RowEngine | undefined) {
    this.size = size;
    this.parameters = parameters;
    this.crf = new CpuCrf(this.size, this.parameters, engine);
  }

  /** In WebAssembly where there is SIMD and room for it, otherwise on typed arrays, which take three to four times as long. */
  static async create(size: ProblemSize, parameters: CrfParameters | OwnParameters): Promise<CpuRefiner> {
    const { width, height, labelCount } = size;
    const own = OwnParameters.of(parameters, size);
    const engine = await SimdRowEngine.create(width * height, labelCount);
    const on = (rows: RowEngine | undefined) => new CpuRefiner({ width, height, labelCount }, own, rows);
    try {
      return inMemory(() => on(engine));
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      return inMemory(() => on(typedArrays));
    }
  }

  setParameters(parameters: CrfParameters): void {
    this.state.checkUsable();
    this.parameters = OwnParameters.of(parameters, this.size, this.parameters);
    this.crf.setParameters(this.parameters);
  }

  async refine(input: RefineInput): Promise<RefineReport> {
    this.begin(input);
    return this.iterate(this.parameters.iterations);
  }

  async start(input: RefineInput): Promise<void> {
    this.begin(input);
  }

  async step(count = 1): Promise<RefineReport> {
    this.state.checkUsable();
    const iterations = checkCount(count);
    this.state.checkStarted('step');
    this.state.checkImage(this.parameters.kernels);
    return this.iterate(iterations);
  }

  async marginals(): Promise<Float32Array> {
    this.state.checkStarted('marginals');
    return this.withRoom((crf) => crf.marginals());
  }

  async labelMap(): Promise<Uint32Array> {
    this.state.checkStarted('labelMap');
    return this.withRoom((crf) => crf.labelMap());
  }

  async confidence(): Promise<Float32Array> {
    this.state.checkStarted('confidence');
    return this.withRoom((crf) => crf.confidence());
  }

  async entropy(): Promise<Float32Array> {
    this.state.checkStarted('entropy');
    return this.withRoom((crf) => crf.entropy());
  }

  async energy(): Promise<Energy> {
    this.state.checkStarted('energy');
    this.state.checkImage(this.parameters.kernels);
    return this.withRoom((crf) => crf.energy());
  }

  async gpuResults(): Promise<GpuResults> {
    this.state.checkStarted('gpuResults');
    throw new DeviceError("gpuResults: backend 'cpu' has no GPU buffers; read the arrays instead");
  }

  /** Typed arrays with such values are refused, so there are none. */
  async invalidPixelCount(): Promise<number> {
    this.state.checkUsable();
    return 0;
  }

  destroy(): void {
    if (!this.destroyed) this.crf.destroy();
    this.destroyed = true;
    this.state.close(isDestroyed);
  }

  private begin({ image, unary, warmStart }: RefineInput): void {
    const { state } = this;
    state.checkUsable();
    const pixels = image === undefined ? undefined : inMemory(() => pixelsOf(image, this.size));
    const energies = unary === undefined ? undefined : inMemory(() => energiesOf(unary, this.size));
    state.checkInput({ image: pixels, unary: energies, warmStart: warmStart === true }, this.parameters.kernels);
    if (pixels) this.crf.setImage(pixels);
    state.hasImage ||= pixels !== undefined;
    if (energies) this.withRoom((crf) => crf.setUnary(energies));
    state.hasUnary = true;
    if (!warmStart) this.withRoom((crf) => crf.start());
    state.hasStarted = true;
  }

  private iterate(count: number): RefineReport {
    const { iterations, change } = this.withRoom((crf) => crf.run(count));
    const vertexCounts = this.withRoom((crf) => crf.latticeStatistics()).map(({ vertexCount }) => vertexCount);
    return { iterations, change: this.parameters.tolerance > 0 ? change : Number.NaN, vertexCounts, timings: [] };
  }

  /** Goes on on typed arrays where WebAssembly's memory is too small: noise makes as many vertices as there can be. */
  private withRoom<Result>(work: (crf: CpuCrf) => Result): Result {
    try {
      return inMemory(() => work(this.crf));
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      return inMemory(() => {
        this.crf = this.crf.movedTo(typedArrays);
        return work(this.crf);
      });
    }
  }
}

/** Arrays that there is no memory for are RangeErrors of the engine's own. Throws DeviceError. */
function inMemory<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DeviceError(`the CPU backend found no memory for this problem: ${error.message}`);
  }
}

/** Bytes of an image. What a page shows is drawn to a canvas to be read; GPU objects have no place here. */
export function pixelsOf(image: ImageInput, size: ProblemSize): Uint8Array | Uint8ClampedArray {
  if ('data' in image && ArrayBuffer.isView(image.data)) return new Uint8Array(checkImage(image as RgbaImage, size).data);
  if ('mapAsync' in image || 'createView' in image) {
    throw new ArgumentError('image', image, "pixels or something a page shows: backend 'cpu' reads no GPU object");
  }
  const canvas = new OffscreenCanvas(size.width, size.height);
  const drawing = canvas.getContext('2d', { willReadFrequently: true });
  if (!drawing) throw new ArgumentError('image', image, 'pixels: this browser gives no 2-D canvas');
  drawing.drawImage(image as CanvasImageSource, 0, 0);
  return drawing.getImageData(0, 0, size.width, size.height).data;
}

function energiesOf(unary: UnarySource, size: ProblemSize): Float32Array {
  return unaryEnergies(resolveUnary(arraysOf(unary), size), size);
}

function arraysOf(unary: UnarySource): UnaryInput {
  for (const [form, value] of Object.entries(unary ?? {})) {
    if (typeof value === 'object' && value !== null && 'mapAsync' in value) {
      throw new ArgumentError(`unary.${form}`, value, "a typed array: backend 'cpu' reads no GPUBuffer");
    }
  }
  return unary as UnaryInput;
}
