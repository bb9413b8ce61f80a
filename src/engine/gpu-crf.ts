// SPDX-License-Identifier: MIT

import { isSoftware, nameOf } from '../gpu/device.js';
import { gpuErrorOf } from '../gpu/error-scopes.js';
import { PlainEncoder, type StageEncoder } from '../gpu/pass.js';
import { Profiler } from '../gpu/profiler.js';
import { programsOf } from '../gpu/program.js';
import { Readback } from '../gpu/readback.js';
import type { GpuResults, ImageInput, RefineInput, RefineReport, Refiner } from '../problem/api.js';
import { ArgumentError, DeviceError } from '../problem/errors.js';
import { resolveParameters } from '../problem/parameters.js';
import type { CrfParameters, Energy, ProblemSize, ResolvedParameters } from '../problem/types.js';
import { dispatchSizeOffsets } from '../stages/dispatch-sizes.js';
import { Freshness } from './freshness.js';
import { checkImageInput, ImageSource } from './inputs/image-source.js';
import { checkUnarySource } from './inputs/unary-input.js';
import { type UnaryArray, UnarySourceStage } from './inputs/unary-source.js';
import type { Step } from './lists/dispatch.js';
import { build, iteration, normalize, start } from './lists/iteration.js';
import { bytesMoved, dispatchesOf, type LatticeCounts } from './lists/summary.js';
import { Memory } from './memory.js';
import type { BufferPlan } from './plan/buffer-plan.js';
import { type EnginePlan, type ImagePlan, planEngine, planImage, samePlan, type VertexCapacity } from './plan/plan.js';
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

/** What the GPU is to do in one call, checked. */
interface CheckedInput {
  image: ImageInput | undefined;
  unary: UnaryArray | undefined;
  warmStart: boolean;
}

/** A plan in use: its lists recorded, and those who bring input to its rows and read results from them. */
interface Prepared {
  plan: EnginePlan;
  /** By kernel. */
  build: readonly Recording[];
  normalize: readonly Recording[];
  start: Recording;
  iteration: Recording;
  unary: UnarySourceStage;
  results: ResultReader;
}

/** Mean-field inference on a GPUDevice. This plans, records, submits and reads; `lists/` say what the GPU does. */
export class GpuCrf implements Refiner {
  readonly backend = 'webgpu';
  readonly adapterName: string;
  readonly size: ProblemSize;
  readonly device: GPUDevice;
  private readonly tuning: Tuning;
  private readonly imagePlan: ImagePlan;
  private readonly imageMemory: Memory;
  private readonly memory: Memory;
  private readonly unused: UnusedBindings;
  private readonly readback: Readback;
  private readonly profiler: Profiler | undefined;
  private readonly image: ImageSource;
  /** Parts whose contents are up to date: the image, the energies, Q, lattices, n. */
  private readonly fresh = new Freshness();
  private parameters: ResolvedParameters;
  private parametersChanged = true;
  /** Undefined before the first call, and where the GPU refused what was planned. */
  private prepared: Prepared | undefined;
  /** Kept in case the rows must be laid out anew. */
  private lastUnary: UnaryArray | undefined;
  private report: Omit<RefineReport, 'timings'> = { iterations: 0, change: Number.NaN, vertexCounts: [] };
  private queue: Promise<unknown> = Promise.resolve();
  private failure: string | undefined;

  constructor(private readonly options: GpuCrfOptions) {
    const { device, size, parameters } = options;
    this.parameters = resolveParameters(parameters, size);
    this.size = { width: size.width, height: size.height, labelCount: size.labelCount };
    this.device = device;
    this.adapterName = options.adapterName ?? nameOf(device.adapterInfo);
    this.tuning = { ...tuningFor(isSoftware(device.adapterInfo)), ...options.tuning };
    this.imagePlan = planImage(this.size);
    this.imageMemory = new Memory(device);
    this.memory = new Memory(device, this.imageMemory);
    this.unused = new UnusedBindings(device);
    this.readback = new Readback(device);
    this.imageMemory.hold([this.imagePlan]);
    this.image = new ImageSource(
      { device, programs: programsOf(device), size: this.size, tuning: this.tuning },
      this.imageMemory.of(this.imagePlan.pixels),
    );
    this.profiler = options.profile && device.features.has('timestamp-query') ? new Profiler(device) : undefined;
    void device.lost.then(({ message }) => {
      this.failure ??= `the GPU device was lost: ${message || 'no reason given'}`;
    });
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    const { unary, results } = this.prepared ?? {};
    const held = [this.imageMemory, this.memory, this.unused, this.image, unary, results];
    return held.reduce((sum, owner) => sum + (owner?.bytes ?? 0), 0);
  }

