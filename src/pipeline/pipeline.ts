// SPDX-License-Identifier: MIT

import { ArgumentError, DeviceError } from '../crf/errors.js';
import type { CrfParameters } from '../crf/types.js';
import type { FrameReport, LoadProgress, PipelineOptions, PromptOptions, Segmentation, SegmentOptions } from './api.js';
import { Painter } from './drawing/painter.js';
import { configureCanvas, type PaintTarget } from './drawing/target.js';
import { entryPointOf, type View } from './drawing/view.js';
import { scaledParameters } from './engines.js';
import { type FrameJob, FramePath, type FrameResult } from './frame-path.js';
import type { FrameSource } from './frames/frame-source.js';
import type { Extent } from './frames/plan.js';
import type { ResolvedNetwork } from './network/description.js';
import { loadNetwork } from './network/load-network.js';
import type { Key } from './network-run.js';
import { checkOptions, checkPromptOptions, checkSegmentOptions, type Settings } from './options.js';
import { Pace } from './pace.js';
import { checkPrompts, type Prompts } from './prompts/prompts.js';
import { pinnedLabels, seedMaps } from './prompts/seeds.js';
import { Gpu } from './runtime/gpu.js';
import { loadOnnxruntime, type Onnxruntime } from './runtime/onnxruntime.js';
import { GpuSegmentation } from './segmentation.js';
import { Turns } from './turns.js';
import { type BudgetChoice, type BudgetOptions, FrameBudget } from './video/budget.js';
import type { TemporalParameters } from './video/temporal.js';

/** Of CrfParameters that name none. */
const defaultIterations = 5;

/**
 * From a camera or an image to refined labels without leaving the GPU: a network run by onnxruntime-web and a dense CRF on one device.
 *
 *   const pipeline = await Pipeline.create({ network: 'selfie' });
 *   const result = await pipeline.segment(image);
 *   await pipeline.draw({ kind: 'blur' }, canvas);
 *   const labels = await result.labelMap();
 *
 * Calls wait for each other, in the order in which they were made.
 */
export class Pipeline {
  private readonly turns = new Turns();
  private readonly pace = new Pace();
  private budget: { best: number; budget: FrameBudget } | undefined;
  private path: FramePath | undefined;
  private painter: { painter: Painter; path: FramePath } | undefined;
  private losses = 0;
  private lossMessage = '';
  private destroyed = false;
  /** Counts calls: a result knows by it whether it is still the last. */
  private call = 0;
  private last: { result: FrameResult; segmentation: GpuSegmentation } | undefined;
  /** What was marked, and on which image. */
  private marks: { image: WeakRef<FrameSource>; marksFor: (working: Extent) => Uint8Array } | undefined;
  /** What a prompt network was told, for the next device. */
  private key: Key | undefined;
  private scaled: { from: CrfParameters; scale: number; to: CrfParameters } | undefined;

  private constructor(
    private options: PipelineOptions,
    private settings: Settings,
    private readonly bytes: Uint8Array,
    private readonly runtime: Onnxruntime,
  ) {}

  /**
   * Downloads the network if need be, checks it, and makes it ready on the device.
   *
   * Throws ArgumentError for an option that can't be and for a description that doesn't fit its file, DownloadError for a file
   * that can't be had, DeviceError where there is no WebGPU or the device is not enough, and the signal's reason.
   */
  static async create(options: PipelineOptions = {}): Promise<Pipeline> {
    const settings = checkOptions(options);
    const { signal, onProgress } = options;
    const [bytes, runtime] = await Promise.all([
      loadNetwork(settings.network, progressOptions(signal, onProgress)),
      loadOnnxruntime(options.onnxruntime),
    ]);
    signal?.throwIfAborted();
    onProgress?.({ phase: 'session' });
    const pipeline = new Pipeline(options, settings, bytes, runtime);
    try {
      await pipeline.turns.take(() => pipeline.withPath(async () => undefined, signal), signal);
    } catch (error) {
      void pipeline.destroy();
      throw error;
    }
    return pipeline;
  }

  /** What is known of the network, with every default filled in. */
  get network(): ResolvedNetwork {
    return this.settings.network;
  }

  /** The device that frames go through: another one after a loss. */
  get device(): GPUDevice {
    if (!this.path) throw new DeviceError('this pipeline has no device at present');
    return this.path.gpu.device;
  }

  get adapterName(): string {
    return this.path?.gpu.adapterName ?? 'none';
  }

  /** Names by label: a prompt network's are as many as there are prompts. */
  get labels(): readonly string[] {
    return this.network.labels.slice(0, this.path?.network.labelCount);
  }

