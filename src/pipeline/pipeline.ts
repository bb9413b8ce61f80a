// SPDX-License-Identifier: MIT

import { Turns } from '../gpu/turns.js';
import { checkColours } from '../problem/colours.js';
import { ArgumentError, DeviceError } from '../problem/errors.js';
import type { CrfParametersOrName } from '../problem/presets.js';
import { crfSchema } from '../problem/schema.js';
import type { CrfParameters, RgbaImage } from '../problem/types.js';
import type {
  ExportOptions,
  FrameReport,
  LoadProgress,
  PipelineOptions,
  PromptOptions,
  Segmentation,
  SegmentOptions,
} from './api.js';
import { chooseBackend } from './backend.js';
import { exportCutOut, isCutOutPicture } from './drawing/cut-out-picture.js';
import { checkDrawTarget, type DrawTarget } from './drawing/target.js';
import { checkViewKind, type View } from './drawing/view.js';
import { scaledParameters } from './engines.js';
import { checkIsFrame, type FrameSource } from './frames/frame-source.js';
import type { Extent } from './frames/plan.js';
import type { Refinement } from './guided/settings.js';
import type { ResolvedNetwork } from './network/description.js';
import { loadNetworks } from './network/load-network.js';
import {
  checkExportOptions,
  checkOptions,
  checkPromptOptions,
  checkSegmentOptions,
  type GivenOptions,
  readPipelineOptions,
  type Settings,
  unrefined,
} from './options.js';
import type { Drawn, FrameJob, FrameResult, Path, PathKeeper } from './path.js';
import { type CheckedPrompts, checkPrompts, type Prompts } from './prompts/prompts.js';
import { seedMaps } from './prompts/seeds.js';
import { type BudgetChoice, type BudgetOptions, cpuLadder, FrameBudget } from './video/budget.js';
import type { TemporalParameters } from './video/temporal-parameters.js';

/**
 * From a camera or an image to refined labels: a network run by onnxruntime-web and a dense CRF, without leaving the GPU where there is one, and
 * on the CPU elsewhere.
 *
 * ```ts
 * const pipeline = await Pipeline.create();
 * const result = await pipeline.segment(image);
 * await pipeline.draw({ kind: 'blur' }, canvas);
 * const labels = await result.labelMap();
 * ```
 *
 * Calls wait for each other, in the order in which they were made.
 */
export class Pipeline {
  private budget: { best: number; budget: FrameBudget } | undefined;
  /** Counts calls: a result knows by it whether it is still the last. */
  private call = 0;
  /** `changes`: of the path's frame, when it was that of the result. */
  private last: { path: Path; segmentation: Segmentation; changes: number } | undefined;
  /** What was marked, and on which image. */
  private marks: { image: WeakRef<FrameSource>; prompts: CheckedPrompts } | undefined;
  private scaled: { from: CrfParameters; scale: number; to: CrfParameters } | undefined;

  private constructor(
    private options: GivenOptions,
    private settings: Settings,
    private readonly turns: Turns,
    private readonly keeper: PathKeeper,
  ) {}

