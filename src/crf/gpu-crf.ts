// SPDX-License-Identifier: MIT

import { BufferSet } from '../gpu/buffers.js';
import { isSoftware, nameOf } from '../gpu/device.js';
import { DeviceCalls } from '../gpu/device-calls.js';
import { type GivenObject, GivenObjects, isBuffer, isTexture, unusable } from '../gpu/given-objects.js';
import { PlainEncoder, type StageEncoder } from '../gpu/pass.js';
import { Profiler } from '../gpu/profiler.js';
import { ProgramCache } from '../gpu/program.js';
import { Readback } from '../gpu/readback.js';
import type { Heard } from '../gpu/scoped-device.js';
import { ArgumentError } from '../problem/errors.js';
import { resolveParameters } from '../problem/parameters.js';
import type { CrfParameters, Energy, ProblemSize, ResolvedParameters } from '../problem/types.js';
import { kernelFeatures } from '../reference/features.js';
import { dispatchSizeOffsets } from '../stages/dispatch-sizes.js';
import type { GpuResults, ImageInput, RefineInput, RefineReport, Refiner, StageTiming } from './api.js';
import { ExactFilter } from './exact-filter.js';
import { checkImageInput, isRgba } from './image-input.js';
import { ImageSource } from './image-source.js';
import type { FilterContext } from './kernel-filter.js';
import { LatticeFilter } from './lattice-filter.js';
import { MarginalReader } from './marginal-reader.js';
import { MeanField, type VertexCapacity } from './mean-field.js';
import { unreadable } from './page-image.js';
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

/** What the GPU is to do in one call, checked. */
interface CheckedInput {
  image: ImageInput | undefined;
  unary: UnaryArray | undefined;
  warmStart: boolean;
}

/** What a user gave and the call under way has used. */
interface Used {
  argument: string;
  value: ImageInput;
  error: Heard<void>['error'];
}

/**
 * Mean-field inference on a GPUDevice.
 *
 * A call that uses GPU objects or images of a page waits until the device has taken what reads them, not until it has computed anything: in Chromium on
 * SwiftShader and a busy machine 2 ms, with frames no slower. A call that is given arrays waits for nothing.
 */
export class GpuCrf implements Refiner {
  readonly backend = 'webgpu';
  readonly adapterName: string;
  readonly size: ProblemSize;
  readonly device: GPUDevice;
  private readonly programs: ProgramCache;
  private readonly tuning: Tuning;
  private readonly readback: Readback;
  private readonly calls: DeviceCalls;
  private readonly ownBuffers: BufferSet;
  private readonly given: GivenObjects;
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
  private used: Used[] = [];

