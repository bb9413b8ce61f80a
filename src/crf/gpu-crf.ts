// SPDX-License-Identifier: MIT

import { BufferSet } from '../gpu/buffers.js';
import { isSoftware, nameOf } from '../gpu/device.js';
import { gpuErrorOf } from '../gpu/error-scopes.js';
import { PlainEncoder, type StageEncoder } from '../gpu/pass.js';
import { Profiler } from '../gpu/profiler.js';
import { ProgramCache } from '../gpu/program.js';
import { Readback } from '../gpu/readback.js';
import { ArgumentError, DeviceError } from '../problem/errors.js';
import { checkNumberParameter } from '../problem/parameter-checks.js';
import { resolveParameters } from '../problem/parameters.js';
import type { CrfParametersOrName } from '../problem/presets.js';
import { type CheckedInput, checkRefineInput } from '../problem/requests.js';
import { crfSchema } from '../problem/schema.js';
import type { CrfParameters, Energy, ProblemSize, ResolvedParameters } from '../problem/types.js';
import { kernelFeatures } from '../reference/features.js';
import { dispatchSizeOffsets } from '../stages/dispatch-sizes.js';
import type { GpuResults, ImageInput, RefineInput, RefineReport, Refiner, StageTiming } from './api.js';
import { ExactFilter } from './exact-filter.js';
import { checkImageInput, ImageSource, isRgba } from './image-source.js';
import type { FilterContext } from './kernel-filter.js';
import { LatticeFilter } from './lattice-filter.js';
import { MarginalReader } from './marginal-reader.js';
import { MeanField, type VertexCapacity } from './mean-field.js';
import { planRows } from './row-plan.js';
import { iterationTraffic, type TrafficKernel } from './traffic.js';
import { type Tuning, tuningFor } from './tuning.js';
import { checkUnarySource } from './unary-input.js';
import { type UnaryArray, UnarySourceStage } from './unary-source.js';

export interface GpuCrfOptions {
  size: ProblemSize;
  parameters: CrfParameters;
  device: GPUDevice;
  adapterName?: string;
  /** Whether `destroy` also destroys the device. */
  ownsDevice?: boolean;
  vertexCapacity?: VertexCapacity;
  profile?: boolean;
  /** For tests: other choices than the adapter's. */
  tuning?: Partial<Tuning>;
  /** For tests: act as if the device had lower limits. */
  limits?: { maxStorageBufferBindingSize?: number };
}

/** Mean-field inference on a GPUDevice. */
export class GpuCrf implements Refiner {
  readonly backend = 'webgpu';
  readonly adapterName: string;
  readonly size: ProblemSize;
  readonly device: GPUDevice;
  private readonly programs: ProgramCache;
  private readonly tuning: Tuning;
  private readonly readback: Readback;
  private readonly ownBuffers: BufferSet;
  private readonly unusedRead: GPUBufferBinding;
  private readonly unusedWrite: readonly GPUBufferBinding[];
  private readonly profiler: Profiler | undefined;
  private parameters: ResolvedParameters;
  private parametersChanged = false;
  private meanField: MeanField | undefined;
  private image: ImageSource | undefined;
  private unarySource: UnarySourceStage | undefined;
  private reader: MarginalReader | undefined;
  private rowKey = '';
  private imageGiven = false;
  private imageBytes: Uint8Array | Uint8ClampedArray | undefined;
  private lastUnary: UnaryArray | undefined;
  /** Whether the rows hold the energies of `lastUnary`. */
  private unaryWritten = false;
  private started = false;
  private vertexCounts: (number | null)[] = [];
  private queue: Promise<unknown> = Promise.resolve();
  private failure: string | undefined;

  constructor(private readonly options: GpuCrfOptions) {
    const { device, size, parameters } = options;
    this.parameters = resolveParameters(parameters, size);
    this.size = { width: size.width, height: size.height, labelCount: size.labelCount };
    this.device = device;
    this.adapterName = options.adapterName ?? nameOf(device.adapterInfo);
    this.tuning = { ...tuningFor(isSoftware(device.adapterInfo)), ...options.tuning };
    this.programs = new ProgramCache(device);
    this.readback = new Readback(device);
    this.ownBuffers = new BufferSet(device);
    this.unusedRead = { buffer: this.ownBuffers.storage('GpuCrf.unusedRead', 256) };
    const unused = this.ownBuffers.storage('GpuCrf.unusedWrite', 1024);
    this.unusedWrite = [0, 256, 512, 768].map((offset) => ({ buffer: unused, offset, size: 256 }));
    this.profiler = options.profile && device.features.has('timestamp-query') ? new Profiler(device) : undefined;
    void device.lost.then(({ message }) => {
      this.failure ??= `the GPU device was lost: ${message || 'no reason given'}`;
    });
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    return (
      (this.meanField?.bytes ?? 0) +
      (this.image?.bytes ?? 0) +
      (this.unarySource?.bytes ?? 0) +
      (this.reader?.bytes ?? 0) +
      this.ownBuffers.bytes
    );
  }

