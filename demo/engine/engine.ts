// SPDX-License-Identifier: MIT

import {
  DenseCrf,
  DeviceError,
  type Energy,
  type RefineInput,
  type RefineReport,
  type Refiner,
} from '../../src/index.js';
import { type Extent, markProbabilities } from '../../src/pipeline/index.js';
import { acquireGpu, type Gpu } from './gpu.js';
import { InstanceFinder } from './instance-finder.js';
import { type NetworkResult, NetworkSource } from './network-source.js';
import type {
  Benchmark,
  Convergence,
  GpuNews,
  InstanceJob,
  Instances,
  Job,
  LatticeStatistics,
  MarkMap,
  NamedColour,
  NetworkProgress,
  Picture,
  Refinement,
  Segmentation,
} from './protocol.js';
import { ReadbackMeter } from './readback-meter.js';
import { segment } from './segmentation.js';

/** The GPU is started anew once after it was lost; then the processor takes over. */
const retries = 1;

/** Refinement stops at once where nothing changes: never, but the change is measured. */
const measuringTolerance = 1e-30;

export interface EngineListener {
  news: (news: GpuNews) => void;
  loading: (progress: NetworkProgress | undefined) => void;
}

/** Network and CRF for one picture at a time. Lives in a worker, so that the page never waits. */
export class Engine {
  private readonly meter = new ReadbackMeter();
  private job: Job | undefined;
  private picture: Picture | undefined;
  private marks: MarkMap | undefined;
  private labelCount = 0;
  private probabilities: Float32Array | undefined;
  private before: Segmentation | undefined;
  private gpu: Gpu | undefined;
  private crf: Refiner | undefined;
  private crfKey = '';
  /** What the CRF does not know yet. */
  private pending: RefineInput = {};
  private losses = 0;
  private isInterrupted = false;

  private labels: readonly NamedColour[] | undefined;
  private networkInput: Extent | undefined;
  private readonly networkSource: NetworkSource;
  private readonly instanceFinder = new InstanceFinder();

  constructor(private readonly listener: EngineListener) {
    this.networkSource = new NetworkSource(listener.loading);
  }

  /** The network that is on its way is not wanted any more; the job fails. */
  cancelLoading(): void {
    this.networkSource.cancel();
  }

  /** Ends `study` and `benchmark` after the step that they are in. */
  interrupt(): void {
    this.isInterrupted = true;
  }

  async refine(job: Job): Promise<Refinement> {
    const picture = job.picture ?? this.picture;
    const marks = job.marks ?? this.marks;
    if (!picture || !marks) throw new Error('The first job brings a picture and marks.');
    const isNew =
      job.picture !== undefined ||
      job.marks !== undefined ||
      job.labelCount !== this.job?.labelCount ||
      job.network !== this.job.network ||
      job.inputSize !== this.job.inputSize;
    this.job = job;
    this.picture = picture;
    this.marks = marks;
    if (job.picture) this.pending.image = imageOf(picture);
    // Until the network has said what there is now, what it said of another picture is of no use.
    if (isNew) this.probabilities = undefined;
    return this.rebuilding(async () => {
      if (this.probabilities) return this.tryRefine(job, picture);
      const network = { stage: 'network', milliseconds: await this.runNetwork(job, picture, marks) };
      const refinement = await this.tryRefine(job, picture);
      return { ...refinement, timings: [network, ...refinement.timings] };
    });
  }

  /** Ids of instances, with their areas. */
  async count(job: InstanceJob): Promise<Instances> {
    return this.rebuilding(async () => this.instanceFinder.find(job, this.gpu?.device));
  }

  /** The same inference as in the job before, watched step by step. Undefined where it was interrupted. */
  async study(): Promise<Convergence | undefined> {
    const { job, picture } = this;
    if (!job || !picture) return undefined;
    this.isInterrupted = false;
    return this.rebuilding(async () => {
      const crf = await this.crfFor(job, picture);
      crf.setParameters({ ...job.parameters, tolerance: measuringTolerance });
      await crf.start(this.takePending());
      const changes: number[] = [];
      const energies: Energy[] = [await crf.energy()];
      for (let iteration = 0; iteration < (job.parameters.iterations ?? 0); iteration++) {
        if (this.isInterrupted) return undefined;
        const report = await crf.step(1);
        changes.push(report.change);
        energies.push(await crf.energy());
      }
      return { changes, energies };
    });
  }

