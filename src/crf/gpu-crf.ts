// SPDX-License-Identifier: MIT

import { BufferSet } from '../gpu/buffers.js';
import { isSoftware, nameOf } from '../gpu/device.js';
import { PlainEncoder, type StageEncoder } from '../gpu/pass.js';
import { Profiler } from '../gpu/profiler.js';
import { ProgramCache } from '../gpu/program.js';
import { Readback } from '../gpu/readback.js';
import { DeviceError } from '../problem/errors.js';
import type { CrfParameters, Energy, ProblemSize } from '../problem/types.js';
import { kernelFeatures } from '../reference/features.js';
import { dispatchSizeOffsets } from '../stages/dispatch-sizes.js';
import type { GpuResults, RefineInput, RefineReport, Refiner, StageTiming } from './api.js';
import { CallState, checkCount, isDestroyed } from './call-state.js';
import { ExactFilter } from './exact-filter.js';
import { checkLatticeDims } from './feature-limits.js';
import { ImageIntake, type TakenImage } from './image-intake.js';
import { checkImageInput, isRgba } from './image-source.js';
import { createUnused, type EngineContext } from './kernel-filter.js';
import { LatticeFilter } from './lattice-filter.js';
import { type Layout, LayoutKeeper } from './layout-keeper.js';
import { MarginalReader } from './marginal-reader.js';
import { OwnParameters } from './own-parameters.js';
import type { PixelRows } from './pixel-rows.js';
import { iterationTraffic, type TrafficKernel } from './traffic.js';
import { type Tuning, tuningFor } from './tuning.js';
import { checkUnarySource } from './unary-input.js';
import type { UnaryArray } from './unary-source.js';
import type { VertexCapacity } from './vertex-room.js';

export interface GpuCrfOptions {
  size: ProblemSize;
  parameters: CrfParameters | OwnParameters;
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

/** The input of one call, checked and taken when it was made. */
interface TakenInput {
  image: TakenImage | undefined;
  unary: UnaryArray | undefined;
  warmStart: boolean;
}

/** Mean-field inference on a GPUDevice. */
export class GpuCrf implements Refiner {
  readonly backend = 'webgpu';
  readonly adapterName: string;
  readonly size: ProblemSize;
  readonly device: GPUDevice;
  private readonly state = new CallState();
  private readonly readback: Readback;
  private readonly ownBuffers: BufferSet;
  private readonly profiler: Profiler | undefined;
  private readonly intake: ImageIntake;
  private readonly layout: LayoutKeeper;
  private readonly reader: MarginalReader;
  /** By the last `setParameters`: those of calls that are made from now on. */
  private asked: OwnParameters;
  /** Those of the call that has its turn. */
  private parameters: OwnParameters;
  /** The image's bytes where they are on the host, too. */
  private imageBytes: Uint8Array | Uint8ClampedArray | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  /** Calls that have not ended. */
  private pending = 0;
  private destroyed = false;
  private iterations = 0;
  private change = Number.NaN;

  constructor(private readonly options: GpuCrfOptions) {
    const { device, size } = options;
    this.size = { width: size.width, height: size.height, labelCount: size.labelCount };
    this.asked = this.parameters = this.own(options.parameters);
    this.device = device;
    this.adapterName = options.adapterName ?? nameOf(device.adapterInfo);
    const tuning = { ...tuningFor(isSoftware(device.adapterInfo)), ...options.tuning };
    this.readback = new Readback(device);
    this.ownBuffers = new BufferSet(device);
    this.intake = new ImageIntake(device, this.size);
    this.profiler = options.profile && device.features.has('timestamp-query') ? new Profiler(device) : undefined;
    const context: EngineContext = {
      device,
      programs: new ProgramCache(device),
      size: this.size,
      tuning,
      ...createUnused(this.ownBuffers, tuning),
    };
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
    const limits = { maxBufferSize, maxStorageBufferBindingSize, ...options.limits };
    this.layout = new LayoutKeeper(context, limits, options.vertexCapacity ?? 'measured');
    this.reader = new MarginalReader(context, this.readback);
    void device.lost.then(({ message }) => {
      this.state.close(`the GPU device was lost: ${message || 'no reason given'}`);
    });
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    return this.layout.bytes + this.intake.bytes + this.reader.bytes + this.ownBuffers.bytes;
  }

