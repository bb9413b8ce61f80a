// SPDX-License-Identifier: MIT

import type { GpuResults, RefineInput, RefineReport, Refiner } from '../problem/api.js';
import { CallState, checkCount, isDestroyed } from '../problem/call-state.js';
import { ArgumentError, DeviceError } from '../problem/errors.js';
import { readUnary } from '../problem/given-unary.js';
import { sidesOf } from '../problem/images.js';
import { type GivenUnary, resolveGivenUnary } from '../problem/inputs.js';
import { OwnParameters } from '../problem/own-parameters.js';
import { isBufferObject } from '../problem/platform-objects.js';
import type { CrfParametersOrName } from '../problem/presets.js';
import { readPixels } from '../problem/read-pixels.js';
import { readRefineInput } from '../problem/requests.js';
import type { Energy, ProblemSize } from '../problem/types.js';
import { type RowEngine, typedArrays } from '../reference/rows.js';
import { CpuCrf } from './cpu-crf.js';
import { OutOfMemoryError } from './memory.js';
import { SimdRowEngine } from './row-engine.js';

/** The CPU twin behind the same interface: for machines without WebGPU, and to compare with. */
export class CpuRefiner implements Refiner {
  readonly backend = 'cpu';
  readonly adapterName = 'CPU';
  readonly size: ProblemSize;
  private readonly state = new CallState();
  private crf: CpuCrf;
  private parameters: OwnParameters;
  private image: Uint8ClampedArray | undefined;
  private destroyed = false;

  private constructor(size: ProblemSize, parameters: OwnParameters, engine: RowEngine | undefined) {
    this.size = size;
    this.parameters = parameters;
    this.crf = new CpuCrf(this.size, this.parameters, engine);
  }

  /** In WebAssembly where there is SIMD and room for it, otherwise on typed arrays, which take three to four times as long. */
  static async create(
    size: ProblemSize,
    parameters: CrfParametersOrName | OwnParameters,
    threads?: number,
  ): Promise<CpuRefiner> {
    const { width, height, labelCount } = size;
    const own = OwnParameters.of(parameters, size);
    const engine = await SimdRowEngine.create(width * height, labelCount, threads);
    const on = (rows: RowEngine | undefined) => new CpuRefiner({ width, height, labelCount }, own, rows);
    try {
      return inMemory(() => on(engine));
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      engine?.release();
      return inMemory(() => on(typedArrays));
    }
  }

  get threads(): number {
    return this.crf.threads;
  }

  setParameters(parameters: CrfParametersOrName): void {
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

  private begin(input: RefineInput): void {
    const { state, size } = this;
    state.checkUsable();
    const { image, unary, warmStart } = inMemory(() =>
      readRefineInput(input, {
        image: (value) => readPixels('image', value, sidesOf(size)).data,
        unary: (value) => resolveGivenUnary(arraysOf(readUnary(value, size)), size),
      }),
    );
    state.checkInput({ image, unary, warmStart }, this.parameters.kernels);
    if (image) this.crf.setImage(this.copied(image));
    state.hasImage ||= image !== undefined;
    if (unary) this.withRoom((crf) => crf.setUnaryInput(unary));
    state.hasUnary = true;
    if (!warmStart) this.withRoom((crf) => crf.start());
    state.hasStarted = true;
  }

  /** The image's bytes, in memory of our own: the same for every image. */
  private copied(image: Uint8Array | Uint8ClampedArray): Uint8ClampedArray {
    this.image ??= inMemory(() => new Uint8ClampedArray(image.length));
    this.image.set(image);
    return this.image;
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

function arraysOf(given: GivenUnary): GivenUnary {
  const argument = `unary.${given.form}`;
  if (!isBufferObject(argument, given.values)) return given;
  throw new ArgumentError(argument, given.values, "a typed array: backend 'cpu' reads no GPUBuffer");
}
