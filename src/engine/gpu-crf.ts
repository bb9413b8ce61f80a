// SPDX-License-Identifier: MIT

import { isSoftware, nameOf } from '../gpu/device.js';
import { gpuErrorOf } from '../gpu/error-scopes.js';
import { PlainEncoder, type StageEncoder } from '../gpu/pass.js';
import { Profiler } from '../gpu/profiler.js';
import { programsOf } from '../gpu/program.js';
import { Readback } from '../gpu/readback.js';
import type { GpuResults, ImageInput, RefineInput, RefineReport, Refiner } from '../problem/api.js';
import { CallState, checkCount, isDestroyed } from '../problem/call-state.js';
import { DeviceError } from '../problem/errors.js';
import { OwnParameters } from '../problem/own-parameters.js';
import type { CrfParameters, Energy, ProblemSize } from '../problem/types.js';
import { dispatchSizeOffsets } from '../stages/dispatch-sizes.js';
import { checkImageInput, ImageSource, ownImage } from './inputs/image-source.js';
import { checkUnarySource } from './inputs/unary-input.js';
import { type UnaryArray, UnarySourceStage } from './inputs/unary-source.js';
import type { Step } from './lists/dispatch.js';
import { build, iteration, normalize, start } from './lists/iteration.js';
import { planRepack, repackSteps } from './lists/repack.js';
import { bytesMoved, dispatchesOf, type LatticeCounts } from './lists/summary.js';
import { Memory } from './memory.js';
import type { BufferPlan, Part } from './plan/buffer-plan.js';
import { checkFeatureDims } from './plan/feature-limits.js';
import {
  type EnginePlan,
  type InputBuffers,
  planEngine,
  planInput,
  samePlan,
  type VertexCapacity,
} from './plan/plan.js';
import { type Tuning, tuningFor } from './plan/tuning.js';
import { Recording, UnusedBindings } from './recording.js';
import { ResultReader } from './result-reader.js';

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

/** One call's input, in a form that nobody else can change. */
interface OwnInput {
  image: ImageInput | undefined;
  unary: UnaryArray | undefined;
  warmStart: boolean;
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

/** Mean-field inference on a GPUDevice. This plans, records, submits and reads; `lists/` say what the GPU does. */
export class GpuCrf implements Refiner {
  readonly backend = 'webgpu';
  readonly adapterName: string;
  readonly size: ProblemSize;
  readonly device: GPUDevice;
  private readonly tuning: Tuning;
  private readonly state = new CallState();
  private readonly input: InputBuffers;
  private readonly inputMemory: Memory;
  private readonly memory: Memory;
  private readonly unused: UnusedBindings;
  private readonly readback: Readback;
  private readonly profiler: Profiler | undefined;
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
  private report: Omit<RefineReport, 'timings'> = { iterations: 0, change: Number.NaN, vertexCounts: [] };
  private queue: Promise<unknown> = Promise.resolve();

  /** Throws ArgumentError for parameters that can't be, DeviceError where a limit of the device is too low. */
  constructor(private readonly options: GpuCrfOptions) {
    const { device, size, parameters } = options;
    this.size = { width: size.width, height: size.height, labelCount: size.labelCount };
    this.parameters = ownParameters(parameters, this.size);
    this.device = device;
    this.adapterName = options.adapterName ?? nameOf(device.adapterInfo);
    this.tuning = { ...tuningFor(isSoftware(device.adapterInfo)), ...options.tuning };
    const programs = programsOf(device);
    this.input = planInput(this.size);
    this.inputMemory = new Memory(device);
    this.memory = new Memory(device, this.inputMemory);
    this.unused = new UnusedBindings(device);
    this.readback = new Readback(device);
    this.inputMemory.hold([this.input]);
    this.image = new ImageSource(
      { device, programs, size: this.size, tuning: this.tuning },
      this.inputMemory.of(this.input.image),
    );
    const { memory, unused, readback } = this;
    this.reader = new ResultReader({ device, programs, size: this.size, memory, unused, readback });
    this.profiler = options.profile && device.features.has('timestamp-query') ? new Profiler(device) : undefined;
    void device.lost.then(({ message }) => {
      this.state.close(`the GPU device was lost: ${message || 'no reason given'}`);
    });
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    const held = [this.inputMemory, this.memory, this.unused, this.image, this.prepared?.unary, this.reader];
    return held.reduce((sum, owner) => sum + (owner?.bytes ?? 0), 0);
  }

  /** Dispatches of one iteration. */
  get dispatchesPerIteration(): number {
    return this.plan ? dispatchesOf(iteration(this.plan)).length : 0;
  }