  /** Dispatches of one iteration. */
  get dispatchesPerIteration(): number {
    return this.meanField?.dispatches ?? 0;
  }

  bytesMovedPerIteration(): Promise<number | null> {
    return this.exclusively(async () => {
      if (!this.started) return null;
      const { filters, context } = this.current;
      const { kernels, damping, tolerance } = this.parameters;
      const sizes: TrafficKernel[] = [];
      for (const [index, kernel] of kernels.entries()) {
        const filter = filters[index];
        if (!(filter instanceof LatticeFilter)) return null;
        const { featureDim, compatibility } = kernel;
        const { sizes: counted } = filter.structure;
        const [vertexCount, runCount] = await this.readback.words(counted, dispatchSizeOffsets.counted, 2);
        sizes.push({ featureDim, vertexCount, runCount, transforms: compatibility.kind !== 'potts' });
      }
      const pixelCount = this.size.width * this.size.height;
      const compares = damping > 0 || tolerance > 0;
      return iterationTraffic({ pixelCount, rows: context.rows, kernels: sizes, compares }).total;
    });
  }

  setParameters(parameters: CrfParametersOrName): void {
    this.checkUsable();
    const resolved = resolveParameters(parameters, this.size);
    // In its turn: calls made before keep the parameters that they were made with.
    this.queue = this.queue.then(() => {
      this.parameters = resolved;
      this.parametersChanged = true;
    });
  }

  refine(input: RefineInput): Promise<RefineReport> {
    return this.exclusively(async () => {
      await this.begin(this.check(input), this.parameters.iterations);
      return this.finish();
    });
  }

  start(input: RefineInput): Promise<void> {
    return this.exclusively(() => this.begin(this.check(input), 0));
  }

  step(count = 1): Promise<RefineReport> {
    return this.exclusively(async () => {
      checkNumberParameter('count', count, { ...crfSchema.parameters.iterations, default: 1 });
      if (!this.started) throw new ArgumentError('step', 'no start', 'a call of start or refine before');
      await this.prepare();
      const { needsBuild } = this.current;
      await this.submit((stages) => {
        this.current.encodeBuild(stages);
        // Rows that were laid anew have lost their Q.
        if (!this.started) this.current.encodeStart(stages);
      });
      this.started = true;
      if (needsBuild) await this.makeRoom();
      this.iterations = await this.iterate(count);
      return this.finish();
    });
  }

  marginals(): Promise<Float32Array> {
    return this.exclusively(() => this.startedReader().marginals(this.current.q));
  }

  labelMap(): Promise<Uint32Array> {
    return this.exclusively(() => this.startedReader().labelMap(this.current.q));
  }

  confidence(): Promise<Float32Array> {
    return this.exclusively(() => this.startedReader().confidence(this.current.q));
  }

  entropy(): Promise<Float32Array> {
    return this.exclusively(() => this.startedReader().entropy(this.current.q));
  }

  gpuResults(): Promise<GpuResults> {
    return this.exclusively(() => this.startedReader().gpuResults(this.current.q));
  }

  energy(): Promise<Energy> {
    return this.exclusively(async () => {
      const reader = this.startedReader();
      await this.prepare();
      const energy = await reader.energy(this.current);
      await this.prepare();
      return energy;
    });
  }

  invalidPixelCount(): Promise<number> {
    return this.exclusively(async () => {
      if (!this.unarySource) return 0;
      const [count] = await this.readback.words(this.unarySource.invalidPixelCount, 0, 1);
      return count;
    });
  }

  destroy(): void {
    this.failure ??= 'this DenseCrf was destroyed';
    this.forgetRows();
    this.profiler?.destroy();
    this.readback.destroy();
    this.ownBuffers.destroy();
    if (this.options.ownsDevice) this.device.destroy();
  }

