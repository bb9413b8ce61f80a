// SPDX-License-Identifier: MIT

import { nameOf } from '../gpu/adapter.js';
import { BufferSet } from '../gpu/buffers.js';
import { DeviceCalls } from '../gpu/device-calls.js';
import { type GivenObject, GivenObjects, isBuffer, isTexture, unusable } from '../gpu/given-objects.js';
import { PlainEncoder, type StageEncoder } from '../gpu/pass.js';
import { Profiler } from '../gpu/profiler.js';
import { ProgramCache } from '../gpu/program.js';
import { Readback } from '../gpu/readback.js';
import type { Heard } from '../gpu/scoped-device.js';
import type { GpuResults, ImageInput, RefineInput, RefineReport, Refiner } from '../problem/api.js';
import { CallState, checkCount } from '../problem/call-state.js';
import { OwnParameters } from '../problem/own-parameters.js';
import { unreadable } from '../problem/page-image.js';
import type { CrfParametersOrName } from '../problem/presets.js';
import { type CheckedInput, readRefineInput } from '../problem/requests.js';
import { type TuningTable, tuningVersion } from '../problem/tuning-table.js';
import type { Energy, ProblemSize } from '../problem/types.js';
import { dispatchSizeOffsets } from '../stages/dispatch-sizes.js';
import { tuningOf } from './device-tuning.js';
import { checkImageInput, isRgba, ownImage } from './inputs/image-input.js';
import { ImageSource } from './inputs/image-source.js';
import { OwnArray } from './inputs/own-array.js';
import { checkUnarySource } from './inputs/unary-input.js';
import type { UnaryArray } from './inputs/unary-source.js';
import { iterations } from './lists/iteration.js';
import { dispatchesOf, type LatticeCounts, totalOf } from './lists/summary.js';
import { Memory } from './memory.js';
import type { BufferPlan } from './plan/buffer-plan.js';
import { checkLatticeDims } from './plan/feature-limits.js';
import { type EnginePlan, type InputBuffers, type PlanRequest, planInput, type VertexCapacity } from './plan/plan.js';
import type { Tuning } from './plan/tuning.js';
import { RecordedPlan } from './recorded-plan.js';
import { UnusedBindings } from './recording.js';
import { ResultReader } from './result-reader.js';
import { adapterKey, keyOf } from './tuner/choices.js';

export interface GpuCrfOptions {
  size: ProblemSize;
  parameters: CrfParametersOrName | OwnParameters;
  device: GPUDevice;
  adapterName?: string;
  /** Whether `destroy` also destroys the device. */
  ownsDevice?: boolean;
  vertexCapacity?: VertexCapacity;
  profile?: boolean;
  /** Shapes of each lattice's shaders; the plain ones where it is left out. */
  variantsOf?: PlanRequest['variantsOf'];
  /** For tests: other choices than the adapter's. */
  tuning?: Partial<Tuning>;
  /** For tests: act as if the device had lower limits. */
  limits?: { maxStorageBufferBindingSize?: number };
}

/** One call's input, in a form that nobody else can change. */
type OwnInput = CheckedInput<ImageInput, UnaryArray>;

/** What a user gave and the call under way has used. */
interface Used {
  argument: string;
  value: ImageInput;
  error: Heard<void>['error'];
}

/**
 * Mean-field inference on a GPUDevice. This takes inputs, submits and reads; `RecordedPlan` has the plan and its recordings, and `lists/` say what
 * the GPU does.
 *
 * A call that uses GPU objects or images of a page waits until the device has taken what reads them, not until it has computed anything: in Chromium on
 * SwiftShader and a busy machine 2 ms, with frames no slower. A call that is given arrays waits for nothing.
 */
export class GpuCrf implements Refiner {
  readonly backend = 'webgpu';
  readonly adapterName: string;
  readonly size: ProblemSize;
  readonly device: GPUDevice;
  private readonly calls: DeviceCalls;
  private readonly state = new CallState();
  private readonly input: InputBuffers;
  private readonly inputMemory: Memory;
  private readonly memory: Memory;
  private readonly unused: UnusedBindings;
  private readonly recorded: RecordedPlan;
  private readonly readback: Readback;
  private readonly profiler: Profiler | undefined;
  private readonly given: GivenObjects;
  private readonly givenBuffers: BufferSet;
  private readonly image: ImageSource;
  private readonly reader: ResultReader;
  private readonly ownNumbers = new OwnArray();
  private parameters: OwnParameters;
  private report: Pick<RefineReport, 'iterations' | 'change'> = { iterations: 0, change: Number.NaN };
  private used: Used[] = [];