  /** Undefined where it was interrupted. */
  async benchmark(runs: number): Promise<Benchmark | undefined> {
    const { job, picture, probabilities } = this;
    if (!job || !picture || !probabilities) return undefined;
    this.isInterrupted = false;
    return this.rebuilding(async () => {
      this.forgetCrf();
      const input = { image: imageOf(picture), unary: { probabilities } };
      const crf = await this.crfFor(job, picture);
      const milliseconds: number[] = [];
      const stages: RefineReport['timings'][] = [];
      let report: RefineReport | undefined;
      for (let run = 0; run <= runs; run++) {
        if (this.isInterrupted) return undefined;
        this.meter.take();
        const start = performance.now();
        report = await crf.refine(input);
        await this.gpu?.device.queue.onSubmittedWorkDone();
        milliseconds.push(performance.now() - start);
        if (run > 0) stages.push(report.timings);
      }
      const bytesReadBackPerRun = this.meter.take();
      const [firstMilliseconds, ...others] = milliseconds;
      return {
        runs,
        width: picture.width,
        height: picture.height,
        labelCount: this.labelCount,
        backend: crf.backend,
        adapterName: this.adapterNameOf(crf),
        parameters: job.parameters,
        milliseconds: others,
        firstMilliseconds,
        stages,
        bytesHeld: crf.bytes,
        bytesReadBackPerRun,
        lattice: await latticeOf(crf, report),
      };
    });
  }

  /** @returns milliseconds that it took, without those in which the browser looked for a GPU */
  private async runNetwork(job: Job, picture: Picture, marks: MarkMap): Promise<number> {
    const acquiring = this.gpuFor(job);
    let start = performance.now();
    // Marks alone need no network, and are done while the browser looks for a GPU.
    const ofMarks = job.network === 'colour-prompt' ? resultOfMarks(job, picture, marks) : undefined;
    const ofMarksTook = performance.now() - start;
    const gpu = await acquiring;
    start = performance.now();
    const result = ofMarks ?? (await this.networkSource.run(gpu?.device, job, picture, marks.prompts));
    const took = ofMarks ? ofMarksTook : performance.now() - start;
    this.labels = result.labels;
    this.labelCount = result.labelCount;
    this.networkInput = result.input;
    this.probabilities = result.probabilities;
    this.before = segment(result.probabilities, picture.width * picture.height, result.labelCount);
    this.pending.unary = { probabilities: result.probabilities };
    return took;
  }

