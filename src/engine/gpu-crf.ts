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
import { DeviceError } from '../problem/errors.js';
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
import { checkUnarySource } from './inputs/unary-input.js';
import { type UnaryArray, UnarySourceStage } from './inputs/unary-source.js';
import type { Step } from './lists/dispatch.js';
import { build, iteration, normalize, start } from './lists/iteration.js';
import { planRepack, repackSteps } from './lists/repack.js';
import { dispatchesOf, type LatticeCounts, totalOf } from './lists/summary.js';
import { Memory } from './memory.js';
import type { BufferPlan, Part } from './plan/buffer-plan.js';
import { checkLatticeDims } from './plan/feature-limits.js';
import {
  type EnginePlan,
  type InputBuffers,
  type PlanRequest,
  planEngine,
  planInput,
  samePlan,
  type VertexCapacity,
} from './plan/plan.js';
import type { Tuning } from './plan/tuning.js';
import { Recording, UnusedBindings } from './recording.js';
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

/** The lists of a plan, recorded, and what brings a unary to its rows. */
interface Prepared {
  /** By kernel. */
  build: readonly Recording[];
  normalize: readonly Recording[];
  start: Recording;
  iteration: Recording;
  unary: UnarySourceStage;
}

/**
 * Mean-field inference on a GPUDevice. This plans, records, submits and reads; `lists/` say what the GPU does.
 *
 * A call that uses GPU objects or images of a page waits until the device has taken what reads them, not until it has computed anything: in Chromium on
 * SwiftShader and a busy machine 2 ms, with frames no slower. A call that is given arrays waits for nothing.
 */
export class GpuCrf implements Refiner {
  readonly backend = 'webgpu';
  readonly adapterName: string;
  readonly size: ProblemSize;
  readonly device: GPUDevice;
  private readonly engineTuning: Tuning;
  private readonly calls: DeviceCalls;
  private readonly programs: ProgramCache;
  private readonly state = new CallState();
  private readonly input: InputBuffers;
  private readonly inputMemory: Memory;
  private readonly memory: Memory;
  private readonly unused: UnusedBindings;
  private readonly readback: Readback;
  private readonly profiler: Profiler | undefined;
  private readonly given: GivenObjects;
  private readonly givenBuffers: BufferSet;
  private readonly image: ImageSource;
  private readonly reader: ResultReader;
  private parameters: OwnParameters;
  private parametersChanged = true;
  /** The last plan that the GPU took: its rows hold the energies and Q that there are. */
  private plan: EnginePlan | undefined;
  /** Undefined before the first call, and after one whose plan the GPU refused. */
  private prepared: Prepared | undefined;
  /** Parts of the plan whose contents are up to date: lattices that were built, factors n that were computed. */
  private fresh = new WeakSet<Part>();
  /** Vertices of the lattices that were counted. */
  private readonly vertexCounts = new WeakMap<Part, number>();
  private report: Pick<RefineReport, 'iterations' | 'change'> = { iterations: 0, change: Number.NaN };
  private used: Used[] = [];

  /** Throws ArgumentError for parameters that can't be, DeviceError where a limit of the device is too low. */
  constructor(private readonly options: GpuCrfOptions) {
    const { device, size, parameters } = options;
    this.size = { width: size.width, height: size.height, labelCount: size.labelCount };
    this.parameters = ownParameters(parameters, this.size);
    this.device = device;
    this.adapterName = options.adapterName ?? nameOf(device.adapterInfo);
    this.engineTuning = { ...tuningOf(device), ...options.tuning };
    this.calls = new DeviceCalls({ device, name: 'DenseCrf', forget: () => this.forgetRecorded() });
    const { device: scoped } = this.calls;
    this.programs = new ProgramCache(scoped);
    this.input = planInput(this.size);
    this.inputMemory = new Memory(scoped);
    this.memory = new Memory(scoped, this.inputMemory);
    this.unused = new UnusedBindings(scoped);
    this.readback = new Readback(scoped);
    this.givenBuffers = new BufferSet(scoped);
    this.given = new GivenObjects(scoped, this.givenBuffers);
    this.inputMemory.hold([this.input]);
    const { programs, memory, unused, readback } = this;
    this.image = new ImageSource(
      { device: scoped, programs, size: this.size, tuning: this.engineTuning },
      this.inputMemory.of(this.input.image),
    );
    this.reader = new ResultReader({ device: scoped, programs, size: this.size, memory, unused, readback });
    this.profiler = options.profile && device.features.has('timestamp-query') ? new Profiler(scoped) : undefined;
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    const { inputMemory, memory, unused, givenBuffers, image, prepared, reader } = this;
    const held = [inputMemory, memory, unused, givenBuffers, image, prepared?.unary, reader];
    return held.reduce((sum, owner) => sum + (owner?.bytes ?? 0), 0);
  }