  /**
   * Downloads the network if need be, checks it, and makes it ready on the device, or on the CPU. Which of the two is asked first: of what
   * the other needs nothing is loaded.
   *
   * Throws ArgumentError for an option that can't be and for a description that doesn't fit its file, DownloadError for a file
   * that can't be had, DeviceError where there is no WebGPU and it was asked for, or the device is not enough, and the signal's reason.
   */
  static async create(options: PipelineOptions = {}): Promise<Pipeline> {
    const given = readPipelineOptions(options);
    const settings = checkOptions(given);
    const { signal, onProgress } = settings;
    const backend = await chooseBackend(settings);
    signal?.throwIfAborted();
    const { network } = settings;
    const { loadPaths } = await (backend === 'cpu' ? import('./cpu/cpu-paths.js') : import('./gpu-paths.js'));
    const [makeKeeper, files] = await Promise.all([
      loadPaths(settings),
      loadNetworks(network, progressOptions(signal, onProgress)),
    ]);
    signal?.throwIfAborted();
    onProgress?.({ phase: 'session' });
    const turns = new Turns();
    const pipeline = new Pipeline(given, settings, turns, makeKeeper({ network, files, turns }));
    try {
      await pipeline.turns.take(() => pipeline.keeper.run(async () => undefined, signal), signal);
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

  /** Where this pipeline computes: 'auto' was decided when it was made. */
  get backend(): 'webgpu' | 'cpu' {
    return this.keeper.backend;
  }

  /** The device that frames go through: another one after a loss. Throws DeviceError on the CPU. */
  get device(): GPUDevice {
    const { path, backend } = this.keeper;
    if (backend === 'cpu') throw new DeviceError("device: a pipeline with backend 'cpu' has none");
    if (!path?.device) throw new DeviceError('this pipeline has no device at present');
    return path.device;
  }

  /** Adapter as the browser names it, or 'CPU'; 'none' while there is no device. */
  get adapterName(): string {
    return this.keeper.path?.adapterName ?? 'none';
  }

  /** Names by label: a prompt network's are as many as there are prompts. */
  get labels(): readonly string[] {
    return this.network.labels.slice(0, this.keeper.path?.labelCount);
  }

  /** Bytes of GPU memory held, but for the weights and what else onnxruntime holds. */
  get bytesHeld(): number {
    return this.keeper.path?.bytes ?? 0;
  }

  /** Trades quality for speed in the frames to come, or, with null, no longer. Throws ArgumentError. */
  setBudget(budget: BudgetOptions | null): void {
    this.configure('budget', budget);
  }

  /** Smoothing over time in the frames to come; null for none. Throws ArgumentError. */
  setSmoothing(smoothing: TemporalParameters | null): void {
    this.configure('smoothing', smoothing);
  }

  /** Long side in pixels of the picture that the CRF works on, 1..16384. Throws ArgumentError. */
  setWorkingSize(workingSize: number): void {
    this.configure('workingSize', workingSize);
  }

  /** Other parameters, or the name of a preset, from the next call on; null leaves the network's output as it is. Throws ArgumentError. */
  setCrf(crf: CrfParametersOrName | null): void {
    this.configure('crf', crf);
  }

  /**
   * Marks on a picture. Where `segment` is given that picture itself (the same object), marks correct what the network found: marked pixels get
   * their labels, and so does what looks alike and hangs together around them; a later stroke wins over earlier ones, a stroke over a box.
   * The same marks always give the same result.
   *
   * A prompt network is told by them what to look for, and frames are segmented against the picture until the next call. With such a network the
   * picture itself is segmented by the marks alone. To other networks' frames marks of one picture say nothing.
   *
   * Throws ArgumentError for marks that can't be; whatever it throws, the marks before stay in force.
   */
  async setPrompts(keyImage: FrameSource, prompts: Prompts, options?: PromptOptions): Promise<void> {
    const { prompts: taken, labels: found } = this.network;
    const { rounds, signal } = checkPromptOptions(options);
    checkIsFrame(keyImage);
    const checked = ownPrompts(checkPrompts(prompts, 'prompts', taken ? undefined : found.length));
    const seedsFor = ({ width, height }: Extent) => seedMaps(checked, width, height);
    await this.turns.take(
      () =>
        this.keeper.run(async (path) => {
          path.extentOf(keyImage);
          if (!taken) {
            this.marks = { image: new WeakRef(keyImage), prompts: checked };
            return;
          }
          // The frame that was drawn last is no longer there.
          this.call++;
          this.last = undefined;
          path.restart();
          const { labelCount } = checked;
          const frame = { ...this.photoJob(), marks: checked };
          await path.setKey(keyImage, { labelCount, seedsFor, rounds, frame }, signal);
          this.marks = { image: new WeakRef(keyImage), prompts: checked };
        }, signal),
      signal,
    );
  }

  /** Labels of one picture, on its own. Throws ArgumentError for a picture that can't be read, and the signal's reason. */
  async segment(source: FrameSource, options?: SegmentOptions): Promise<Segmentation> {
    const signal = checkSegmentOptions(options);
    return this.turns.take(() => this.keeper.run((path) => this.photo(path, source, signal), signal), signal);
  }

  /**
   * Labels of the next frame of a video. Nothing is read back, and nothing made anew. Throws ArgumentError for a frame that can't be read, and the
   * signal's reason.
   */
  async segmentFrame(source: FrameSource, options?: SegmentOptions): Promise<Segmentation> {
    const signal = checkSegmentOptions(options);
    return this.turns.take(() => this.keeper.run((path) => this.frame(path, source, signal), signal), signal);
  }

  /** Forgets the frames before: after a cut, or for another camera. */
  async restart(): Promise<void> {
    await this.turns.take(async () => this.keeper.path?.restart());
  }

  /**
   * Draws the last result into a canvas, or into any texture of the pipeline's device. A canvas is configured for WebGPU the first time; on the
   * CPU it gets a 2-D context. Throws ArgumentError for a view or target that can't be.
   */
  async draw(view: View<FrameSource>, target: DrawTarget): Promise<void> {
    checkViewKind(view);
    checkDrawTarget(target);
    await this.turns.take(() => this.keeper.run((path) => this.paint(path, view, target)));
  }

  /**
   * The last result as a picture: RGBA bytes with straight alpha, for files and where there are no canvases. On the GPU this reads back. A cut-out
   * whose edges are refined is made by `cutOut` of `meanfield/analysis`, on the CPU, which says how long that takes. Throws ArgumentError for a
   * view, size or colours that can't be.
   */
  async exportImage(view: View<FrameSource>, options?: ExportOptions): Promise<RgbaImage> {
    checkViewKind(view);
    const { size, colours } = checkExportOptions(options);
    return await this.turns.take(() =>
      this.keeper.run((path) => {
        const drawn = this.drawn('exportImage', path, view, colours);
        return isCutOutPicture(view) ? exportCutOut(path, drawn, size) : path.export(drawn, size);
      }),
    );
  }

  /**
   * Waits for the call under way, then frees everything; a canvas drawn on a moment before may stay blank, as the device goes. Calls made
   * later throw DeviceError.
   */
  async destroy(): Promise<void> {
    if (this.keeper.isDestroyed) return;
    await this.keeper.destroy();
    this.last = undefined;
  }

  /** Nothing changes where the new option can't be. */
  private configure(name: keyof GivenOptions & keyof PipelineOptions, value: unknown): void {
    if (value === undefined) throw new ArgumentError(name, value, 'a value: what is undefined would change nothing');
    const options = { ...this.options, [name]: value };
    this.settings = checkOptions(options);
    this.options = options;
    this.budget = undefined;
  }

  /** Begins anew when the frames are of another size: rungs are parts of the working size that there is. */
  private budgetFor(frame: Extent): FrameBudget | undefined {
    const { budget, workingSize, videoCrf } = this.settings;
    if (!budget) return undefined;
    const best = Math.min(workingSize, Math.max(frame.width, frame.height));
    if (this.budget?.best !== best) {
      const { iterations = crfSchema.parameters.iterations.default } = videoCrf;
      const { isOwnLadder, framesPerSecond, ladder } = budget;
      const options = { framesPerSecond, ladder: this.backend === 'cpu' && !isOwnLadder ? cpuLadder : ladder };
      this.budget = { best, budget: new FrameBudget(options, { workingSize: best, iterations }) };
    }
    return this.budget.budget;
  }

  private async photo(path: Path, source: FrameSource, signal: AbortSignal | undefined): Promise<Segmentation> {
    // A picture that can't be leaves the result before it as it is.
    path.extentOf(source);
    this.call++;
    const marks = this.marks?.image.deref() === source ? this.marks.prompts : undefined;
    const result = await path.process({ ...this.photoJob(), source, marks }, signal);
    return this.finish(path, result, this.settings.refinement);
  }

  private photoJob(): Omit<FrameJob, 'source'> {
    const { workingSize, crf, dropBelow, refinement } = this.settings;
    return {
      use: 'photo',
      workingSize,
      dropBelow,
      parametersFor: (working) => this.parametersFor(crf, working, crf.iterations, refinement),
      refinement,
      runNetwork: true,
      warmStart: false,
      smoothing: null,
    };
  }

  private async frame(path: Path, source: FrameSource, signal: AbortSignal | undefined): Promise<Segmentation> {
    path.extentOf(source);
    this.call++;
    await path.begin();
    const start = performance.now();
    const { settings } = this;
    const budget = this.budgetFor(path.extentOf(source));
    const choice = budget?.next();
    const refinement = settings.isOwnRefinement ? settings.refinement : (choice?.refinement ?? settings.refinement);
    const result = await path.process(
      {
        source,
        use: 'video',
        dropBelow: 0,
        workingSize: choice?.workingSize ?? settings.workingSize,
        refinement,
        parametersFor: (working) =>
          this.parametersFor(
            settings.videoCrf,
            working,
            choice?.iterations ?? settings.videoCrf.iterations,
            refinement,
          ),
        runNetwork: choice?.runNetwork ?? true,
        // Without iterations the Q there is would stay.
        warmStart: settings.warmStart && refinement === 'crf',
        smoothing: settings.smoothing,
      },
      signal,
    );
    const done = path.finished(start);
    if (budget && choice) {
      void done.then((milliseconds) => {
        if (milliseconds >= 0) budget.record(choice, milliseconds);
      });
    }
    return this.finish(path, result, refinement, choice);
  }

  private finish(path: Path, result: FrameResult, refined: Refinement, budget?: BudgetChoice): Segmentation {
    const { frame, working, input, networkRan, kept, parameters, refinement } = result;
    const report: FrameReport = {
      frame,
      working,
      input,
      networkRan,
      refinement: refined,
      iterations: refinement.iterations,
      labelCount: kept.labels.length,
      droppedProbability: kept.droppedProbability,
      parameters,
      budget,
      timings: refinement.timings,
    };
    const { call, labels } = this;
    const isCurrent = () => this.call === call && this.keeper.path === path;
    const segmentation = result.present({ labels, report, isCurrent });
    this.last = { path, segmentation, changes: path.frameChanges };
    return segmentation;
  }

  private async paint(path: Path, view: View<FrameSource>, target: DrawTarget): Promise<void> {
    // Its result went with the device: the next frame will be drawn.
    if (this.last?.path !== path && this.keeper.hasLost) return;
    await path.draw(this.drawn('draw', path, view), target);
  }

  private drawn(call: string, path: Path, view: View<FrameSource>, colours?: readonly string[]): Drawn {
    const { last } = this;
    if (last?.path === path && last.changes === path.frameChanges) {
      const { segmentation } = last;
      if (colours) checkColours('options.colours', colours, segmentation.labels.length);
      return { segmentation, colours: colours ?? this.network.colours, view };
    }
    const value = last ? 'a result whose frame is gone: the call after it failed' : 'no result yet';
    throw new ArgumentError(call, value, 'a call of segment or segmentFrame before');
  }

  /**
   * Sigmas are meant at one size: the network's own parameters at its working size, the user's at the one they asked for.
   * The same object from frame to frame.
   */
  private parametersFor(
    crf: CrfParameters,
    working: Extent,
    iterations: number | undefined,
    refinement: Refinement,
  ): CrfParameters {
    if (refinement !== 'crf') return unrefined;
    const { nominalSize } = this.settings;
    const scale = Math.max(working.width, working.height) / nominalSize;
    const { scaled } = this;
    if (scaled?.from === crf && scaled.scale === scale && scaled.to.iterations === iterations) return scaled.to;
    const to = { ...scaledParameters(crf, scale), ...(iterations === undefined ? undefined : { iterations }) };
    this.scaled = { from: crf, scale, to };
    return to;
  }
}

/** Marks hold as they were given: the caller's array may change. */
function ownPrompts(prompts: CheckedPrompts): CheckedPrompts {
  return { ...prompts, labelMap: prompts.labelMap?.slice() };
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