  constructor(private readonly options: GpuCrfOptions) {
    const { device, size, parameters } = options;
    this.parameters = resolveParameters(parameters, size);
    this.size = { width: size.width, height: size.height, labelCount: size.labelCount };
    this.device = device;
    this.adapterName = options.adapterName ?? nameOf(device.adapterInfo);
    this.tuning = { ...tuningFor(isSoftware(device.adapterInfo)), ...options.tuning };
    this.calls = new DeviceCalls({ device, name: 'DenseCrf', forget: () => this.forgetRows() });
    const { device: scoped } = this.calls;
    this.programs = new ProgramCache(scoped);
    this.readback = new Readback(scoped);
    this.ownBuffers = new BufferSet(scoped);
    this.given = new GivenObjects(scoped, this.ownBuffers);
    this.unusedRead = { buffer: this.ownBuffers.storage('GpuCrf.unusedRead', 256) };
    const unused = this.ownBuffers.storage('GpuCrf.unusedWrite', 1024);
    this.unusedWrite = [0, 256, 512, 768].map((offset) => ({ buffer: unused, offset, size: 256 }));
    this.profiler = options.profile && device.features.has('timestamp-query') ? new Profiler(scoped) : undefined;
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

  setParameters(parameters: CrfParameters): void {
    this.calls.checkUsable();
    const resolved = resolveParameters(parameters, this.size);
    const set = async () => {
      this.parameters = resolved;
      this.parametersChanged = true;
    };
    // In its turn: calls made before keep the parameters that they were made with. Where the device is lost by then, nobody cares.
    void this.calls.take(set).catch(() => undefined);
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
    this.calls.end();
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

  private check(input: RefineInput): CheckedInput {
    const image = input.image === undefined ? undefined : checkImageInput(input.image, this.size);
    const unary = input.unary === undefined ? undefined : checkUnarySource(input.unary, this.size);
    if (!unary && !this.lastUnary)
      throw new ArgumentError('unary', undefined, 'logits, probabilities, unary or labels in the first call');
    const needsImage = this.parameters.kernels.some(({ type }) => type === 'bilateral');
    if (needsImage && !image && !this.imageGiven)
      throw new ArgumentError('image', undefined, 'an image: a bilateral kernel reads it');
    if (input.warmStart && !this.started) throw new ArgumentError('warmStart', true, 'false in the first call');
    return { image, unary, warmStart: input.warmStart === true };
  }

  /** New input, lattices, the start and the iterations. */
  private async begin(input: CheckedInput, iterations: number): Promise<void> {
    await this.given.check(givenObjects(input));
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
    try {
      await this.calls.accepted('room for the image');
    } catch (error) {
      source.releaseTexture();
      throw error;
    }
    const submit = () => this.calls.device.submit('image', (encoder) => source.encode(encoder, input));
    if (isRgba(input)) submit();
    else this.use('image', input, submit);
    this.imageGiven = true;
    this.imageBytes = isRgba(input) ? input.data : undefined;
    this.current.imageChanged();
    await this.setExactFeatures(true);
  }

  private async takeUnary(unary: UnaryArray): Promise<void> {
    if (!this.unarySource) throw new Error('GpuCrf: nothing prepared');
    const write = await this.unarySource.prepare(unary);
    const { form, values } = unary;
    if (isBuffer(values)) this.use(`unary.${form}`, values, write);
    else this.calls.device.around(write);
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
    this.layRows();
    await this.current.prepare();
    await this.calls.accepted('what this size and these parameters need');
    await this.setExactFeatures(false);
    if (this.lastUnary && !this.unaryWritten) await this.takeUnary(this.lastUnary);
    this.parametersChanged = false;
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
      device: this.calls.device,
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
    if (this.calls.hasEnded) this.image?.destroy();
  }

  private async submit(encode: (stages: StageEncoder) => void): Promise<void> {
    this.calls.device.submit('GpuCrf', (encoder) => {
      const stages = this.profiler?.begin(encoder) ?? new PlainEncoder(encoder);
      encode(stages);
      stages.end();
    });
  }

  /** One call at a time; arguments are checked when their turn comes, before anything changes. */
  private exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.calls.take(async () => {
      this.used = [];
      const [outcome] = await Promise.allSettled([work()]);
      await this.checkUsed();
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
  }

  /** Work on what a user gave: what the device says of it is heard when all of the call is submitted. */
  private use(argument: string, value: ImageInput, work: () => void): void {
    this.used.push({ argument, value, error: this.calls.device.listen(work).error });
  }

  /** An object that was good before may have been destroyed since: what was computed from it is none of its, and it must be given anew. */
  private async checkUsed(): Promise<void> {
    for (const { argument, value, error } of this.used) {
      const refusal = await error;
      if (!refusal) continue;
      this.started = false;
      if (argument === 'image') this.imageGiven = false;
      else this.lastUnary = undefined;
      throw isBuffer(value) || isTexture(value) ? unusable(argument, value) : unreadable(argument, value, refusal);
    }
  }
}

function givenObjects({ image, unary }: CheckedInput): GivenObject[] {
  const objects: GivenObject[] = [];
  if (image && (isBuffer(image) || isTexture(image))) objects.push({ argument: 'image', value: image });
  if (unary && isBuffer(unary.values)) objects.push({ argument: `unary.${unary.form}`, value: unary.values });
  return objects;
}
