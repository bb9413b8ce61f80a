// SPDX-License-Identifier: MIT

import { DenseCrf } from '../dense-crf.js';
import { tuningFor } from '../engine/plan/tuning.js';
import { isSoftware } from '../gpu/adapter.js';
import { BufferSet } from '../gpu/buffers.js';
import { GivenObjects, isTexture, unusable } from '../gpu/given-objects.js';
import { ProgramCache } from '../gpu/program.js';
import { type Heard, ScopedDevice } from '../gpu/scoped-device.js';
import type { GpuResults, Refiner, UnarySource } from '../problem/api.js';
import { DeviceError } from '../problem/errors.js';
import { unreadable } from '../problem/page-image.js';

import type { CrfParameters, ProblemSize, RgbaImage } from '../problem/types.js';
import type { DrawTarget } from './drawing/target.js';
import { Engines, type EngineWish, videoSizesKept } from './engines.js';

import { FrameCapture } from './frames/frame-capture.js';
import { FrameResizer, resizeTargetBytes } from './frames/frame-resizer.js';
import { checkFrame, type FrameSource } from './frames/frame-source.js';
import { type Extent, type Placement, planWorkingSize } from './frames/plan.js';
import type { StageContext } from './frames/stage-context.js';
import { GpuGuide } from './guided/gpu-guide.js';
import type { ResolvedNetwork } from './network/description.js';
import type { NetworkFiles } from './network/load-network.js';
import type { NetworkRun } from './network-run.js';
import { NetworkRuns } from './network-runs.js';
import { measureLabelMaxima } from './outputs/label-maxima.js';
import { parametersForLabels, presentLabels } from './outputs/present-labels.js';
import { Pace } from './pace.js';
import type { Drawn, FrameJob, FrameResult, KeptLabels, KeyJob, Path } from './path.js';
import { promptsForKept, withMarked } from './prompts/kept-prompts.js';
import type { CheckedPrompts } from './prompts/prompts.js';
import { Recent } from './recent.js';
import { ResultPainter } from './result-painter.js';
import type { Gpu } from './runtime/gpu.js';
import type { Onnxruntime } from './runtime/onnxruntime.js';
import { GpuSegmentation } from './segmentation.js';
import { TemporalSmoothing } from './video/temporal.js';
import type { TemporalParameters } from './video/temporal-parameters.js';

/** Numbers on the GPU, and what is told of them. */
interface GpuFrame extends Omit<FrameResult, 'present'> {
  results: GpuResults;
}

/** A frame at the size that the CRF works on, and what fills it. */
interface WorkingImage {
  extent: Extent;
  /** RGBA bytes, u32 [y, x]. */
  image: GPUBuffer;
  resizer: FrameResizer;
}

/**
 * Everything a pipeline has on one device, and the way of a frame through it:
 * source → frame texture → network's input and working image → network → unary → CRF.
 * One call at a time.
 */
export class FramePath implements Path {
  readonly backend = 'webgpu';
  readonly capture: FrameCapture;
  private readonly pace = new Pace();
  private painter: ResultPainter | undefined;
  private readonly context: StageContext;
  private readonly engines: Engines;
  private readonly buffers: BufferSet;
  private readonly given: GivenObjects;
  /** Labels, where none is left out. */
  private all: readonly number[] = [];
  /** The engine that has the Q of the frame before. */
  private refined: Refiner | undefined;
  /** Size of the frame that the network's output is of. */
  private networkFrame: Extent | undefined;
  /** That of the frame before. */
  private smoothing: TemporalSmoothing | undefined;
  private readonly smoothings = new Recent<TemporalSmoothing>(videoSizesKept, (smoothing) => smoothing.destroy());
  private readonly guides = new Recent<GpuGuide>(videoSizesKept, (guide) => guide.destroy());
  private working: WorkingImage | undefined;
  private readonly workingImages = new Recent<WorkingImage>(videoSizesKept, ({ image, resizer }) => {
    resizer.destroy();
    this.buffers.release(image);
  });

  private constructor(
    readonly gpu: Gpu,
    private readonly networks: NetworkRuns,
    context: StageContext,
    profile: boolean,
  ) {
    this.context = context;
    this.capture = new FrameCapture(context);
    this.engines = new Engines((wish, parameters) => createEngine(gpu.device, profile, wish, parameters));
    this.buffers = new BufferSet(context.device);
    this.given = new GivenObjects(context.device, this.buffers);
  }