  bytesMovedPerIteration(): Promise<number | null> {
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
      return bytesMoved(iteration(plan), plan, counts)?.total ?? null;
    });
  }

  setParameters(parameters: CrfParameters): void {
    this.state.checkUsable();
    const own = ownParameters(parameters, this.size, this.parameters);
    // In its turn: calls made before keep the parameters that they were made with.
    this.queue = this.queue.then(() => {
      this.parameters = own;
      this.parametersChanged = true;
    });
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
    this.state.checkUsable();
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
    this.state.close(isDestroyed);
    const { prepared, reader, memory, inputMemory, unused, image, readback, profiler } = this;
    for (const owner of [prepared?.unary, reader, memory, inputMemory, unused, image, readback, profiler]) owner?.destroy();
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
    this.state.checkUsable();
    const { image, unary, warmStart } = input;
    return {
      image: image === undefined ? undefined : ownImage(checkImageInput(image, this.size)),
      unary: unary === undefined ? undefined : checkUnarySource(unary, this.size),
      warmStart: warmStart === true,
    };
  }

  /** New input, lattices, the start and the iterations. */
  private async begin(input: OwnInput, iterations: number): Promise<void> {
    this.state.checkInput(input, this.parameters.kernels);
    await this.prepare();
    if (input.image) await this.takeImage(input.image);
    if (input.unary) await this.takeUnary(input.unary);
    if (input.warmStart || this.vertexCapacity !== 'measured') {
      if (!input.warmStart) await this.submit((stages) => this.encodeStart(stages));
      await this.bringUpToDate();
      await this.iterate(iterations);
      return;
    }
    // Reading how many vertices there are waits for the GPU: iterate on a guess, and once more where it was too low.
    const built = await this.submit((stages) => {
      this.encodeStart(stages);
      return this.encodeBuild(stages);
    });
    await this.iterate(iterations);
    if (built && (await this.makeRoom())) {
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
      this.report = { ...this.report, iterations: count, change: Number.NaN };
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
    this.report = { ...this.report, iterations: done, change };
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
      const vertexCounts = await this.countVertices(kernels);
      const short = kernels.filter(
        ({ method, structure }, index) => method === 'lattice' && (vertexCounts[index] ?? 0) > structure.vertexCapacity,
      );
      this.report = { ...this.report, vertexCounts };
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

  /** By kernel; null without a lattice, and where there is room for every vertex there can be. */
  private async countVertices(kernels: EnginePlan['kernels']): Promise<(number | null)[]> {
    const counts: (number | null)[] = [];
    for (const { method, structure } of kernels) {
      if (method !== 'lattice' || this.vertexCapacity === 'worst-case') counts.push(null);
      else {
        const sizes = this.memory.of(structure.sizes);
        counts.push((await this.readback.words(sizes, dispatchSizeOffsets.verticesWanted, 1))[0]);
      }
    }
    return counts;
  }

  private async finish(): Promise<RefineReport> {
    const { iterations, change, vertexCounts } = this.report;
    const timings = this.profiler ? await this.profiler.read(this.readback) : [];
    return { iterations, change, vertexCounts: [...vertexCounts], timings };
  }

  private async takeImage(input: ImageInput): Promise<void> {
    await this.image.prepare(input);
    const encoder = this.device.createCommandEncoder({ label: 'image' });
    this.image.encode(encoder, input);
    this.device.queue.submit([encoder.finish()]);
    this.state.hasImage = true;
    for (const { kernel, structure } of this.current().plan.kernels) {
      if (kernel.type === 'bilateral') this.fresh.delete(structure);
    }
  }

  private async takeUnary(unary: UnaryArray): Promise<void> {
    await this.current().prepared.unary.write(unary);
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
    const { size, parameters, tuning, input, vertexCapacity, plan: before } = this;
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const limits = { maxBufferSize, maxStorageBufferBindingSize, ...this.options.limits };
    const plan = planEngine({ size, parameters, limits, tuning, vertexCapacity, input }, before, wanted);
    await this.reportingGpuErrors(async () => {
      // The old rows stay until their contents have moved.
      this.memory.hold([...plan.parts, ...(before ? [before.pixels] : [])]);
      this.memory.write(plan.values);
      if (before && before.pixels !== plan.pixels) await this.repack(before, plan);
      if (!this.prepared || !before || !samePlan(before, plan)) {
        const prepared = await this.record(plan);
        this.prepared?.unary.destroy();
        this.prepared = prepared;
      }
      this.memory.hold(plan.parts);
    });
    this.plan = plan;
    this.parametersChanged = false;
  }

  private async record(plan: EnginePlan): Promise<Prepared> {
    const { device, memory, unused, size, tuning } = this;
    const programs = programsOf(device);
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
    const { device, memory, unused, state } = this;
    const temporary = new Memory(device, memory);
    try {
      const uniforms = planRepack(before, after);
      temporary.hold([uniforms]);
      const steps = repackSteps(before, after, uniforms, state);
      const recording = await Recording.create(steps, programsOf(device), temporary, unused);
      await this.submit((stages) => recording.encode(stages));
    } finally {
      temporary.destroy();
    }
  }

  /**
   * What the device says of memory and validation is the cause of whatever else was thrown. Energies, Q and the image stay, lattices go:
   * the next call plans anew.
   */
  private async reportingGpuErrors(work: () => Promise<void>): Promise<void> {
    const { outcome, error } = await gpuErrorOf(this.device, work);
    if (!error && outcome.status === 'fulfilled') return;
    this.prepared?.unary.destroy();
    this.prepared = undefined;
    this.fresh = new WeakSet();
    this.memory.hold(this.plan ? [this.plan.pixels] : []);
    if (error) throw new DeviceError(`the GPU refused what this size and these parameters need: ${error.message}`);
    if (outcome.status === 'rejected') throw outcome.reason;
  }

  private async submit<Result>(encode: (stages: StageEncoder) => Result): Promise<Result> {
    const encoder = this.device.createCommandEncoder({ label: 'GpuCrf' });
    const stages = this.profiler?.begin(encoder) ?? new PlainEncoder(encoder);
    const result = encode(stages);
    stages.end();
    this.device.queue.submit([encoder.finish()]);
    return result;
  }

  /** One call at a time. */
  private exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.queue.then(() => {
      this.state.checkUsable();
      return work();
    });
    this.queue = turn.catch(() => undefined);
    return turn.then((result) => {
      this.state.checkUsable();
      return result;
    });
  }
}

function ownParameters(parameters: CrfParameters, size: ProblemSize, before?: OwnParameters): OwnParameters {
  const own = OwnParameters.of(parameters, size, before);
  checkFeatureDims(own.kernels);
  return own;
}
