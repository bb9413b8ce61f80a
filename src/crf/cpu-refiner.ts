// SPDX-License-Identifier: MIT

import { ArgumentError, DeviceError } from '../problem/errors.js';
import { readImage, sidesOf } from '../problem/images.js';
import { type GivenUnary, readUnary, resolveGivenUnary } from '../problem/inputs.js';
import { checkNumberParameter } from '../problem/parameter-checks.js';
import { resolveParameters } from '../problem/parameters.js';
import { isBufferObject } from '../problem/platform-objects.js';
import type { CrfParametersOrName } from '../problem/presets.js';
import { reading } from '../problem/reading.js';
import { checkRefineInput } from '../problem/requests.js';
import { crfSchema } from '../problem/schema.js';
import type { CrfParameters, Energy, ProblemSize, ResolvedParameters } from '../problem/types.js';
import { CpuCrf } from '../reference/cpu-crf.js';
import { type RowEngine, typedArrays } from '../reference/rows.js';
import { unaryEnergies } from '../reference/unary.js';
import { OutOfMemoryError } from '../simd/memory.js';
import { SimdRowEngine } from '../simd/row-engine.js';
import type { GpuResults, RefineInput, RefineReport, Refiner } from './api.js';

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

  setParameters(parameters: CrfParametersOrName): void {
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
    checkNumberParameter('count', count, { ...crfSchema.parameters.iterations, default: 1 });
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

  private begin(input: RefineInput): void {
    this.checkUsable();
    const { size, parameters } = this;
    const known = { parameters, hasImage: this.imageGiven, hasUnary: this.unaryGiven, hasStarted: this.started };
    const { image, unary, warmStart } = checkRefineInput(input, known, {
      image: (value) => pixelsOf(value, size),
      unary: (value) => unaryEnergies(resolveGivenUnary(arraysOf(readUnary(value)), size), size),
    });
    if (image) this.crf.setImage(image);
    if (unary) this.withRoom((crf) => crf.setUnary(unary));
    this.imageGiven ||= image !== undefined;
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

/**
 * A copy of an image's bytes. What a page shows is drawn to a canvas to be read; GPU objects have no place here. Throws ArgumentError for what can't
 * be read, or has another size than the problem.
 */
export function pixelsOf(image: unknown, size: { width: number; height: number }): Uint8Array | Uint8ClampedArray {
  const given = readImage('image', image, sidesOf(size));
  if (given.kind === 'bytes') return given.image.data.slice();
  if (given.kind === 'buffer' || given.kind === 'texture') {
    throw new ArgumentError('image', image, "pixels or something a page shows: backend 'cpu' reads no GPU object");
  }
  if (typeof OffscreenCanvas === 'undefined') {
    throw new ArgumentError(
      'image',
      image,
      '{ data, width, height }: there is no OffscreenCanvas here to read it with',
    );
  }
  return reading('image', image, () => {
    const drawing = new OffscreenCanvas(size.width, size.height).getContext('2d', { willReadFrequently: true });
    if (!drawing) throw new ArgumentError('image', image, 'pixels: this browser gives no 2-D canvas');
    // ImageData that come here have to be converted, which drawImage does not do.
    if (typeof ImageData === 'function' && given.source instanceof ImageData) drawing.putImageData(given.source, 0, 0);
    else drawing.drawImage(given.source as CanvasImageSource, 0, 0);
    return drawing.getImageData(0, 0, size.width, size.height).data;
  });
}

function arraysOf(given: GivenUnary): GivenUnary {
  const argument = `unary.${given.form}`;
  if (!isBufferObject(argument, given.values)) return given;
  throw new ArgumentError(argument, given.values, "a typed array: backend 'cpu' reads no GPUBuffer");
}