  private iterations = 0;
  private change = Number.NaN;

  private get current(): MeanField {
    if (!this.meanField) throw new Error('GpuCrf: nothing prepared');
    return this.meanField;
  }

  private startedReader(): MarginalReader {
    if (!this.started || !this.reader)
      throw new ArgumentError('marginals', 'no refinement yet', 'a call of start or refine before');
    return this.reader;
  }

  private check(input: RefineInput): CheckedInput<ImageInput, UnaryArray> {
    const { size, parameters, imageGiven, lastUnary, started } = this;
    const known = { parameters, hasImage: imageGiven, hasUnary: lastUnary !== undefined, hasStarted: started };
    return checkRefineInput(input, known, {
      image: (value) => checkImageInput(value, size),
      unary: (value) => checkUnarySource(value, size),
    });
  }

  /** New input, lattices, the start and the iterations. */
  private async begin(input: CheckedInput<ImageInput, UnaryArray>, iterations: number): Promise<void> {
    await this.prepare();
    if (input.image) await this.takeImage(input.image);
    if (input.unary) await this.takeUnary(input.unary);
    await this.prepare();
    const built = this.current.needsBuild;
    // Rows that were laid anew have lost their Q.
    const cold = !input.warmStart || !this.started;
    await this.submit((stages) => {
      this.current.encodeBuild(stages);
      if (cold) this.current.encodeStart(stages);
    });
    this.started = true;
    // From a warm start there is no second try: make sure of the lattice first.
    if (built && !cold) await this.makeRoom();
    this.iterations = await this.iterate(iterations);
    if (built && cold && (await this.makeRoom())) {
      await this.submit((stages) => this.current.encodeStart(stages));
      this.iterations = await this.iterate(iterations);
    }
  }

  private async iterate(count: number): Promise<number> {
    const { tolerance } = this.parameters;
    this.change = Number.NaN;
    if (tolerance <= 0) {
      await this.submit((stages) => {
        for (let iteration = 0; iteration < count; iteration++) this.current.encodeIteration(stages);
      });
      return count;
    }
    for (let done = 1; done <= count; done++) {
      await this.submit((stages) => {
        stages.command((encoder) => encoder.clearBuffer(this.current.largestChange));
        this.current.encodeIteration(stages);
      });
      const bits = await this.readback.words(this.current.largestChange, 0, 1);
      this.change = new Float32Array(bits.buffer)[0];
      if (this.change <= tolerance) return done;
    }
    return count;
  }

  /** Reads how many vertices there were; where there was no room, makes it and builds again. */
  private async makeRoom(): Promise<boolean> {
    let again = false;
    for (;;) {
      this.vertexCounts = await this.readVertexCounts();
      if ((this.options.vertexCapacity ?? 'measured') !== 'measured' || !this.current.makeRoom(this.vertexCounts))
        return again;
      again = true;
      await this.prepare();
      await this.submit((stages) => this.current.encodeBuild(stages));
    }
  }

  private async readVertexCounts(): Promise<(number | null)[]> {
    if ((this.options.vertexCapacity ?? 'measured') !== 'measured') return this.current.filters.map(() => null);
    const counts: (number | null)[] = [];
    for (const filter of this.current.filters) {
      if (!(filter instanceof LatticeFilter)) counts.push(null);
      else counts.push((await this.readback.words(filter.structure.sizes, dispatchSizeOffsets.verticesWanted, 1))[0]);
    }
    return counts;
  }

  private async finish(): Promise<RefineReport> {
    const timings: StageTiming[] = this.profiler ? await this.profiler.read(this.readback) : [];
    return { iterations: this.iterations, change: this.change, vertexCounts: [...this.vertexCounts], timings };
  }

  private async takeImage(input: ImageInput): Promise<void> {
    const source = this.imageSource();
    await source.prepare(input);
    const encoder = this.device.createCommandEncoder({ label: 'image' });
    source.encode(encoder, input);
    this.device.queue.submit([encoder.finish()]);
    this.imageGiven = true;
    this.imageBytes = isRgba(input) ? input.data : undefined;
    this.current.imageChanged();
    await this.setExactFeatures(true);
  }

  private async takeUnary(unary: UnaryArray): Promise<void> {
    if (!this.unarySource) throw new Error('GpuCrf: nothing prepared');
    await this.unarySource.write(unary);
    this.unaryWritten = true;
    // Kept in case the rows must be laid out anew.
    this.lastUnary = unary;
  }

