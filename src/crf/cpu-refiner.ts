// SPDX-License-Identifier: MIT

import { isBuffer, isTexture } from '../gpu/given-objects.js';
import { ArgumentError, DeviceError } from '../problem/errors.js';
import { resolveUnary } from '../problem/inputs.js';
import { resolveParameters } from '../problem/parameters.js';
import type { CrfParameters, Energy, ProblemSize, ResolvedParameters, UnaryInput } from '../problem/types.js';
import { CpuCrf } from '../reference/cpu-crf.js';
import { type RowEngine, typedArrays } from '../reference/rows.js';
import { unaryEnergies } from '../reference/unary.js';
import { OutOfMemoryError } from '../simd/memory.js';
import { SimdRowEngine } from '../simd/row-engine.js';
import type { GpuResults, ImageInput, RefineInput, RefineReport, Refiner } from './api.js';
import { checkImageInput, isRgba } from './image-input.js';
import { readingPageImage } from './page-image.js';

/** The CPU twin behind the same interface: for machines without WebGPU, and to compare with. One thread. */
export class CpuRefiner implements Refiner {
  readonly backend = 'cpu';
  readonly adapterName = 'CPU';
  readonly size: ProblemSize;
  private crf: CpuCrf;
  private parameters: ResolvedParameters;
  private imageGiven = false;
  private unaryGiven = false;
  private started = false;
  private destroyed = false;

  private constructor(size: ProblemSize, parameters: CrfParameters, engine: RowEngine | undefined) {
    this.size = { width: size.width, height: size.height, labelCount: size.labelCount };
    this.parameters = resolveParameters(parameters, this.size);
    this.crf = new CpuCrf(this.size, this.parameters, engine);
  }

  /** In WebAssembly where there is SIMD and room for it, otherwise on typed arrays, which take three to four times as long. */
  static async create(size: ProblemSize, parameters: CrfParameters): Promise<CpuRefiner> {
    const engine = await SimdRowEngine.create(size.width * size.height, size.labelCount);
    try {
      return new CpuRefiner(size, parameters, engine);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      return new CpuRefiner(size, parameters, typedArrays);
    }
  }

  setParameters(parameters: CrfParameters): void {
    this.checkUsable();
    this.parameters = resolveParameters(parameters, this.size);
    this.crf.setParameters(this.parameters);
  }

  async refine(input: RefineInput): Promise<RefineReport> {
    this.begin(input);
    return this.report(this.withRoom((crf) => crf.run()));
  }

  async start(input: RefineInput): Promise<void> {
    this.begin(input);
  }

  async step(count = 1): Promise<RefineReport> {
    this.checkStarted('step');
    let change = Number.NaN;
    for (let iteration = 0; iteration < count; iteration++) ({ change } = this.withRoom((crf) => crf.step()));
    return this.report({ iterations: count, change });
  }

  async marginals(): Promise<Float32Array> {
    this.checkStarted('marginals');
    return this.crf.marginals();
  }

  async labelMap(): Promise<Uint32Array> {
    this.checkStarted('labelMap');
    return this.crf.labelMap();
  }

  async confidence(): Promise<Float32Array> {
    this.checkStarted('confidence');
    return this.crf.confidence();
  }

  async entropy(): Promise<Float32Array> {
    this.checkStarted('entropy');
    return this.crf.entropy();
  }

  async energy(): Promise<Energy> {
    this.checkStarted('energy');
    return this.withRoom((crf) => crf.energy());
  }

  async gpuResults(): Promise<GpuResults> {
    throw new DeviceError("gpuResults: backend 'cpu' has no GPU buffers; read the arrays instead");
  }

  /** Typed arrays with such values are refused, so there are none. */
  async invalidPixelCount(): Promise<number> {
    return 0;
  }

  destroy(): void {
    if (!this.destroyed) this.crf.destroy();
    this.destroyed = true;
  }

  private begin({ image, unary, warmStart }: RefineInput): void {
    this.checkUsable();
    const pixels = image === undefined ? undefined : pixelsOf(image, this.size);
    const energies =
      unary === undefined ? undefined : unaryEnergies(resolveUnary(arraysOf(unary), this.size), this.size);
    if (!energies && !this.unaryGiven) {
      throw new ArgumentError('unary', undefined, 'logits, probabilities, unary or labels in the first call');
    }
    const needsImage = this.parameters.kernels.some(({ type }) => type === 'bilateral');
    if (needsImage && !pixels && !this.imageGiven) {
      throw new ArgumentError('image', undefined, 'an image: a bilateral kernel reads it');
    }
    if (warmStart && !this.started) throw new ArgumentError('warmStart', true, 'false in the first call');
    if (pixels) this.crf.setImage(pixels);
    if (energies) this.withRoom((crf) => crf.setUnary(energies));
    this.imageGiven ||= pixels !== undefined;
    this.unaryGiven = true;
    if (!warmStart) this.withRoom((crf) => crf.start());
    this.started = true;
  }

  /** Goes on on typed arrays where WebAssembly's memory is too small: noise makes as many vertices as there can be. */
  private withRoom<Result>(work: (crf: CpuCrf) => Result): Result {
    try {
      return work(this.crf);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      this.crf = this.crf.movedTo(typedArrays);
      return work(this.crf);
    }
  }

  private report(done: { iterations: number; change: number }): RefineReport {
    const vertexCounts = this.withRoom((crf) => crf.latticeStatistics()).map(({ vertexCount }) => vertexCount);
    const change = this.parameters.tolerance > 0 ? done.change : Number.NaN;
    return { iterations: done.iterations, change, vertexCounts, timings: [] };
  }

  private checkStarted(method: string): void {
    this.checkUsable();
    if (!this.started) throw new ArgumentError(method, 'no refinement yet', 'a call of start or refine before');
  }

  private checkUsable(): void {
    if (this.destroyed) throw new ArgumentError('this', 'a destroyed DenseCrf', 'one that is in use');
  }
}

/** Bytes of an image. What a page shows is drawn to a canvas to be read; GPU objects have no place here. */
export function pixelsOf(image: ImageInput, size: ProblemSize): Uint8Array | Uint8ClampedArray {
  if (isBuffer(image) || isTexture(image)) {
    throw new ArgumentError('image', image, "pixels or something a page shows: backend 'cpu' reads no GPU object");
  }
  const checked = checkImageInput(image, size);
  if (isRgba(checked)) return checked.data.slice();
  return readingPageImage('image', checked, () => {
    const canvas = new OffscreenCanvas(size.width, size.height);
    const drawing = canvas.getContext('2d', { willReadFrequently: true });
    if (!drawing) throw new ArgumentError('image', image, 'pixels: this browser gives no 2-D canvas');
    drawing.drawImage(checked as CanvasImageSource, 0, 0);
    return drawing.getImageData(0, 0, size.width, size.height).data;
  });
}

function arraysOf(unary: RefineInput['unary']): UnaryInput {
  for (const [form, value] of Object.entries(unary ?? {})) {
    if (typeof value === 'object' && value !== null && 'mapAsync' in value) {
      throw new ArgumentError(`unary.${form}`, value, "a typed array: backend 'cpu' reads no GPUBuffer");
    }
  }
  return unary as UnaryInput;
}