  static async create(
    options: {
      gpu: Gpu;
      runtime: Onnxruntime;
      network: ResolvedNetwork;
      files: NetworkFiles;
      profile: boolean;
      /** Of the frames to come, where it is known. */
      frameSize: Extent | undefined;
    },
    signal?: AbortSignal,
  ): Promise<FramePath> {
    const { gpu, profile, frameSize } = options;
    const device = new ScopedDevice(gpu.device);
    const { workgroupSize } = tuningFor(isSoftware(device.adapterInfo));
    const context = { device, programs: new ProgramCache(device), workgroupSize };
    return new FramePath(gpu, await NetworkRuns.create({ ...options, context }, frameSize, signal), context, profile);
  }

  /** The variant that the latest frame was for. */
  get network(): NetworkRun {
    return this.networks.current;
  }

  get device(): GPUDevice {
    return this.gpu.device;
  }

  get adapterName(): string {
    return this.gpu.adapterName;
  }

  get labelCount(): number {
    return this.network.labelCount;
  }

  get frameChanges(): number {
    return this.capture.changes;
  }

  get bytes(): number {
    const smoothing = this.smoothings.all.reduce((sum, { bytes }) => sum + bytes, 0);
    const parts = [...this.guides.all, this.buffers, this.capture, this.engines, this.networks, this.painter];
    return parts.reduce((sum, part) => sum + (part?.bytes ?? 0), smoothing);
  }

  get workingImage(): GPUBuffer {
    if (!this.working) throw new Error('FramePath.workingImage before process');
    return this.working.image;
  }

  async begin(): Promise<void> {
    await this.pace.begin();
  }

  finished(start: number): Promise<number> {
    return this.pace.submitted(this.gpu.device, start);
  }

  /**
   * One frame, in order. Nothing is created unless a size or the number of labels changed; nothing is awaited but the
   * network and, for a photo, the labels that are left.
   */
  async process(job: FrameJob, signal?: AbortSignal): Promise<FrameResult> {
    const computed = await this.compute(job, signal);
    const { results: gpu, ...result } = job.smoothing ? await this.smooth(computed, job.smoothing) : computed;
    const { device } = this.gpu;
    const keptLabels = result.kept.labels;
    const unary = () => this.network.unary;
    return { ...result, present: (frame) => new GpuSegmentation({ ...frame, device, keptLabels, gpu, unary }) };
  }

  private async compute(job: FrameJob, signal?: AbortSignal): Promise<GpuFrame> {
    const { source, use } = job;
    const frame = source === 'captured' ? this.capture.texture : await this.check(source);
    const working = planWorkingSize(frame, job.workingSize);
    const placement = (await this.networks.take(frame, signal)).placementFor(frame);
    const runNetwork = job.runNetwork || !this.network.hasRun || !sameExtent(frame, this.networkFrame);
    if (runNetwork) await this.network.shape(placement, signal);
    const { image, resizer } = await this.workingFor(working);
    signal?.throwIfAborted();

    const refusal = this.ingest('ingest', source, (pass, texture) => {
      resizer.encode(pass, texture, whole(working));
      if (runNetwork) this.network.encodeInput(pass, texture, placement);
    });

    if (runNetwork) {
      const { network } = this;
      if (use === 'photo' && network.averagesFlips) {
        await network.runBothWays(this.capture.texture, placement, signal);
      } else await network.run(signal);
      this.networkFrame = sizeOf(frame);
    }
    const kept = await this.keptLabels(working, job);
    const unary = job.marks ? await this.markedUnary(working, job.marks, kept) : this.network.unary;
    const parameters = this.parametersForKept(job.parametersFor(working), kept.labels);
    const engine = await this.engines.get({ ...working, labelCount: kept.labels.length, use }, parameters);
    signal?.throwIfAborted();
    const refinement = await engine.refine({
      image,
      unary,
      warmStart: job.warmStart && this.refined === engine,
    });
    if (job.refinement === 'guided') {
      const guide = await this.guideFor({ ...working, labelCount: kept.labels.length });
      await guide.run({ image, marginals: (await engine.gpuResults()).marginals });
      await this.accepted('what the guided filter needs');
      await engine.refine({ unary: { probabilities: guide.filtered } });
    }
    this.refined = engine;
    const results = await engine.gpuResults();
    // The engine has waited for later answers of the device: these are there.
    await this.checkIngested(source, refusal);
    return {
      results,
      refinement,
      frame: sizeOf(frame),
      working,
      input: sizeOf(placement),
      networkRan: runNetwork,
      kept,
      parameters,
    };
  }