  /** Dispatches of one iteration. */
  get dispatchesPerIteration(): number {
    return this.layout.current?.meanField.dispatches ?? 0;
  }

  bytesMovedPerIteration(): Promise<number | null> {
    return this.exclusively(async () => {
      if (!this.state.hasStarted) return null;
      this.state.checkImage(this.parameters.kernels);
      const { meanField, rows } = await this.upToDate();
      const { damping, tolerance } = this.parameters;
      const sizes: TrafficKernel[] = [];
      for (const { kernel, filter } of meanField.kernels) {
        if (!(filter instanceof LatticeFilter)) return null;
        const { featureDim, compatibility } = kernel;
        const { sizes: counted } = filter.structure;
        const [vertexCount, runCount] = await this.readback.words(counted, dispatchSizeOffsets.counted, 2);
        sizes.push({ featureDim, vertexCount, runCount, transforms: compatibility.kind !== 'potts' });
      }
      const pixelCount = this.size.width * this.size.height;
      const compares = damping > 0 || tolerance > 0;
      return iterationTraffic({ pixelCount, rows: rows.plan, kernels: sizes, compares }).total;
    });
  }

  setParameters(parameters: CrfParameters): void {
    this.state.checkUsable();
    // Calls made before keep the parameters that they were made with.
    this.asked = this.own(parameters);
  }

  refine(input: RefineInput): Promise<RefineReport> {
    return this.exclusively(
      async (taken) => {
        await this.begin(taken, this.parameters.iterations);
        return this.finish();
      },
      () => this.take(input),
    );
  }

  start(input: RefineInput): Promise<void> {
    return this.exclusively(
      (taken) => this.begin(taken, 0),
      () => this.take(input),
    );
  }

  step(count = 1): Promise<RefineReport> {
    return this.exclusively(
      async (iterations) => {
        this.state.checkStarted('step');
        this.state.checkImage(this.parameters.kernels);
        await this.upToDate();
        this.iterations = await this.iterate(iterations);
        return this.finish();
      },
      () => checkCount(count),
    );
  }

  marginals(): Promise<Float32Array> {
    return this.exclusively(() => this.reader.marginals(this.startedRows('marginals')));
  }

  labelMap(): Promise<Uint32Array> {
    return this.exclusively(() => this.reader.labelMap(this.startedRows('labelMap')));
  }

  confidence(): Promise<Float32Array> {
    return this.exclusively(() => this.reader.confidence(this.startedRows('confidence')));
  }

  entropy(): Promise<Float32Array> {
    return this.exclusively(() => this.reader.entropy(this.startedRows('entropy')));
  }

  gpuResults(): Promise<GpuResults> {
    return this.exclusively(() => this.reader.gpuResults(this.startedRows('gpuResults')));
  }

  energy(): Promise<Energy> {
    return this.exclusively(async () => {
      this.state.checkStarted('energy');
      this.state.checkImage(this.parameters.kernels);
      const { meanField } = await this.upToDate();
      try {
        return await this.reader.energy(meanField);
      } finally {
        // What is bound for the energy takes the place of what is bound for iterations.
        await meanField.prepare();
      }
    });
  }

  invalidPixelCount(): Promise<number> {
    return this.exclusively(async () => {
      const { invalidPixelCount } = this.layout;
      if (!invalidPixelCount) return 0;
      const [count] = await this.readback.words(invalidPixelCount, 0, 1);
      return count;
    });
  }

  /** Calls under way end with an error; what they work on goes when they have ended. */
  destroy(): void {
    this.state.close(isDestroyed);
    this.destroyed = true;
    this.releaseIfDone();
  }

  private own(parameters: CrfParameters | OwnParameters): OwnParameters {
    const own = OwnParameters.of(parameters, this.size, this.asked);
    checkLatticeDims(own.kernels);
    return own;
  }