  /** Bytes of GPU memory held, but for the weights and what else onnxruntime holds. */
  get bytesHeld(): number {
    return (this.path?.bytes ?? 0) + (this.painter?.painter.bytes ?? 0);
  }

  /** Trades quality for speed in the frames to come, or, with null, no longer. Throws ArgumentError. */
  setBudget(budget: BudgetOptions | null): void {
    this.configure({ budget });
  }

  /** Smoothing over time in the frames to come; null for none. Throws ArgumentError. */
  setSmoothing(smoothing: TemporalParameters | null): void {
    this.configure({ smoothing });
  }

  /** Long side in pixels of the picture that the CRF works on, 1..16384. Throws ArgumentError. */
  setWorkingSize(workingSize: number): void {
    this.configure({ workingSize });
  }

  /** Other parameters from the next call on; null leaves the network's output as it is. Throws ArgumentError. */
  setCrf(crf: CrfParameters | null): void {
    this.configure({ crf });
  }

  /**
   * Tells a prompt network what to look for: marks on a key image. Frames are segmented against it until the next call. Where `segment` is given
   * the key image itself (the same object), marked pixels get the labels that they were marked with.
   *
   * Throws ArgumentError for marks that can't be, and for networks that take none; whatever it throws, the key image before stays in force.
   */
  async setPrompts(keyImage: FrameSource, prompts: Prompts, options: PromptOptions = {}): Promise<void> {
    const { prompts: taken, name } = this.network;
    if (!taken) throw new ArgumentError('prompts', prompts, `none: ${name} needs nobody to tell it what to look for`);
    const { rounds } = checkPromptOptions(options);
    const checked = checkPrompts(prompts);
    const { signal } = options;
    const seedsFor = ({ width, height }: Extent) => seedMaps(checked, width, height);
    const marksFor = ({ width, height }: Extent) => pinnedLabels(checked, width, height);
    await this.turns.take(
      () =>
        this.withPath(async (path) => {
          // The frame that was drawn last is no longer there.
          this.call++;
          this.last = undefined;
          path.restart();
          const job = { ...this.photoJob(), marksFor };
          await path.setKey(keyImage, checked.labelCount, seedsFor, { rounds, job, signal });
          this.marks = { image: new WeakRef(keyImage), marksFor };
        }, signal),
      signal,
    );
  }

  /** Labels of one picture, on its own. Throws ArgumentError for a picture that can't be read, and the signal's reason. */
  async segment(source: FrameSource, options: SegmentOptions = {}): Promise<Segmentation> {
    const { signal } = options;
    checkSegmentOptions(options);
    return this.turns.take(() => this.withPath((path) => this.photo(path, source, signal), signal), signal);
  }

  /** Labels of the next frame of a video. Nothing is read back, and nothing made anew. */
  segmentFrame(source: FrameSource, { signal }: { signal?: AbortSignal } = {}): Promise<Segmentation> {
    return this.turns.take(() => this.withPath((path) => this.frame(path, source, signal), signal), signal);
  }

  /** Forgets the frames before: after a cut, or for another camera. */
  async restart(): Promise<void> {
    await this.turns.take(async () => this.path?.restart());
  }

  /**
   * Draws the last result into a canvas, or into any texture of the pipeline's device. A canvas is configured for WebGPU the first time.
   */
  draw(view: View, target: HTMLCanvasElement | OffscreenCanvas | PaintTarget): Promise<void> {
    return this.turns.take(() => this.withPath((path) => this.paint(path, view, target)));
  }

  /**
   * Waits for the call under way, then frees everything; a canvas drawn on a moment before may stay blank, as the device goes. Calls made
   * later throw DeviceError.
   */
  async destroy(): Promise<void> {
    if (this.destroyed) return;
    this.destroyed = true;
    await this.turns.idle();
    await this.close();
  }

  /** Nothing changes where the new options can't be. */
  private configure(change: Partial<PipelineOptions>): void {
    const options = { ...this.options, ...change };
    this.settings = checkOptions(options);
    this.options = options;
    this.budget = undefined;
  }

  /** Begins anew when the frames are of another size: rungs are parts of the working size that there is. */
  private budgetFor(frame: Extent): FrameBudget | undefined {
    const { budget, workingSize, crf } = this.settings;
    if (!budget) return undefined;
    const best = Math.min(workingSize, Math.max(frame.width, frame.height));
    if (this.budget?.best !== best) {
      const iterations = crf.iterations ?? defaultIterations;
      this.budget = { best, budget: new FrameBudget(budget, { workingSize: best, iterations }) };
    }
    return this.budget.budget;
  }

