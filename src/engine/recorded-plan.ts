// SPDX-License-Identifier: MIT

import type { DeviceCalls } from '../gpu/device-calls.js';
import type { StageEncoder } from '../gpu/pass.js';
import type { ProgramCache } from '../gpu/program.js';
import type { Readback } from '../gpu/readback.js';
import type { CallState } from '../problem/call-state.js';
import { DeviceError } from '../problem/errors.js';
import type { OwnParameters } from '../problem/own-parameters.js';
import { dispatchSizeOffsets } from '../stages/dispatch-sizes.js';
import { type UnaryArray, UnarySourceStage, unaryProgram } from './inputs/unary-source.js';
import type { Step } from './lists/dispatch.js';
import { build, iterations, normalize, start } from './lists/iteration.js';
import { planRepack, repackSteps } from './lists/repack.js';
import { Memory } from './memory.js';
import type { Part } from './plan/buffer-plan.js';
import { type EnginePlan, type PlanRequest, planEngine, samePlan } from './plan/plan.js';
import { programOf, Recording, type UnusedBindings } from './recording.js';

/** For messages. */
const whatIsAsked = 'what this size and these parameters need';

/** What a plan is made from, but for the parameters. */
export type PlanBasis = Omit<PlanRequest, 'parameters'>;

/** What belongs to one engine, and what its plan is recorded with. */
export interface Workshop {
  readonly calls: DeviceCalls;
  readonly programs: ProgramCache;
  /** The input's buffers, which outlive every plan. */
  readonly inputMemory: Memory;
  readonly memory: Memory;
  readonly unused: UnusedBindings;
  readonly readback: Readback;
  readonly state: CallState;
  /** Encodes and submits. */
  submit<Result>(encode: (stages: StageEncoder) => Result): Result;
}

/** What a plan does before there is a Q: recorded lists by kernel, and what brings a unary to its rows. */
interface Prepared {
  readonly build: readonly Recording[];
  readonly normalize: readonly Recording[];
  readonly unary: UnarySourceStage;
  /** The rest, which the first call does not wait for before it uploads and builds. */
  readonly inferenceAsked: Promise<Inference>;
}

/** The recorded lists that make a Q. */
interface Inference {
  readonly start: Recording;
  /** Lists of `iterations`. */
  readonly opening: Recording;
  readonly between: Recording;
  readonly last: Recording;
}

/** The plan for the parameters there are, its lists as recordings, and which of its parts hold what is up to date. */
export class RecordedPlan {
  private taken: EnginePlan | undefined;
  /** Undefined before the first call, and after one whose plan the GPU refused. */
  private prepared: Prepared | undefined;
  /** Undefined as long as `complete` is to come. */
  private inference: Inference | undefined;
  /** Those that `taken` was made for. */
  private parameters: OwnParameters | undefined;
  /** Parts of the plan whose contents are up to date: lattices that were built, factors n that were computed. */
  private fresh = new WeakSet<Part>();
  /** Vertices of the lattices that were counted. */
  private readonly vertexCounts = new WeakMap<Part, number>();

  constructor(
    private readonly basis: PlanBasis,
    private readonly workshop: Workshop,
  ) {}

  /** The last plan that the GPU took: its rows hold the energies and Q that there are. */
  get plan(): EnginePlan | undefined {
    return this.taken;
  }

  /** Bytes of GPU memory beside the plan's buffers. */
  get bytes(): number {
    return this.prepared?.unary.bytes ?? 0;
  }

  current(): { plan: EnginePlan; prepared: Prepared } {
    const { taken, prepared } = this;
    if (!taken || !prepared) throw new Error('RecordedPlan: nothing prepared');
    return { plan: taken, prepared };
  }

  /** What makes a Q, of a plan that is complete. */
  get ready(): Inference {
    if (!this.inference) throw new Error('RecordedPlan: not complete');
    return this.inference;
  }

  /**
   * A plan for these parameters. Nothing is planned or created where nothing changed. Throws DeviceError where the GPU refuses it.
   *
   * The first plan is ready to build lattices: compiling takes longest then, and the GPU can work meanwhile. `complete` awaits the rest. Any
   * other is complete.
   *
   * @param unary the input that comes, of which the program is asked for first
   */
  async prepare(parameters: OwnParameters, unary?: UnaryArray): Promise<void> {
    if (parameters !== this.parameters || !this.prepared) await this.replan(parameters, [], unary);
  }