  private startedRows(method: string): PixelRows {
    this.state.checkStarted(method);
    const { pixelRows } = this.layout;
    if (!pixelRows) throw new Error('GpuCrf: started without rows');
    return pixelRows;
  }

  /** Everything about an input that does not depend on what there is when its turn comes. */
  private take(input: RefineInput): TakenInput {
    const image = input.image === undefined ? undefined : checkImageInput(input.image, this.size);
    const unary = input.unary === undefined ? undefined : checkUnarySource(input.unary, this.size);
    return {
      image: image && this.intake.take(image),
      unary: unary && ownUnary(unary),
      warmStart: input.warmStart === true,
    };
  }

  /** New input, lattices, the start and the iterations. */
  private async begin(input: TakenInput, iterations: number): Promise<void> {
    const { state, parameters } = this;
    const cold = !input.warmStart;
    try {
      state.checkInput(input, parameters.kernels);
      const layout = await this.layout.fit(parameters, state);
      if (input.image) await this.takeImage(layout, input.image);
      if (input.unary) await layout.unarySource.write(input.unary);
      state.hasUnary = true;
    } finally {
      this.intake.release(input.image);
    }
    // From a warm start there is no second try: make sure of the lattices first.
    if (cold) await this.startCold(iterations);
    else {
      await this.upToDate();
      this.iterations = await this.iterate(iterations);
    }
  }

  private async startCold(iterations: number): Promise<void> {
    const guesses = this.layout.room.grows && this.current.meanField.needsLattice;
    if (guesses) await this.build();
    else await this.upToDate();
    // Until it is known that all vertices had room there is no Q.
    this.state.hasStarted = false;
    for (;;) {
      await this.submit((stages) => this.current.meanField.encodeStart(stages));
      this.iterations = await this.iterate(iterations);
      if (!guesses || !(await this.makeRoom())) break;
    }
    this.state.hasStarted = true;
  }

  private async iterate(count: number): Promise<number> {
    const { tolerance } = this.parameters;
    const { meanField } = this.current;
    this.change = Number.NaN;
    if (tolerance <= 0) {
      await this.submit((stages) => {
        for (let iteration = 0; iteration < count; iteration++) meanField.encodeIteration(stages);
      });
      return count;
    }
    for (let done = 1; done <= count; done++) {
      await this.submit((stages) => {
        stages.command((encoder) => encoder.clearBuffer(meanField.largestChange));
        meanField.encodeIteration(stages);
      });
      const bits = await this.readback.words(meanField.largestChange, 0, 1);
      this.change = new Float32Array(bits.buffer)[0];
      if (this.change <= tolerance) return done;
    }
    return count;
  }

  /** Lattices and factors n as the parameters in force and the image ask for, with room for every vertex. */
  private async upToDate(): Promise<Layout> {
    const { meanField } = await this.layout.fit(this.parameters, this.state);
    if (meanField.needsBuild) {
      await this.build();
      await this.makeRoom();
    }
    return this.current;
  }

  private async build(): Promise<void> {
    await this.giveExactFeatures();
    await this.submit((stages) => this.current.meanField.encodeBuild(stages));
  }

  /**
   * Reads how many vertices there are in lattices that were built; where there was no room, makes it and builds again. Returns whether it
   * did. Throws DeviceError where room may not be made, or can't.
   */
  private async makeRoom(): Promise<boolean> {
    const { room } = this.layout;
    if (!room.isCounted) return false;
    let again = false;
    try {
      while (await this.lacksRoom()) {
        again = true;
        await this.layout.refit(this.parameters, this.state);
        await this.build();
      }
    } catch (error) {
      this.layout.current?.meanField.forgetLattices();
      throw error;
    }
    return again;
  }