  private async photo(path: FramePath, source: FrameSource, signal: AbortSignal | undefined): Promise<Segmentation> {
    this.call++;
    const { marks } = this;
    const marksFor = marks && marks.image.deref() === source ? marks.marksFor : undefined;
    const result = await path.process({ ...this.photoJob(), source, marksFor }, signal);
    return this.finish(path, result);
  }

  private photoJob(): Omit<FrameJob, 'source'> {
    const { workingSize, crf, dropBelow } = this.settings;
    return {
      use: 'photo',
      workingSize,
      dropBelow,
      parametersFor: (working) => this.parametersFor(working, crf.iterations),
      runNetwork: true,
      warmStart: false,
    };
  }

  private async frame(path: FramePath, source: FrameSource, signal: AbortSignal | undefined): Promise<Segmentation> {
    this.call++;
    await this.pace.begin();
    const start = performance.now();
    const { settings } = this;
    const budget = this.budgetFor(path.extentOf(source));
    const choice = budget?.next();
    const result = await path.process(
      {
        source,
        use: 'video',
        dropBelow: 0,
        workingSize: choice?.workingSize ?? settings.workingSize,
        parametersFor: (working) => this.parametersFor(working, choice?.iterations ?? settings.crf.iterations),
        runNetwork: choice?.runNetwork ?? true,
        warmStart: settings.warmStart,
      },
      signal,
    );
    const { smoothing } = settings;
    const smoothed = smoothing ? await path.smooth(result, smoothing) : result;
    const done = this.pace.submitted(path.gpu.device, start);
    if (budget && choice) {
      void done.then((milliseconds) => {
        if (milliseconds >= 0) budget.record(choice, milliseconds);
      });
    }
    return this.finish(path, smoothed, choice);
  }

  private finish(path: FramePath, result: FrameResult, budget?: BudgetChoice): Segmentation {
    const { frame, working, input, networkRan, kept, parameters, refinement, results } = result;
    const report: FrameReport = {
      frame,
      working,
      input,
      networkRan,
      iterations: refinement.iterations,
      labelCount: kept.labels.length,
      droppedProbability: kept.droppedProbability,
      parameters,
      budget,
      timings: refinement.timings,
    };
    const { call } = this;
    const segmentation = new GpuSegmentation({
      device: path.gpu.device,
      labels: this.labels,
      keptLabels: kept.labels,
      gpu: results,
      report,
      isCurrent: () => this.call === call && !this.destroyed,
    });
    this.last = { result, segmentation };
    return segmentation;
  }

  private async paint(
    path: FramePath,
    view: View,
    target: HTMLCanvasElement | OffscreenCanvas | PaintTarget,
  ): Promise<void> {
    const { last } = this;
    // Its result went with the device: the next frame will be drawn.
    if (!last && this.losses > 0) return;
    if (!last) throw new ArgumentError('draw', 'no result yet', 'a call of segment or segmentFrame before');
    const { device } = path.gpu;
    if (this.painter?.path !== path) {
      this.painter?.painter.destroy();
      this.painter = { painter: new Painter(device), path };
    }
    const { painter } = this.painter;
    const surface = this.surfaceOf(target, device);
    const { width, height, gpu, keptLabels } = last.segmentation;
    const labels = { width, height, labelCount: keptLabels.length, labelMap: gpu.labelMap, marginals: gpu.marginals };
    await painter.prepare({
      sources: { frame: path.capture.texture, labels },
      views: [view.kind],
      formats: [surface.format],
      colours: keptLabels.map((label) => this.network.colours[label]),
    });
    const encoder = device.createCommandEncoder({ label: 'draw' });
    painter.encode(encoder, this.viewOfKept(view, keptLabels), surface.target);
    device.queue.submit([encoder.finish()]);
  }

  /** The painter knows labels by their places among those that were kept. */
  private viewOfKept(view: View, kept: readonly number[]): View {
    if (kept.length === this.labels.length || entryPointOf(view.kind) !== 'composite') return view;
    const wanted = ('foreground' in view && view.foreground) || kept.filter((label) => label !== 0);
    return { ...view, foreground: wanted.map((label) => kept.indexOf(label)).filter((place) => place >= 0) } as View;
  }