  /** Throws ArgumentError for parameters that can't be, DeviceError where a limit of the device is too low. */
  constructor(private readonly options: GpuCrfOptions) {
    const { device, size, parameters } = options;
    this.size = { width: size.width, height: size.height, labelCount: size.labelCount };
    this.parameters = ownParameters(parameters, this.size);
    this.device = device;
    this.adapterName = options.adapterName ?? nameOf(device.adapterInfo);
    this.calls = new DeviceCalls({ device, name: 'DenseCrf', forget: () => this.recorded.forgetRecorded() });
    const { device: scoped } = this.calls;
    const programs = new ProgramCache(scoped);
    const tuning = { ...tuningOf(device), ...options.tuning };
    this.input = planInput(this.size);
    this.inputMemory = new Memory(scoped);
    this.memory = new Memory(scoped, this.inputMemory);
    this.unused = new UnusedBindings(scoped);
    this.readback = new Readback(scoped);
    this.givenBuffers = new BufferSet(scoped);
    this.given = new GivenObjects(scoped, this.givenBuffers);
    this.inputMemory.hold([this.input]);
    const { calls, input, inputMemory, memory, unused, readback, state } = this;
    this.image = new ImageSource({ device: scoped, programs, size: this.size, tuning }, inputMemory.of(input.image));
    this.reader = new ResultReader({ device: scoped, programs, size: this.size, memory, unused, readback });
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    this.recorded = new RecordedPlan(
      {
        size: this.size,
        limits: { maxBufferSize, maxStorageBufferBindingSize, ...options.limits },
        tuning,
        variantsOf: options.variantsOf,
        vertexCapacity: this.vertexCapacity,
        input,
      },
      {
        calls,
        programs,
        inputMemory,
        memory,
        unused,
        readback,
        state,
        submit: (encode) => this.submit(encode),
      },
    );
    this.profiler = options.profile && device.features.has('timestamp-query') ? new Profiler(scoped) : undefined;
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    const { inputMemory, memory, unused, givenBuffers, image, recorded, reader } = this;
    const held = [inputMemory, memory, unused, givenBuffers, image, recorded, reader];
    return held.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get tuning(): TuningTable {
    const { size } = this;
    const { plan } = this.recorded;
    const adapter = adapterKey(this.device.adapterInfo);
    const entries = (plan?.kernels ?? []).flatMap((kernel) =>
      plan && kernel.method === 'lattice'
        ? [{ ...keyOf(adapter, size, kernel.kernel, plan.rows), ...kernel.variants }]
        : [],
    );
    return { version: tuningVersion, entries };
  }

  /** Dispatches of one iteration of several in a row. */
  get dispatchesPerIteration(): number {
    const { plan } = this.recorded;
    return plan ? dispatchesOf(iterations(plan).between).length : 0;
  }

  bytesMovedPerIteration(): Promise<number | null> {
    return this.perIteration('bytes');
  }

  multiplyAddsPerIteration(): Promise<number | null> {
    return this.perIteration('multiplyAdds');
  }

  private perIteration(quantity: 'bytes' | 'multiplyAdds'): Promise<number | null> {
    return this.exclusively(async () => {
      const { plan } = this.recorded;
      if (!plan || !this.state.hasStarted) return null;
      const counts = new Map<BufferPlan, LatticeCounts>();
      for (const kernel of plan.kernels) {
        if (kernel.method !== 'lattice') return null;
        const { sizes } = kernel.structure;
        const words = await this.readback.words(this.memory.of(sizes), dispatchSizeOffsets.counted, 2);
        counts.set(sizes, { vertexCount: words[0], runCount: words[1] });
      }
      return totalOf(quantity, iterations(plan).between, plan, counts)?.total ?? null;
    });
  }

  /** Begins to compile what the first call needs, and returns at once. */
  compileAhead(): void {
    void this.recorded.compileAhead(this.parameters);
  }

  setParameters(parameters: CrfParametersOrName): void {
    this.calls.checkUsable();
    const own = ownParameters(parameters, this.size, this.parameters);
    const set = async () => {
      this.parameters = own;
    };
    // In its turn: calls made before keep the parameters that they were made with. Where the device is lost by then, nobody cares.
    void this.calls.take(set).catch(() => undefined);
  }

  async refine(input: RefineInput): Promise<RefineReport> {
    const own = this.ownInput(input);
    return this.exclusively(async () => {
      await this.begin(own, this.parameters.iterations);
      return this.finish();
    });
  }

  async start(input: RefineInput): Promise<void> {
    const own = this.ownInput(input);
    return this.exclusively(() => this.begin(own, 0));
  }

  async step(count = 1): Promise<RefineReport> {
    this.calls.checkUsable();
    const iterations = checkCount(count);
    return this.exclusively(async () => {
      this.state.checkStarted('step');
      await this.bringUpToDate();
      await this.iterate(iterations);
      return this.finish();
    });
  }

  marginals(): Promise<Float32Array> {
    return this.reading('marginals', (plan) => this.reader.marginals(plan));
  }

  labelMap(): Promise<Uint32Array> {
    return this.reading('labelMap', (plan) => this.reader.labelMap(plan));
  }

  confidence(): Promise<Float32Array> {
    return this.reading('confidence', (plan) => this.reader.confidence(plan));
  }

  entropy(): Promise<Float32Array> {
    return this.reading('entropy', (plan) => this.reader.entropy(plan));
  }

  gpuResults(): Promise<GpuResults> {
    return this.reading('gpuResults', (plan) => this.reader.gpuResults(plan));
  }

  energy(): Promise<Energy> {
    return this.exclusively(async () => {
      this.state.checkStarted('energy');
      await this.bringUpToDate();
      return this.reader.energy(this.recorded.current().plan);
    });
  }

  invalidPixelCount(): Promise<number> {
    return this.exclusively(async () => {
      const counted = this.inputMemory.of(this.input.invalidPixelCount);
      const [count] = await this.readback.words(counted, 0, 1);
      return count;
    });
  }

  destroy(): void {
    this.calls.end();
    const { recorded, reader, memory, inputMemory, unused, givenBuffers, image, readback, profiler } = this;
    const owners = [recorded, reader, memory, inputMemory, unused, givenBuffers, image, readback, profiler];
    for (const owner of owners) owner?.destroy();
    if (this.options.ownsDevice) this.device.destroy();
  }

  /** Results of the Q that there is, whatever parameters have been set since. */
  private reading<Result>(method: string, read: (plan: EnginePlan) => Promise<Result>): Promise<Result> {
    return this.exclusively(() => {
      this.state.checkStarted(method);
      const { plan } = this.recorded;
      if (!plan) throw new Error('GpuCrf: started without a plan');
      return read(plan);
    });
  }

  /** Checks and takes the input at once: what belongs to the caller may be changed while the call waits for its turn. */
  private ownInput(input: RefineInput): OwnInput {
    this.calls.checkUsable();
    return readRefineInput(input, {
      image: (value) => ownImage(checkImageInput(value, this.size)),
      unary: (value) => checkUnarySource(value, this.size, (values) => this.ownNumbers.copyOf(values)),
    });
  }

  /** New input, lattices, the start and the iterations. */
  private async begin(input: OwnInput, iterations: number): Promise<void> {
    this.state.checkInput(input, this.parameters.kernels);
    await this.given.check(givenObjects(input));
    await this.recorded.prepare(this.parameters, input.unary);
    // Before anything is taken: it may be refused.
    const write = input.unary && (await this.recorded.current().prepared.unary.prepare(input.unary));
    if (input.image) await this.takeImage(input.image);
    if (input.unary && write) this.takeUnary(input.unary, write);
    // The first call: the GPU builds lattices while the rest compiles.
    const early = !this.recorded.isComplete && this.submit((stages) => this.recorded.encodeBuild(stages));
    await this.recorded.complete();
    if (input.warmStart || this.vertexCapacity !== 'measured') {
      // Before the start: where there is no room for a lattice, the Q that there is stays.
      await this.bringUpToDate(early);
      if (!input.warmStart) this.submit((stages) => this.encodeStart(stages));
      await this.iterate(iterations);
      return;
    }
    // Reading how many vertices there are waits for the GPU: iterate on a guess, and once more where it was too low.
    const built = this.submit((stages) => {
      this.encodeStart(stages);
      return this.recorded.encodeBuild(stages);
    });
    await this.iterate(iterations);
    if ((early || built) && (await this.makeRoomOrForget())) {
      this.submit((stages) => this.encodeStart(stages));
      await this.iterate(iterations);
    }
  }

  /** Lattices and n for the parameters there are, with room for all vertices. */
  private async bringUpToDate(wasBuilt = false): Promise<void> {
    this.state.checkImage(this.parameters.kernels);
    await this.recorded.prepare(this.parameters);
    const built = this.submit((stages) => this.recorded.encodeBuild(stages));
    if (built || wasBuilt) await this.recorded.makeRoom();
  }

  private async iterate(count: number): Promise<void> {
    const { tolerance } = this.parameters;
    const { plan } = this.recorded.current();
    const { opening, between, last } = this.recorded.ready;
    if (tolerance <= 0) {
      this.submit((stages) => {
        if (count === 0) return;
        opening.encode(stages);
        for (let done = 1; done < count; done++) between.encode(stages);
        last.encode(stages);
      });
      this.report = { iterations: count, change: Number.NaN };
      return;
    }
    const largestChange = this.memory.of(plan.pixels.largestChange);
    let change = Number.NaN;
    let done = 0;
    while (done < count && !(change <= tolerance)) {
      this.submit((stages) => {
        stages.command((encoder) => encoder.clearBuffer(largestChange));
        // Comparing ends every iteration with a softmax of its own: none is chained to the next.
        last.encode(stages);
      });
      const bits = await this.readback.words(largestChange, 0, 1);
      change = new Float32Array(bits.buffer)[0];
      done++;
    }
    this.report = { iterations: done, change };
  }

  /** Q = softmax(-unary). */
  private encodeStart(stages: StageEncoder): void {
    this.recorded.ready.start.encode(stages);
    this.state.hasStarted = true;
  }

  /** As `RecordedPlan.makeRoom`; where there is none, the Q that came of lattices without all vertices is none. */
  private async makeRoomOrForget(): Promise<boolean> {
    try {
      return await this.recorded.makeRoom();
    } catch (error) {
      this.state.hasStarted = false;
      throw error;
    }
  }

  private async finish(): Promise<RefineReport> {
    const timings = this.profiler ? await this.profiler.read(this.readback) : [];
    return { ...this.report, vertexCounts: this.recorded.countedVertices(), timings };
  }

  private async takeImage(input: ImageInput): Promise<void> {
    await this.image.prepare(input);
    try {
      await this.calls.accepted('room for the image');
    } catch (error) {
      this.image.releaseTexture();
      throw error;
    }
    const submit = () => this.calls.device.submit('image', (encoder) => this.image.encode(encoder, input));
    if (isRgba(input)) submit();
    else this.use('image', input, submit);
    this.state.hasImage = true;
    this.recorded.forgetImage();
  }

  private takeUnary(unary: UnaryArray, write: () => void): void {
    const { form, values } = unary;
    if (isBuffer(values)) this.use(`unary.${form}`, values, write);
    else this.calls.device.around(write);
    if (values instanceof Float32Array) this.ownNumbers.giveBack(values);
    this.state.hasUnary = true;
  }

  private get vertexCapacity(): VertexCapacity {
    return this.options.vertexCapacity ?? 'measured';
  }

  private submit<Result>(encode: (stages: StageEncoder) => Result): Result {
    let result: Result | undefined;
    this.calls.device.submit('GpuCrf', (encoder) => {
      const stages = this.profiler?.begin(encoder) ?? new PlainEncoder(encoder);
      result = encode(stages);
      stages.end();
    });
    return result as Result;
  }

  /** One call at a time. */
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
      this.state.hasStarted = false;
      if (argument === 'image') this.state.hasImage = false;
      else this.state.hasUnary = false;
      throw isBuffer(value) || isTexture(value) ? unusable(argument, value) : unreadable(argument, value, refusal);
    }
  }
}

function givenObjects({ image, unary }: OwnInput): GivenObject[] {
  const objects: GivenObject[] = [];
  if (image && (isBuffer(image) || isTexture(image))) objects.push({ argument: 'image', value: image });
  if (unary && isBuffer(unary.values)) objects.push({ argument: `unary.${unary.form}`, value: unary.values });
  return objects;
}

function ownParameters(
  parameters: CrfParametersOrName | OwnParameters,
  size: ProblemSize,
  before?: OwnParameters,
): OwnParameters {
  const own = OwnParameters.of(parameters, size, before);
  checkLatticeDims(own.kernels);
  return own;
}