  get tuning(): TuningTable {
    const { plan, size } = this;
    const adapter = adapterKey(this.device.adapterInfo);
    const entries = (plan?.kernels ?? []).flatMap((kernel) =>
      plan && kernel.method === 'lattice'
        ? [{ ...keyOf(adapter, size, kernel.kernel, plan.rows), ...kernel.variants }]
        : [],
    );
    return { version: tuningVersion, entries };
  }

  /** Dispatches of one iteration. */
  get dispatchesPerIteration(): number {
    return this.plan ? dispatchesOf(iteration(this.plan)).length : 0;
  }

  bytesMovedPerIteration(): Promise<number | null> {
    return this.perIteration('bytes');
  }

  multiplyAddsPerIteration(): Promise<number | null> {
    return this.perIteration('multiplyAdds');
  }

  private perIteration(quantity: 'bytes' | 'multiplyAdds'): Promise<number | null> {
    return this.exclusively(async () => {
      const { plan } = this;
      if (!plan || !this.state.hasStarted) return null;
      const counts = new Map<BufferPlan, LatticeCounts>();
      for (const kernel of plan.kernels) {
        if (kernel.method !== 'lattice') return null;
        const { sizes } = kernel.structure;
        const words = await this.readback.words(this.memory.of(sizes), dispatchSizeOffsets.counted, 2);
        counts.set(sizes, { vertexCount: words[0], runCount: words[1] });
      }
      return totalOf(quantity, iteration(plan), plan, counts)?.total ?? null;
    });
  }