  private async lacksRoom(): Promise<boolean> {
    const { room } = this.layout;
    const { meanField } = this.current;
    let lacks = false;
    for (const [index, { kernel, filter, vertexCount }] of meanField.kernels.entries()) {
      if (!(filter instanceof LatticeFilter) || vertexCount !== null) continue;
      const { sizes, vertexCapacity } = filter.structure;
      const [vertices] = await this.readback.words(sizes, dispatchSizeOffsets.verticesWanted, 1);
      if (vertices <= vertexCapacity) {
        meanField.setVertexCount(index, vertices);
        continue;
      }
      if (!room.grows) {
        throw new DeviceError(`kernels[${index}] makes ${vertices} lattice vertices; vertexCapacity is ${vertexCapacity}`);
      }
      room.grow(kernel, vertices);
      lacks = true;
    }
    return lacks;
  }

  private async finish(): Promise<RefineReport> {
    const { iterations, change } = this;
    const vertexCounts = this.current.meanField.kernels.map(({ vertexCount }) => vertexCount);
    const timings: StageTiming[] = this.profiler ? await this.profiler.read(this.readback) : [];
    return { iterations, change, vertexCounts, timings };
  }

  private async takeImage({ image, meanField }: Layout, input: TakenImage): Promise<void> {
    await image.prepare(input);
    this.state.checkUsable();
    const encoder = this.device.createCommandEncoder({ label: 'image' });
    image.encode(encoder, input);
    this.device.queue.submit([encoder.finish()]);
    this.state.hasImage = true;
    this.imageBytes = isRgba(input) ? input.data : undefined;
    meanField.imageChanged();
  }

  /** `exact` takes features from the host: it is not for frames. */
  private async giveExactFeatures(): Promise<void> {
    for (const { kernel, filter } of this.current.meanField.kernels) {
      if (!(filter instanceof ExactFilter) || filter.hasFeatures) continue;
      const rgba = kernel.type === 'bilateral' ? await this.readImage() : null;
      filter.setFeatures(kernelFeatures(kernel, this.size, rgba));
    }
  }

  private async readImage(): Promise<Uint8Array | Uint8ClampedArray> {
    if (this.imageBytes) return this.imageBytes;
    const { pixels } = this.current.image;
    const words = await this.readback.words(pixels, 0, this.size.width * this.size.height);
    this.imageBytes = new Uint8Array(words.buffer);
    return this.imageBytes;
  }

  private get current(): Layout {
    const { current } = this.layout;
    if (!current) throw new Error('GpuCrf: nothing prepared');
    return current;
  }

  private async submit(encode: (stages: StageEncoder) => void): Promise<void> {
    this.state.checkUsable();
    const encoder = this.device.createCommandEncoder({ label: 'GpuCrf' });
    const stages = this.profiler?.begin(encoder) ?? new PlainEncoder(encoder);
    encode(stages);
    stages.end();
    this.device.queue.submit([encoder.finish()]);
  }

  /**
   * One call at a time. Its arguments are taken at once, as it was made; what it asks of the calls before is checked when its turn comes,
   * before anything changes.
   */
  private exclusively<Result>(work: () => Promise<Result>): Promise<Result>;
  private exclusively<Taken, Result>(work: (taken: Taken) => Promise<Result>, take: () => Taken): Promise<Result>;
  private async exclusively<Taken, Result>(
    work: (taken: Taken | undefined) => Promise<Result>,
    take?: () => Taken,
  ): Promise<Result> {
    this.state.checkUsable();
    const { asked } = this;
    const taken = take?.();
    this.pending++;
    const turn = this.queue.then(() => {
      this.state.checkUsable();
      this.parameters = asked;
      return work(taken);
    });
    this.queue = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.pending--;
      this.releaseIfDone();
      // Whatever came of it: what ended the object is why.
      this.state.checkUsable();
    }
  }

  private releaseIfDone(): void {
    if (!this.destroyed || this.pending > 0) return;
    this.layout.destroy();
    this.reader.destroy();
    this.intake.destroy();
    this.profiler?.destroy();
    this.readback.destroy();
    this.ownBuffers.destroy();
    if (this.options.ownsDevice) this.device.destroy();
  }
}

/** The same input with numbers that nobody else can change. Buffers are read when the call's turn comes. */
function ownUnary(unary: UnaryArray): UnaryArray {
  return unary.values instanceof Float32Array ? { ...unary, values: new Float32Array(unary.values) } : unary;
}