  /** The result with the flicker taken out: its marginals and label map follow those of the frames before. */
  private async smooth(result: GpuFrame, parameters: TemporalParameters): Promise<GpuFrame> {
    const smoothing = await this.smoothingFor(result);
    smoothing.setParameters(parameters);
    this.context.device.submit('smoothing', (encoder) => smoothing.encode(encoder));
    const { marginals, labelMap } = smoothing;
    return { ...result, results: { ...result.results, marginals, labelMap } };
  }

  restart(): void {
    this.smoothing?.reset();
    this.refined = undefined;
    // The next frame may show something else: the network looks at it, whatever the frame budget says.
    this.networkFrame = undefined;
  }

  async setKey(source: FrameSource, job: KeyJob, signal?: AbortSignal): Promise<void> {
    const before = this.network.currentKey;
    try {
      const frame = await this.check(source);
      await this.network.beginKey(frame, job.labelCount, job.seedsFor);
      const refusal = this.ingest('key image', source, (pass, texture) => this.network.encodeKey(pass, texture));
      await this.checkIngested(source, refusal);
      for (let round = 1; round < job.rounds; round++) {
        const { results, working } = await this.compute({ ...job.frame, source: 'captured' }, signal);
        await this.network.refineKey(results.marginals, working);
      }
      await this.network.keepKey();
      signal?.throwIfAborted();
    } catch (error) {
      await this.network.adoptKey(before);
      throw error;
    }
  }

  async draw(drawn: Drawn, target: DrawTarget): Promise<void> {
    await this.resultPainter().paint(drawn, this.capture.texture, target);
  }

  async export(drawn: Drawn, size: Extent | undefined): Promise<RgbaImage> {
    return await this.resultPainter().export(drawn, this.capture.texture, size);
  }

  /** What the device says of a call that failed is that call's, and nobody else's. */
  async settle(): Promise<void> {
    await this.context.device.settle();
  }

  async destroy(): Promise<void> {
    this.painter?.destroy();
    this.capture.destroy();
    this.workingImages.endAll();
    this.smoothings.endAll();
    this.guides.endAll();
    this.engines.destroy();
    this.buffers.destroy();
    await this.networks.destroy();
    this.gpu.release();
  }

  private resultPainter(): ResultPainter {
    this.painter ??= new ResultPainter(this.context, this.gpu.device);
    return this.painter;
  }

  /** Captures a frame and what is made of it. */
  private ingest(
    label: string,
    source: FrameSource | 'captured',
    encode: (pass: GPUComputePassEncoder, texture: GPUTexture) => void,
  ): Heard<void>['error'] {
    const { device } = this.context;
    return device.listen(() =>
      device.submit(label, (encoder) => {
        const texture = source === 'captured' ? this.capture.texture : this.capture.encode(encoder, source);
        const pass = encoder.beginComputePass({ label });
        encode(pass, texture);
        pass.end();
      }),
    ).error;
  }

  /** Throws ArgumentError where the device could not use the source, DeviceError where it refused anything else. */
  private async checkIngested(source: FrameSource | 'captured', refusal: Heard<void>['error']): Promise<void> {
    const [ofSource, ofOthers] = [await refusal, await this.context.device.settle()];
    const error = ofSource ?? ofOthers;
    if (!error) return;
    // What was computed is none of this frame.
    this.restart();
    if (!ofSource || source === 'captured' || 'data' in source) {
      throw new DeviceError(`the GPU refused a frame: ${error.message}`);
    }
    throw isTexture(source) ? unusable('frame', source) : unreadable('frame', source, error);
  }

  private async keptLabels(working: Extent, { dropBelow, marks }: FrameJob): Promise<KeptLabels> {
    const { labelCount } = this.network;
    if (dropBelow <= 0) {
      if (this.all.length !== labelCount) this.all = Array.from({ length: labelCount }, (_unused, label) => label);
      return { labels: this.all, droppedProbability: 0 };
    }
    const maxima = await measureLabelMaxima(this.context, this.network.unary, { ...working, labelCount });
    const labels = withMarked(presentLabels(maxima, dropBelow), marks);
    this.network.choose(labels);
    for (const label of labels) maxima[label] = 0;
    return { labels, droppedProbability: maxima.reduce((sum, maximum) => sum + maximum, 0) };
  }