  /** `exact` takes features from the host: it is not for frames. */
  private async setExactFeatures(imageChanged: boolean): Promise<void> {
    for (const [index, filter] of this.current.filters.entries()) {
      if (!(filter instanceof ExactFilter)) continue;
      const kernel = this.parameters.kernels[index];
      if (kernel.type === 'bilateral' && !this.imageGiven) continue;
      if (filter.hasFeatures && !(imageChanged && kernel.type === 'bilateral')) continue;
      const rgba = kernel.type === 'bilateral' ? await this.readImage() : null;
      filter.setFeatures(kernelFeatures(kernel, this.size, rgba));
    }
  }

  private async readImage(): Promise<Uint8Array | Uint8ClampedArray> {
    if (this.imageBytes) return this.imageBytes;
    const words = await this.readback.words(this.imageSource().pixels, 0, this.size.width * this.size.height);
    this.imageBytes = new Uint8Array(words.buffer);
    return this.imageBytes;
  }

  private imageSource(): ImageSource {
    if (!this.image) throw new Error('GpuCrf: nothing prepared');
    return this.image;
  }

  /** Buffers, programs and bind groups for the parameters there are; nothing is created where nothing changed. */
  private async prepare(): Promise<void> {
    const work = async () => {
      this.layRows();
      await this.current.prepare();
      await this.setExactFeatures(false);
      if (this.lastUnary && !this.unaryWritten) await this.takeUnary(this.lastUnary);
      this.parametersChanged = false;
    };
    if (this.meanField && !this.parametersChanged) await work();
    else await this.reportingGpuErrors(work);
  }

  /** What the device says of memory and validation is the cause of whatever else was thrown. */
  private async reportingGpuErrors(work: () => Promise<void>): Promise<void> {
    const { outcome, error } = await gpuErrorOf(this.device, work);
    if (error) {
      this.forgetRows();
      throw new DeviceError(`the GPU refused what this size and these parameters need: ${error.message}`);
    }
    if (outcome.status === 'rejected') throw outcome.reason;
  }

  private layRows(): void {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const limits = { maxBufferSize, maxStorageBufferBindingSize, ...this.options.limits };
    const rows = planRows(this.size, this.parameters.kernels, limits, this.tuning);
    const key = JSON.stringify(rows);
    if (this.meanField && key === this.rowKey) {
      if (this.parametersChanged) this.meanField.setParameters(this.parameters);
      return;
    }
    const { lastUnary } = this;
    this.forgetRows();
    this.lastUnary = lastUnary;
    const context: FilterContext = {
      device: this.device,
      programs: this.programs,
      size: this.size,
      rows,
      tuning: this.tuning,
      unusedRead: this.unusedRead,
      unusedWrite: this.unusedWrite,
    };
    this.image ??= new ImageSource(context);
    this.meanField = new MeanField(
      context,
      this.image.pixels,
      this.parameters,
      this.options.vertexCapacity ?? 'measured',
    );
    this.unarySource = new UnarySourceStage(context, this.meanField.unary, this.meanField.lastUnary);
    this.reader = new MarginalReader(context, this.readback);
    this.rowKey = key;
  }

  /** Everything that depends on the rows' layout. The image stays. */
  private forgetRows(): void {
    this.meanField?.destroy();
    this.unarySource?.destroy();
    this.reader?.destroy();
    this.meanField = undefined;
    this.unarySource = undefined;
    this.reader = undefined;
    this.rowKey = '';
    this.unaryWritten = false;
    this.started = false;
    if (this.failure) this.image?.destroy();
  }

  private async submit(encode: (stages: StageEncoder) => void): Promise<void> {
    const encoder = this.device.createCommandEncoder({ label: 'GpuCrf' });
    const stages = this.profiler?.begin(encoder) ?? new PlainEncoder(encoder);
    encode(stages);
    stages.end();
    this.device.queue.submit([encoder.finish()]);
  }

  /** One call at a time; arguments are checked when their turn comes, before anything changes. */
  private exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.queue.then(() => {
      this.checkUsable();
      return work();
    });
    this.queue = turn.catch(() => undefined);
    return turn.then((result) => {
      this.checkUsable();
      return result;
    });
  }

  private checkUsable(): void {
    if (this.failure) throw new DeviceError(this.failure);
  }
}