  /** Canvases are configured once a device. */
  private surfaceOf(
    target: HTMLCanvasElement | OffscreenCanvas | PaintTarget,
    device: GPUDevice,
  ): { target: PaintTarget; format: GPUTextureFormat } {
    if ('getContext' in target) {
      const context = target.getContext('webgpu') as GPUCanvasContext | null;
      if (!context) throw new ArgumentError('target', target, 'a canvas without another kind of context');
      const configured = context.getConfiguration?.();
      const format = configured?.device === device ? configured.format : configureCanvas(context, device);
      return { target: context, format };
    }
    if ('getCurrentTexture' in target) {
      const format = target.getConfiguration()?.format ?? navigator.gpu.getPreferredCanvasFormat();
      return { target, format };
    }
    return { target, format: target.format };
  }

  /**
   * Sigmas are meant at one size: the network's own parameters at its working size, the user's at the one they asked for.
   * The same object from frame to frame.
   */
  private parametersFor(working: Extent, iterations: number | undefined): CrfParameters {
    const { crf, nominalSize } = this.settings;
    const scale = Math.max(working.width, working.height) / nominalSize;
    const { scaled } = this;
    if (scaled?.from === crf && scaled.scale === scale && scaled.to.iterations === iterations) return scaled.to;
    const to = { ...scaledParameters(crf, scale), ...(iterations === undefined ? undefined : { iterations }) };
    this.scaled = { from: crf, scale, to };
    return to;
  }

  /** Runs a call on the device there is. A device lost under it is replaced, once, and the call repeated. */
  private async withPath<Result>(work: (path: FramePath) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    for (;;) {
      const path = await this.open(signal);
      const [outcome] = await Promise.allSettled([work(path)]);
      if (this.destroyed) throw destroyedError();
      signal?.throwIfAborted();
      if (path.gpu.lost === undefined) {
        if (outcome.status === 'rejected') throw outcome.reason;
        return outcome.value;
      }
    }
  }

  private async open(signal: AbortSignal | undefined): Promise<FramePath> {
    for (;;) {
      if (this.destroyed) throw destroyedError();
      if (this.path && this.path.gpu.lost === undefined) return this.path;
      await this.close();
      const { device } = this.settings;
      if (this.losses > (device ? 0 : 1)) throw this.lossError();
      const gpu = await Gpu.acquire(device, (message) => this.deviceLost(message));
      const [outcome] = await Promise.allSettled([this.build(gpu, signal)]);
      if (outcome.status === 'fulfilled') {
        this.path = outcome.value;
      } else {
        gpu.release();
        // What fails on a lost device fails because of that.
        if (gpu.lost === undefined) throw outcome.reason;
      }
    }
  }

  private async build(gpu: Gpu, signal: AbortSignal | undefined): Promise<FramePath> {
    const { bytes, runtime } = this;
    const { network, profile } = this.settings;
    const path = await FramePath.create({ gpu, runtime, network, bytes, profile }, signal);
    try {
      await path.network.adoptKey(this.key);
      await path.network.warmUp(signal);
      return path;
    } catch (error) {
      await path.destroy();
      throw error;
    }
  }

  private async close(): Promise<void> {
    const { path, painter } = this;
    this.key = path ? path.network.currentKey : this.key;
    this.path = undefined;
    this.painter = undefined;
    this.last = undefined;
    this.call++;
    painter?.painter.destroy();
    await path?.destroy();
  }

  private deviceLost(message: string): void {
    this.losses++;
    this.lossMessage = message;
    const rebuilding = this.losses === 1 && !this.settings.device && !this.destroyed;
    if (this.destroyed) return;
    this.settings.onDeviceLost?.({ message, rebuilding });
    // Now rather than with the next frame; what fails is told to whoever calls next.
    if (rebuilding) void this.turns.take(() => this.open(undefined)).catch(() => undefined);
  }

  private lossError(): DeviceError {
    const what = this.settings.device
      ? 'the GPU device that this pipeline was given was lost: make another pipeline with another device'
      : 'the GPU device was lost again after everything had been made anew: reload the page';
    return new DeviceError(`${what} (${this.lossMessage})`);
  }
}

function destroyedError(): DeviceError {
  return new DeviceError('this pipeline was destroyed');
}

function progressOptions(signal: AbortSignal | undefined, onProgress: ((progress: LoadProgress) => void) | undefined) {
  return {
    ...(signal ? { signal } : undefined),
    ...(onProgress
      ? {
          onProgress: ({ loadedBytes, totalBytes }: { loadedBytes: number; totalBytes?: number }) =>
            onProgress({ phase: 'download', loadedBytes, ...(totalBytes === undefined ? undefined : { totalBytes }) }),
        }
      : undefined),
  };
}