  /** Compiles what the first call will ask for, lattices first. It fails in silence: the call will say why. */
  async compileAhead(parameters: OwnParameters): Promise<void> {
    try {
      const plan = planEngine({ ...this.basis, parameters }, undefined, []);
      await Promise.allSettled(this.ask(latticeSteps(plan)));
      // By now a call may have asked for the rest, or nobody ever will.
      if (!this.taken && !this.workshop.calls.hasEnded) await Promise.allSettled(this.ask(inferenceSteps(plan)));
    } catch {
      // As above.
    }
  }

  get isComplete(): boolean {
    return this.inference !== undefined;
  }

  /** Awaits what makes a Q. Throws DeviceError where the GPU refuses it: then the call has left nothing. */
  async complete(): Promise<void> {
    if (this.inference) return;
    try {
      this.inference = await this.current().prepared.inferenceAsked;
      await this.workshop.calls.accepted(whatIsAsked);
    } catch (error) {
      this.taken = undefined;
      this.forgetRecorded();
      throw error;
    }
  }

  /** Lattices and factors n that are not up to date. Returns whether there were any lattices to build. */
  encodeBuild(stages: StageEncoder): boolean {
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
  async makeRoom(): Promise<boolean> {
    const { parameters, basis } = this;
    if (!parameters) throw new Error('RecordedPlan: nothing prepared');
    for (let again = false; ; again = true) {
      const { kernels } = this.current().plan;
      await this.countVertices(kernels);
      const counts = this.countedVertices();
      const short = kernels.filter(
        ({ method, structure }, index) => method === 'lattice' && (counts[index] ?? 0) > structure.vertexCapacity,
      );
      if (short.length === 0) return again;
      for (const { structure } of short) this.fresh.delete(structure);
      if (basis.vertexCapacity !== 'measured') {
        const index = kernels.indexOf(short[0]);
        throw new DeviceError(
          `kernels[${index}] makes ${counts[index]} lattice vertices; vertexCapacity has room for ${basis.vertexCapacity}`,
        );
      }
      await this.replan(parameters, counts);
      this.workshop.submit((stages) => this.encodeBuild(stages));
    }
  }

  /** By kernel; null where nobody counted, or there is no lattice. */
  countedVertices(): (number | null)[] {
    return this.current().plan.kernels.map(({ structure }) => this.vertexCounts.get(structure) ?? null);
  }

  /** A new image: lattices in its colours are to be built again. */
  forgetImage(): void {
    for (const { kernel, structure } of this.current().plan.kernels) {
      if (kernel.type === 'bilateral') this.fresh.delete(structure);
    }
  }

  /** The GPU refused a plan: energies, Q and the image stay, if there was one before; lattices go. The next call plans anew. */
  forgetRecorded(): void {
    const { memory, state } = this.workshop;
    this.dropPrepared();
    this.fresh = new WeakSet();
    memory.hold(this.taken ? [this.taken.pixels] : []);
    if (this.taken) return;
    state.hasUnary = false;
    state.hasImage = false;
  }

  destroy(): void {
    this.dropPrepared();
  }

  private dropPrepared(): void {
    this.prepared?.unary.destroy();
    this.prepared = undefined;
    this.inference = undefined;
  }

  /** Where there is room for every vertex there can be, nobody counts. */
  private async countVertices(kernels: EnginePlan['kernels']): Promise<void> {
    if (this.basis.vertexCapacity === 'worst-case') return;
    const { memory, readback } = this.workshop;
    for (const { method, structure } of kernels) {
      if (method !== 'lattice') continue;
      const [wanted] = await readback.words(memory.of(structure.sizes), dispatchSizeOffsets.verticesWanted, 1);
      this.vertexCounts.set(structure, wanted);
    }
  }

  /** Plans, makes the buffers, moves what the rows hold, and records anew what differs by more than values. */
  private async replan(
    parameters: OwnParameters,
    wanted: readonly (number | null)[],
    unary?: UnaryArray,
  ): Promise<void> {
    const { basis, taken: before } = this;
    const { calls, memory } = this.workshop;
    const plan = planEngine({ ...basis, parameters }, before, wanted);
    const isNew = !this.prepared || !before || !samePlan(before, plan);
    try {
      if (isNew) this.askForAll(plan, unary);
      // The old rows stay until their contents have moved.
      memory.hold([...plan.parts, ...(before ? [before.pixels] : [])]);
      memory.write(plan.values);
      if (before && before.pixels !== plan.pixels) await this.repack(before, plan);
      if (isNew) {
        const prepared = await this.record(plan);
        const inference = before && (await prepared.inferenceAsked);
        this.dropPrepared();
        this.prepared = prepared;
        this.inference = inference;
      }
      await calls.accepted(whatIsAsked);
    } catch (error) {
      this.forgetRecorded();
      throw error;
    }
    memory.hold(plan.parts);
    this.taken = plan;
    this.parameters = parameters;
  }

  private async record(plan: EnginePlan): Promise<Prepared> {
    const { calls, programs, memory, inputMemory } = this.workshop;
    const { size, tuning, input } = this.basis;
    const { kernels, pixels, rows } = plan;
    const inferenceAsked = this.recordInference(plan);
    // Told by who awaits it.
    inferenceAsked.catch(() => undefined);
    const [builds, normalizations] = await Promise.all([
      Promise.all(kernels.map((kernel) => this.recorded(build(plan, kernel)))),
      Promise.all(kernels.map((kernel) => this.recorded(normalize(plan, kernel)))),
    ]);
    const unary = new UnarySourceStage(
      { device: calls.device, programs, size, tuning, rows },
      pixels.unary.map((buffer) => memory.of(buffer)),
      memory.of(pixels.lastUnary),
      inputMemory.of(input.invalidPixelCount),
    );
    return { build: builds, normalize: normalizations, unary, inferenceAsked };
  }

  private async recordInference(plan: EnginePlan): Promise<Inference> {
    const lists = iterations(plan);
    const [first, opening, between, last] = await Promise.all(
      [start(plan), lists.opening, lists.between, lists.last].map((steps) => this.recorded(steps)),
    );
    return { start: first, opening, between, last };
  }

  /** Moves energies and Q to rows of another layout. */
  private async repack(before: EnginePlan, after: EnginePlan): Promise<void> {
    const { calls, memory, state, submit } = this.workshop;
    const temporary = new Memory(calls.device, memory);
    try {
      const uniforms = planRepack(before, after);
      temporary.hold([uniforms]);
      const recording = await this.recorded(repackSteps(before, after, uniforms, state), temporary);
      submit((stages) => recording.encode(stages));
    } finally {
      temporary.destroy();
    }
  }

  /**
   * Before there are buffers, as browsers compile while they make them; all at once, as they compile side by side; and in the order of use, as
   * some compile one after the other. Who records the programs is told what became of them.
   */
  private askForAll(plan: EnginePlan, unary: UnaryArray | undefined): void {
    const { size, tuning } = this.basis;
    const { programs } = this.workshop;
    const context = { programs, size, tuning, rows: plan.rows };
    const first = unary ? [unaryProgram(context, unary)] : [];
    void Promise.allSettled([...first, ...this.ask([...latticeSteps(plan), ...inferenceSteps(plan)])]);
  }

  private ask(steps: readonly Step[]): Promise<unknown>[] {
    const { programs } = this.workshop;
    return steps.flatMap((step) => (step.kind === 'clear' ? [] : [programOf(programs, step)]));
  }

  private recorded(steps: readonly Step[], memory = this.workshop.memory): Promise<Recording> {
    const { programs, unused } = this.workshop;
    return Recording.create(steps, programs, memory, unused);
  }
}

/** What a plan does before there is a Q. */
function latticeSteps(plan: EnginePlan): Step[] {
  return plan.kernels.flatMap((kernel) => [...build(plan, kernel), ...normalize(plan, kernel)]);
}

/** What makes a Q. */
function inferenceSteps(plan: EnginePlan): Step[] {
  const { opening, between, last } = iterations(plan);
  return [...start(plan), ...opening, ...between, ...last];
}