  /** Dispatches of one iteration. */
  get dispatchesPerIteration(): number {
    return this.prepared ? dispatchesOf(iteration(this.prepared.plan)).length : 0;
  }

  bytesMovedPerIteration(): Promise<number | null> {
    return this.exclusively(async () => {
      if (!this.prepared || !this.fresh.q) return null;
      const { plan } = this.prepared;
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
      if (!this.fresh.q) throw new ArgumentError('step', 'no start', 'a call of start or refine before');
      await this.bringUpToDate();
      await this.iterate(count);
      return this.finish();
    });
  }

  marginals(): Promise<Float32Array> {
    return this.exclusively(() => this.results().marginals());
  }

  labelMap(): Promise<Uint32Array> {
    return this.exclusively(() => this.results().labelMap());
  }

  confidence(): Promise<Float32Array> {
    return this.exclusively(() => this.results().confidence());
  }

  entropy(): Promise<Float32Array> {
    return this.exclusively(() => this.results().entropy());
  }

  gpuResults(): Promise<GpuResults> {
    return this.exclusively(() => this.results().gpuResults());
  }

  energy(): Promise<Energy> {
    return this.exclusively(async () => {
      this.results();
      await this.bringUpToDate();
      return this.results().energy();
    });
  }

  invalidPixelCount(): Promise<number> {
    return this.exclusively(async () => {
      if (!this.prepared) return 0;
      const [count] = await this.readback.words(this.prepared.unary.invalidPixelCount, 0, 1);
      return count;
    });
  }

  destroy(): void {
    this.failure ??= 'this DenseCrf was destroyed';
    this.forget();
    for (const owner of [this.memory, this.imageMemory, this.unused, this.image, this.readback, this.profiler])
      owner?.destroy();
    if (this.options.ownsDevice) this.device.destroy();
  }

  private get current(): Prepared {
    if (!this.prepared) throw new Error('GpuCrf: nothing prepared');
    return this.prepared;
  }

  private results(): ResultReader {
    if (!this.fresh.q) throw new ArgumentError('marginals', 'no refinement yet', 'a call of start or refine before');
    return this.current.results;
  }

  private check(input: RefineInput): CheckedInput {
    const image = input.image === undefined ? undefined : checkImageInput(input.image, this.size);
    const unary = input.unary === undefined ? undefined : checkUnarySource(input.unary, this.size);
    if (!unary && !this.lastUnary)
      throw new ArgumentError('unary', undefined, 'logits, probabilities, unary or labels in the first call');
    const needsImage = this.parameters.kernels.some(({ type }) => type === 'bilateral');
    if (needsImage && !image && !this.fresh.image)
      throw new ArgumentError('image', undefined, 'an image: a bilateral kernel reads it');
    if (input.warmStart && !this.fresh.q) throw new ArgumentError('warmStart', true, 'false in the first call');
    return { image, unary, warmStart: input.warmStart === true };
  }

  /** New input, lattices, the start and the iterations. */
  private async begin(input: CheckedInput, iterations: number): Promise<void> {
    await this.prepare();
    if (input.image) await this.takeImage(input.image);
    if (input.unary) await this.takeUnary(input.unary);
    const cold = !input.warmStart || !this.fresh.q;
    // From a warm start there is no second try: make sure of the lattices first.
    if (!cold) {
      await this.bringUpToDate();
      await this.iterate(iterations);
      return;
    }
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
    await this.prepare();
    if (await this.submit((stages) => this.encodeBuild(stages))) await this.makeRoom();
  }

  private async iterate(count: number): Promise<void> {
    const { tolerance } = this.parameters;
    const { iteration: recorded, plan } = this.current;
    if (tolerance <= 0) {
      await this.submit((stages) => {
        for (let done = 0; done < count; done++) recorded.encode(stages);
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
        recorded.encode(stages);
      });
      const bits = await this.readback.words(largestChange, 0, 1);
      change = new Float32Array(bits.buffer)[0];
      done++;
    }
    this.report = { ...this.report, iterations: done, change };
  }

  /** Q = softmax(-unary). */
  private encodeStart(stages: StageEncoder): void {
    this.current.start.encode(stages);
    this.fresh.q = this.current.plan.pixels;
  }

  /** Lattices and factors n that are not up to date. Returns whether there were any lattices to build. */
  private encodeBuild(stages: StageEncoder): boolean {
    const { plan, build: builds, normalize: normalizations } = this.current;
    let built = false;
    plan.kernels.forEach(({ structure, normalization }, index) => {
      const stale = !this.fresh.parts.has(structure);
      if (stale) builds[index].encode(stages);
      if (stale || !this.fresh.parts.has(normalization)) normalizations[index].encode(stages);
      this.fresh.parts.add(structure).add(normalization);
      built ||= stale;
    });
    return built;
  }