  setParameters(parameters: CrfParametersOrName): void {
    this.calls.checkUsable();
    const own = ownParameters(parameters, this.size, this.parameters);
    const set = async () => {
      this.parameters = own;
      this.parametersChanged = true;
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
      return this.reader.energy(this.current().plan);
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
    const { prepared, reader, memory, inputMemory, unused, givenBuffers, image, readback, profiler } = this;
    const owners = [prepared?.unary, reader, memory, inputMemory, unused, givenBuffers, image, readback, profiler];
    for (const owner of owners) owner?.destroy();
    this.prepared = undefined;
    if (this.options.ownsDevice) this.device.destroy();
  }

  /** Results of the Q that there is, whatever parameters have been set since. */
  private reading<Result>(method: string, read: (plan: EnginePlan) => Promise<Result>): Promise<Result> {
    return this.exclusively(() => {
      this.state.checkStarted(method);
      if (!this.plan) throw new Error('GpuCrf: started without a plan');
      return read(this.plan);
    });
  }

  /** Checks and takes the input at once: what belongs to the caller may be changed while the call waits for its turn. */
  private ownInput(input: RefineInput): OwnInput {
    this.calls.checkUsable();
    return readRefineInput(input, {
      image: (value) => ownImage(checkImageInput(value, this.size)),
      unary: (value) => checkUnarySource(value, this.size),
    });
  }

  /** New input, lattices, the start and the iterations. */
  private async begin(input: OwnInput, iterations: number): Promise<void> {
    this.state.checkInput(input, this.parameters.kernels);
    await this.given.check(givenObjects(input));
    await this.prepare();
    if (input.image) await this.takeImage(input.image);
    if (input.unary) await this.takeUnary(input.unary);
    if (input.warmStart || this.vertexCapacity !== 'measured') {
      // Before the start: where there is no room for a lattice, the Q that there is stays.
      await this.bringUpToDate();
      if (!input.warmStart) await this.submit((stages) => this.encodeStart(stages));
      await this.iterate(iterations);
      return;
    }
    // Reading how many vertices there are waits for the GPU: iterate on a guess, and once more where it was too low.
    const built = await this.submit((stages) => {
      this.encodeStart(stages);
      return this.encodeBuild(stages);
    });
    await this.iterate(iterations);
    if (built && (await this.makeRoomOrForget())) {
      await this.submit((stages) => this.encodeStart(stages));
      await this.iterate(iterations);
    }
  }

  /** Lattices and n for the parameters there are, with room for all vertices. */
  private async bringUpToDate(): Promise<void> {
    this.state.checkImage(this.parameters.kernels);
    await this.prepare();
    if (await this.submit((stages) => this.encodeBuild(stages))) await this.makeRoom();
  }

  private async iterate(count: number): Promise<void> {
    const { tolerance } = this.parameters;
    const { plan, prepared } = this.current();
    if (tolerance <= 0) {
      await this.submit((stages) => {
        for (let done = 0; done < count; done++) prepared.iteration.encode(stages);
      });
      this.report = { iterations: count, change: Number.NaN };
      return;
    }
    const largestChange = this.memory.of(plan.pixels.largestChange);
    let change = Number.NaN;
    let done = 0;
    while (done < count && !(change <= tolerance)) {
      await this.submit((stages) => {
        stages.command((encoder) => encoder.clearBuffer(largestChange));
        prepared.iteration.encode(stages);
      });
      const bits = await this.readback.words(largestChange, 0, 1);
      change = new Float32Array(bits.buffer)[0];
      done++;
    }
    this.report = { iterations: done, change };
  }

  /** Q = softmax(-unary). */
  private encodeStart(stages: StageEncoder): void {
    this.current().prepared.start.encode(stages);
    this.state.hasStarted = true;
  }

  /** Lattices and factors n that are not up to date. Returns whether there were any lattices to build. */
  private encodeBuild(stages: StageEncoder): boolean {
    const { plan, prepared } = this.current();
    let built = false;
    plan.kernels.forEach(({ structure, normalization, method }, index) => {
      const stale = !this.fresh.has(structure);
      if (stale) prepared.build[index].encode(stages);
      if (stale || !this.fresh.has(normalization)) prepared.normalize[index].encode(stages);
      this.fresh.add(structure).add(normalization);
      built ||= stale && method === 'lattice';
    });
    return built;
  }

  /**
   * Reads how many vertices there were; where there was no room, makes it and builds again. Returns whether it had to.
   * Throws DeviceError where there is room for a number of vertices and no more.
   */
  private async makeRoom(): Promise<boolean> {
    for (let again = false; ; again = true) {
      const { kernels } = this.current().plan;
      await this.countVertices(kernels);
      const vertexCounts = this.countsOf(kernels);
      const short = kernels.filter(
        ({ method, structure }, index) => method === 'lattice' && (vertexCounts[index] ?? 0) > structure.vertexCapacity,
      );
      if (short.length === 0) return again;
      for (const { structure } of short) this.fresh.delete(structure);
      if (this.vertexCapacity !== 'measured') {
        const index = kernels.indexOf(short[0]);
        throw new DeviceError(
          `kernels[${index}] makes ${vertexCounts[index]} lattice vertices; vertexCapacity has room for ${this.vertexCapacity}`,
        );
      }
      await this.replan(vertexCounts);
      await this.submit((stages) => this.encodeBuild(stages));
    }
  }

  /** As `makeRoom`; where there is none, the Q that came of lattices without all vertices is none. */
  private async makeRoomOrForget(): Promise<boolean> {
    try {
      return await this.makeRoom();
    } catch (error) {
      this.state.hasStarted = false;
      throw error;
    }
  }

  /** Where there is room for every vertex there can be, nobody counts. */
  private async countVertices(kernels: EnginePlan['kernels']): Promise<void> {
    if (this.vertexCapacity === 'worst-case') return;
    for (const { method, structure } of kernels) {
      if (method !== 'lattice') continue;
      const sizes = this.memory.of(structure.sizes);
      const [wanted] = await this.readback.words(sizes, dispatchSizeOffsets.verticesWanted, 1);
      this.vertexCounts.set(structure, wanted);
    }
  }

  /** By kernel; null where nobody counted, or there is no lattice. */
  private countsOf(kernels: EnginePlan['kernels']): (number | null)[] {
    return kernels.map(({ structure }) => this.vertexCounts.get(structure) ?? null);
  }

  private async finish(): Promise<RefineReport> {
    const timings = this.profiler ? await this.profiler.read(this.readback) : [];
    return { ...this.report, vertexCounts: this.countsOf(this.current().plan.kernels), timings };
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
    for (const { kernel, structure } of this.current().plan.kernels) {
      if (kernel.type === 'bilateral') this.fresh.delete(structure);
    }
  }

  private async takeUnary(unary: UnaryArray): Promise<void> {
    const write = await this.current().prepared.unary.prepare(unary);
    const { form, values } = unary;
    if (isBuffer(values)) this.use(`unary.${form}`, values, write);
    else this.calls.device.around(write);
    this.state.hasUnary = true;
  }

  private get vertexCapacity(): VertexCapacity {
    return this.options.vertexCapacity ?? 'measured';
  }

  private current(): { plan: EnginePlan; prepared: Prepared } {
    const { plan, prepared } = this;
    if (!plan || !prepared) throw new Error('GpuCrf: nothing prepared');
    return { plan, prepared };
  }

  /** A plan for the parameters there are. Nothing is planned or created where nothing changed. */
  private async prepare(): Promise<void> {
    if (this.parametersChanged || !this.prepared) await this.replan([]);
  }

  /** Plans, makes the buffers, moves what the rows hold, and records anew what differs by more than values. */
  private async replan(wanted: readonly (number | null)[]): Promise<void> {
    const { size, parameters, engineTuning: tuning, input, vertexCapacity, plan: before } = this;
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const limits = { maxBufferSize, maxStorageBufferBindingSize, ...this.options.limits };
    const { variantsOf } = this.options;
    const request = { size, parameters, limits, tuning, variantsOf, vertexCapacity, input };
    const plan = planEngine(request, before, wanted);
    try {
      // The old rows stay until their contents have moved.
      this.memory.hold([...plan.parts, ...(before ? [before.pixels] : [])]);
      this.memory.write(plan.values);
      if (before && before.pixels !== plan.pixels) await this.repack(before, plan);
      if (!this.prepared || !before || !samePlan(before, plan)) {
        const prepared = await this.record(plan);
        this.prepared?.unary.destroy();
        this.prepared = prepared;
      }
      await this.calls.accepted('what this size and these parameters need');
    } catch (error) {
      this.forgetRecorded();
      throw error;
    }
    this.memory.hold(plan.parts);
    this.plan = plan;
    this.parametersChanged = false;
  }

  private async record(plan: EnginePlan): Promise<Prepared> {
    const { programs, memory, unused, size, engineTuning: tuning } = this;
    const { device } = this.calls;
    const recorded = (steps: readonly Step[]) => Recording.create(steps, programs, memory, unused);
    const { kernels, pixels, rows } = plan;
    // All at once: browsers compile side by side.
    const [starting, iterating, builds, normalizations] = await Promise.all([
      recorded(start(plan)),
      recorded(iteration(plan)),
      Promise.all(kernels.map((kernel) => recorded(build(plan, kernel)))),
      Promise.all(kernels.map((kernel) => recorded(normalize(plan, kernel)))),
    ]);
    const unary = new UnarySourceStage(
      { device, programs, size, tuning, rows },
      pixels.unary.map((buffer) => memory.of(buffer)),
      memory.of(pixels.lastUnary),
      this.inputMemory.of(this.input.invalidPixelCount),
    );
    return { start: starting, iteration: iterating, build: builds, normalize: normalizations, unary };
  }

  /** Moves energies and Q to rows of another layout. */
  private async repack(before: EnginePlan, after: EnginePlan): Promise<void> {
    const { programs, memory, unused, state } = this;
    const temporary = new Memory(this.calls.device, memory);
    try {
      const uniforms = planRepack(before, after);
      temporary.hold([uniforms]);
      const steps = repackSteps(before, after, uniforms, state);
      const recording = await Recording.create(steps, programs, temporary, unused);
      await this.submit((stages) => recording.encode(stages));
    } finally {
      temporary.destroy();
    }
  }

  /** The GPU refused a plan: energies, Q and the image stay, lattices go. The next call plans anew. */
  private forgetRecorded(): void {
    this.prepared?.unary.destroy();
    this.prepared = undefined;
    this.fresh = new WeakSet();
    this.memory.hold(this.plan ? [this.plan.pixels] : []);
  }

  private async submit<Result>(encode: (stages: StageEncoder) => Result): Promise<Result> {
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