  /** Does it again on a new device where the old one was lost, at last on the processor. */
  private async rebuilding<Result>(work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      const { losses } = this;
      try {
        return await work();
      } catch (error) {
        this.forgetCrf();
        const { gpu } = this;
        // Whatever is under way when a device goes is thrown first; the loss itself is told a moment later.
        const isLost = losses !== this.losses || (gpu !== undefined && (await isLostSoon(gpu.device)));
        if (!isLost && !(gpu && error instanceof DeviceError)) throw error;
        // Also where the device is not lost but refused: a new one has all its memory free.
        if (gpu) this.loseGpu(gpu);
      }
    }
  }

  private async tryRefine(job: Job, picture: Picture): Promise<Refinement> {
    const { width, height } = picture;
    const { labelCount, before } = this;
    if (!before) throw new Error('The network comes before the CRF.');
    const crf = await this.crfFor(job, picture);
    const start = performance.now();
    this.meter.take();
    const report = await crf.refine(this.takePending());
    await this.gpu?.device.queue.onSubmittedWorkDone();
    const refined = performance.now();
    const marginals = await crf.marginals();
    const read = performance.now();
    const bytesReadBack = this.meter.take();
    const after = segment(marginals, width * height, labelCount);
    return {
      width,
      height,
      labelCount,
      labels: this.labels,
      networkInput: this.networkInput,
      before,
      after,
      iterations: report.iterations,
      backend: crf.backend,
      adapterName: this.adapterNameOf(crf),
      timings: [
        { stage: 'refine', milliseconds: refined - start },
        { stage: 'read back', milliseconds: read - refined },
        { stage: 'label map', milliseconds: performance.now() - read },
      ],
      gpuTimings: report.timings,
      lattice: await latticeOf(crf, report),
      bytesHeld: crf.bytes,
      bytesReadBack,
    };
  }

  private takePending(): RefineInput {
    const { pending } = this;
    this.pending = {};
    return pending;
  }

  private adapterNameOf(crf: Refiner): string {
    return crf.backend === 'webgpu' && this.gpu ? this.gpu.adapterName : crf.adapterName;
  }

  private async crfFor(job: Job, { width, height }: Picture): Promise<Refiner> {
    const { parameters, profile } = job;
    const { labelCount } = this;
    const gpu = await this.gpuFor(job);
    const key = `${width} ${height} ${labelCount} ${gpu ? 'webgpu' : 'cpu'} ${profile}`;
    if (this.crf && key === this.crfKey) {
      this.crf.setParameters(parameters);
      return this.crf;
    }
    this.forgetCrf();
    const backend = gpu ? { backend: 'webgpu' as const, device: gpu.device } : { backend: 'cpu' as const };
    this.crf = await DenseCrf.create({ width, height, labelCount, parameters, profile, ...backend });
    this.crfKey = key;
    return this.crf;
  }

  private hasToldWhy = false;

  private async gpuFor(job: Job): Promise<Gpu | undefined> {
    if (job.backend === 'cpu' || this.losses > retries) return undefined;
    if (this.gpu) return this.gpu;
    const gpu = await acquireGpu(job.backend === 'webgpu' ? 'any' : 'hardware').catch(() => 'none' as const);
    if (typeof gpu === 'string') {
      if (!this.hasToldWhy) this.listener.news({ kind: gpu });
      this.hasToldWhy = true;
      return undefined;
    }
    this.gpu = gpu;
    void gpu.device.lost.then(() => {
      if (this.gpu === gpu) this.loseGpu(gpu);
    });
    return gpu;
  }

  private loseGpu(gpu: Gpu): void {
    if (this.gpu !== gpu) return;
    this.gpu = undefined;
    gpu.device.destroy();
    this.losses++;
    this.forgetCrf();
    this.listener.news({ kind: 'lost', isLast: this.losses > retries });
  }

  /** The next one must be told everything. */
  private forgetCrf(): void {
    this.crf?.destroy();
    this.crf = undefined;
    this.crfKey = '';
    const { picture, probabilities } = this;
    if (!picture || !probabilities) return;
    this.pending = { image: imageOf(picture), unary: { probabilities } };
  }
}

function resultOfMarks({ labelCount }: Job, picture: Picture, { prompts }: MarkMap): NetworkResult {
  if (!prompts) throw new Error('Without a network there must be marks.');
  return {
    probabilities: markProbabilities(imageOf(picture), prompts),
    labels: undefined,
    labelCount,
    input: undefined,
  };
}

function imageOf({ pixels, width, height }: Picture) {
  return { data: pixels, width, height };
}

async function latticeOf(crf: Refiner, report: RefineReport | undefined): Promise<LatticeStatistics> {
  return {
    vertexCounts: report?.vertexCounts ?? [],
    dispatchesPerIteration: crf.dispatchesPerIteration,
    bytesMovedPerIteration: (await crf.bytesMovedPerIteration?.()) ?? null,
  };
}

async function isLostSoon(device: GPUDevice): Promise<boolean> {
  const soon = new Promise<false>((resolve) => setTimeout(() => resolve(false), 100));
  return Promise.race([device.lost.then(() => true), soon]);
}