  /** Reads how many vertices there were; where there was no room, makes it and builds again. Returns whether it had to. */
  private async makeRoom(): Promise<boolean> {
    let again = false;
    for (;;) {
      const { kernels } = this.current.plan;
      const measured = (this.options.vertexCapacity ?? 'measured') === 'measured';
      const wanted: (number | null)[] = [];
      for (const kernel of kernels) {
        if (!measured || kernel.method !== 'lattice') wanted.push(null);
        else {
          const { sizes } = kernel.structure;
          wanted.push((await this.readback.words(this.memory.of(sizes), dispatchSizeOffsets.verticesWanted, 1))[0]);
        }
      }
      this.report = { ...this.report, vertexCounts: wanted };
      const short = kernels.some(
        (kernel, index) => kernel.method === 'lattice' && (wanted[index] ?? 0) > kernel.structure.vertexCapacity,
      );
      if (!short) return again;
      again = true;
      await this.plan(wanted);
      await this.submit((stages) => this.encodeBuild(stages));
    }
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
    this.fresh.image = true;
    for (const { kernel, structure } of this.current.plan.kernels) {
      if (kernel.type === 'bilateral') this.fresh.parts.delete(structure);
    }
  }

  private async takeUnary(unary: UnaryArray): Promise<void> {
    await this.current.unary.write(unary);
    this.fresh.unary = this.current.plan.pixels;
    this.lastUnary = unary;
  }

  /** A plan for the parameters there are. Nothing is planned or created where nothing changed. */
  private async prepare(): Promise<void> {
    if (this.parametersChanged || !this.prepared) await this.plan([]);
    if (this.lastUnary && this.fresh.unary !== this.current.plan.pixels) await this.takeUnary(this.lastUnary);
  }

  /** Plans, makes the buffers, and records anew what differs by more than values. */
  private async plan(wanted: readonly (number | null)[]): Promise<void> {
    const { size, parameters, tuning, options } = this;
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const limits = { maxBufferSize, maxStorageBufferBindingSize, ...options.limits };
    const vertexCapacity = options.vertexCapacity ?? 'measured';
    const request = { size, parameters, limits, tuning, vertexCapacity, image: this.imagePlan };
    const before = this.prepared;
    const plan = planEngine(request, before?.plan, wanted);
    await this.reportingGpuErrors(async () => {
      this.memory.hold(plan.parts);
      this.memory.write(plan.values);
      const same = before !== undefined && samePlan(before.plan, plan);
      this.prepared = same ? { ...before, plan } : await this.record(plan);
      if (!same) {
        before?.unary.destroy();
        before?.results.destroy();
      }
    });
    this.parametersChanged = false;
    if (this.fresh.q && this.fresh.q !== plan.pixels) this.fresh.q = undefined;
  }

  private async record(plan: EnginePlan): Promise<Prepared> {
    const { device, memory, unused, size, tuning, readback } = this;
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
    return {
      plan,
      start: starting,
      iteration: iterating,
      build: builds,
      normalize: normalizations,
      unary: new UnarySourceStage(
        { device, programs, size, tuning, rows },
        pixels.unary.map((buffer) => memory.of(buffer)),
        memory.of(pixels.lastUnary),
      ),
      results: new ResultReader({ device, programs, plan, memory, unused, readback }),
    };
  }

  /** What the device says of memory and validation is the cause of whatever else was thrown. */
  private async reportingGpuErrors(work: () => Promise<void>): Promise<void> {
    const { outcome, error } = await gpuErrorOf(this.device, work);
    if (error) {
      this.forget();
      throw new DeviceError(`the GPU refused what this size and these parameters need: ${error.message}`);
    }
    if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** Everything but the image. */
  private forget(): void {
    this.prepared?.unary.destroy();
    this.prepared?.results.destroy();
    this.prepared = undefined;
    this.memory.hold([]);
    this.fresh.q = undefined;
    this.fresh.unary = undefined;
  }

  private async submit<Result>(encode: (stages: StageEncoder) => Result): Promise<Result> {
    const encoder = this.device.createCommandEncoder({ label: 'GpuCrf' });
    const stages = this.profiler?.begin(encoder) ?? new PlainEncoder(encoder);
    const result = encode(stages);
    stages.end();
    this.device.queue.submit([encoder.finish()]);
    return result;
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