  /** Of a photo: reads back what the CRF is to work on. Marks then go the way that they go on the CPU. */
  private async markedUnary(working: Extent, marks: CheckedPrompts, kept: KeptLabels): Promise<UnarySource> {
    const { markUnary } = await import('./marks/mark-unary.js');
    const { network } = this;
    const unary = network.takesPrompts ? undefined : network.unary;
    return markUnary(
      this.context.device,
      { buffer: this.workingImage, ...working },
      promptsForKept(marks, kept.labels),
      unary,
    );
  }

  /** The same object where every label is kept. */
  private parametersForKept(parameters: CrfParameters, kept: readonly number[]): CrfParameters {
    const { labelCount } = this.network;
    return kept.length === labelCount ? parameters : parametersForLabels(parameters, kept, labelCount);
  }

  extentOf(source: FrameSource): Extent {
    return checkFrame(source, this.gpu.device.limits.maxTextureDimension2D);
  }

  private async check(source: FrameSource): Promise<Extent> {
    const frame = this.extentOf(source);
    if (isTexture(source)) await this.given.check([{ argument: 'frame', value: source }]);
    await this.capture.prepare(source);
    try {
      await this.accepted('a frame of this size');
    } catch (error) {
      // The next one makes its texture anew.
      this.capture.destroy();
      throw error;
    }
    return frame;
  }

  /** Where something was created: waits for the device's answer. */
  private async accepted(what: string): Promise<void> {
    const error = await this.context.device.settleCreation();
    if (error) throw new DeviceError(`the GPU refused ${what}: ${error.message}`);
  }

  private async smoothingFor({ working, kept, results }: GpuFrame): Promise<TemporalSmoothing> {
    const size = { ...working, labelCount: kept.labels.length };
    const smoothing = this.smoothings.find((other) => sameSize(other.size, size)) ?? this.newSmoothing(size);
    // Frames of another size have come between, and it has not seen them.
    if (smoothing !== this.smoothing) smoothing.reset();
    this.smoothing = undefined;
    try {
      await smoothing.prepare({ image: this.workingImage, marginals: results.marginals });
    } catch (error) {
      // Its buffers may be what was refused.
      this.smoothings.endOne(smoothing);
      throw error;
    }
    this.smoothing = smoothing;
    return smoothing;
  }

  private async guideFor(size: ProblemSize): Promise<GpuGuide> {
    const found = this.guides.find((other) => sameSize(other.size, size));
    if (found) return found;
    this.guides.makeRoom();
    const guide = new GpuGuide(this.context, size);
    this.guides.add(guide);
    return guide;
  }

  private newSmoothing(size: ProblemSize): TemporalSmoothing {
    this.smoothings.makeRoom();
    const smoothing = new TemporalSmoothing(this.gpu.device, size);
    this.smoothings.add(smoothing);
    return smoothing;
  }

  private async workingFor(extent: Extent): Promise<WorkingImage> {
    if (this.working && sameExtent(extent, this.working.extent)) return this.working;
    this.working = undefined;
    this.working =
      this.workingImages.find((other) => sameExtent(extent, other.extent)) ?? (await this.newWorking(extent));
    return this.working;
  }

  private async newWorking(extent: Extent): Promise<WorkingImage> {
    this.workingImages.makeRoom();
    const image = this.buffers.storage('FramePath.workingImage', resizeTargetBytes({ kind: 'image' }, extent));
    const resizer = await FrameResizer.create(this.context, { kind: 'image' }, extent, image);
    const working = { extent, image, resizer };
    this.workingImages.add(working);
    try {
      await this.accepted('a picture of the working size');
    } catch (error) {
      this.workingImages.endOne(working);
      throw error;
    }
    return working;
  }
}

/** A photo may read a number back; a frame of a video may not, and pays with memory for the worst case. */
function createEngine(
  device: GPUDevice,
  profile: boolean,
  { use, ...size }: EngineWish,
  parameters: CrfParameters,
): Promise<Refiner> {
  const vertexCapacity = use === 'video' ? 'worst-case' : 'measured';
  // Frames wait for this: nothing is measured here.
  const tuning = 'remembered';
  return DenseCrf.create({ ...size, parameters, device, backend: 'webgpu', vertexCapacity, profile, tuning });
}

function sameSize(a: ProblemSize, b: ProblemSize): boolean {
  return a.width === b.width && a.height === b.height && a.labelCount === b.labelCount;
}

function sameExtent(a: Extent, b: Extent | undefined): boolean {
  return a.width === b?.width && a.height === b.height;
}

function sizeOf({ width, height }: Extent): Extent {
  return { width, height };
}

function whole({ width, height }: Extent): Placement {
  return { width, height, window: { x: 0, y: 0, width, height } };
}
