// SPDX-License-Identifier: MIT

import { batch, computed, effect, signal, untracked } from '@preact/signals';
import { isSoftware } from '../../src/gpu/adapter.js';
import type { LoadProgress, NetworkDescription } from '../../src/pipeline/index.js';
import { type Marks, noMarks } from '../marks/marks.js';
import { promptsOf } from '../marks/prompts.js';
import { inputSizesOf, offerOf } from '../networks/catalogue.js';
import { type CrfSettings, crfParameters } from '../state/crf-settings.js';
import { History } from '../state/history.js';
import { colourFromHex, type Label, labelsNamed } from '../state/labels.js';
import { MarkBoard } from '../state/mark-board.js';
import { type Merges, noMerges } from '../state/merges.js';
import type { StageStatistics } from '../state/statistics.js';
import { cameraSizes, closeCamera, openCamera } from './camera.js';
import { liveDefaults, markNames } from './live-defaults.js';
import { LiveLink } from './live-link.js';
import { LiveLog } from './live-log.js';
import type { Effect, FromLive, LiveNetwork, LiveReport, LiveSettings, Look } from './live-protocol.js';
import { SeenFrames } from './seen-frames.js';

/** A frame of the camera with what is marked on it. */
interface MarkedFrame {
  frame: VideoFrame;
  marks: Marks;
}

/** The camera, what is done with its picture, and what that takes. */
export class LiveSession extends MarkBoard {
  /** Shows the camera as it is: beneath the result, and alone while there is none. */
  readonly video = document.createElement('video');
  readonly status = signal<'off' | 'asking' | 'on'>('off');
  readonly error = signal<string | undefined>(undefined);
  readonly loss = signal<'rebuilt' | 'last' | undefined>(undefined);
  readonly loading = signal<LoadProgress | undefined>(undefined);
  readonly isReady = signal(false);
  /** Loading was cancelled or failed, or the GPU was lost for good: there is the bare camera until somebody starts again. */
  readonly isStopped = signal(false);
  /** The result is on the screen, not the bare camera. */
  readonly isShowing = signal(false);
  /** The picture stands still, so that one can draw on it. */
  readonly isFrozen = signal(false);
  readonly extent = signal<{ width: number; height: number } | undefined>(undefined);
  /** Nobody counts pixels: that would read them back. */
  readonly areas = signal<readonly number[] | undefined>(undefined);
  /** Of the network that is ready, or, while the camera is off, of the one that is chosen. */
  readonly takesMarks = signal(false);
  /** Frames are not corrected by marks: where one draws, the labels are one's own. */
  readonly ownsLabels = this.takesMarks;
  readonly history = new History(this.labels);

  readonly network = signal<string | NetworkDescription>(liveDefaults.network);
  /** Long side in pixels of what the network sees; undefined for its own. */
  readonly inputSize = signal<number | undefined>(undefined);
  readonly settings = signal<CrfSettings>(liveDefaults.settings);
  readonly workingSize = signal<number>(liveDefaults.workingSize);
  readonly smoothing = signal<number>(liveDefaults.smoothing);
  readonly framesPerSecond = signal<number | null>(liveDefaults.framesPerSecond);
  readonly profile = signal(false);
  readonly effect = signal<Effect>(liveDefaults.effect);
  readonly blur = signal<number>(liveDefaults.blur);
  readonly colour = signal<string>(liveDefaults.colour);
  readonly opacity = signal<number>(liveDefaults.opacity);
  readonly mirror = signal<boolean>(liveDefaults.mirror);
  readonly divider = signal<number | null>(null);

  readonly report = signal<LiveReport | undefined>(undefined);
  readonly statistics = signal<readonly StageStatistics[]>([]);
  readonly gpuStatistics = signal<readonly StageStatistics[]>([]);
  readonly measuredRate = signal<number | undefined>(undefined);
  readonly shownCount = signal(0);
  /** A canvas that a lost GPU drew into stays blank in Chromium, whoever draws into it later: then there is another one. */
  readonly canvasNumber = signal(0);

  /** The frame that the marks are on. */
  private readonly keyFrame = signal<VideoFrame | undefined>(undefined);
  /** What was marked before, in force until marks enough are on the frame that stands still. */
  private readonly former = signal<MarkedFrame | undefined>(undefined);
  /** What the worker was told last. */
  private told: { frame: VideoFrame | undefined; marks: Marks; labelCount: number } | undefined;
  private readonly seen = new SeenFrames();
  private readonly link = new LiveLink(
    (message) => this.take(message),
    (error) => {
      this.error.value = error;
    },
  );
  /** What frames are drawn on. */
  canvas: HTMLCanvasElement | undefined;
  private isWorkerBusy = false;
  private callback = 0;
  /** Ends the turn of the camera, also while the browser asks for it. */
  private turn = new AbortController();
  /** The user's labels, while a network has its own in their place. */
  private ownLabels: readonly Label[] | undefined;
  private background: ImageBitmap | undefined;
  private readonly log = new LiveLog();

  /** Marks of a link, or of a turn of the camera before, that are on no frame yet. */
  readonly awaitsFrame = computed(
    () => this.takesMarks.value && this.keyFrame.value === undefined && !this.history.isEmpty.value,
  );

  /** What stands still, on the page itself. */
  readonly still = computed(() => (this.isFrozen.value ? this.keyFrame.value : undefined));

  private readonly marked = computed<MarkedFrame | undefined>(() => {
    const frame = this.keyFrame.value;
    return frame && this.markedLabels.value.size >= 2 ? { frame, marks: this.marks.value } : this.former.value;
  });

  private readonly look = computed<Look>(() => ({
    effect: this.effect.value,
    blur: this.blur.value,
    colour: this.colour.value,
    opacity: this.opacity.value,
    foreground: this.shownLabels.value.flatMap(({ isShown }, index) => (isShown ? [index] : [])),
    mirror: this.mirror.value,
    split: this.divider.value ?? 0,
  }));

  /** @param backend where frames are computed */
  constructor(private readonly backend: LiveNetwork['backend']) {
    super();
    this.labels.value = labelsNamed(markNames);
    effect(() => this.expectNetwork());
    effect(() => this.sendNetwork());
    effect(() => this.sendSettings());
    effect(() => this.sendKey());
  }

  /** Whether there is no GPU but one in software, as far as the browser tells before the camera is on. */
  async computesOnCpu(): Promise<boolean> {
    if (this.backend !== 'auto') return this.backend === 'cpu';
    const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
    return !adapter || isSoftware(adapter.info);
  }

  /** Asks for the camera. The network is fetched while the bare picture is already there. */
  async start(canvas: HTMLCanvasElement): Promise<void> {
    const { signal: ended } = this.turn;
    batch(() => {
      this.status.value = 'asking';
      this.error.value = undefined;
      this.loss.value = undefined;
    });
    try {
      const size = (await this.computesOnCpu()) ? cameraSizes.cpu : cameraSizes.gpu;
      await openCamera(this.video, { size, ended, onEnded: () => this.takeEnd() });
    } catch (error) {
      if (!ended.aborted) this.fail((error as Error).message);
      return;
    }
    batch(() => {
      this.extent.value = { width: this.video.videoWidth, height: this.video.videoHeight };
      this.status.value = 'on';
      this.error.value = undefined;
    });
    this.canvas = canvas;
    this.link.open(canvas);
    this.sendNetwork();
    this.sendSettings();
    this.sendBackground();
    this.sendKey();
    this.waitForFrame();
  }

  /** The camera's light goes out. Marks stay, and so do the frames that they are on. */
  stop(): void {
    this.turn.abort();
    this.turn = new AbortController();
    this.settleMarks();
    this.link.close();
    this.told = undefined;
    this.video.cancelVideoFrameCallback?.(this.callback);
    closeCamera(this.video);
    this.seen.clear();
    this.log.clear();
    this.isWorkerBusy = false;
    batch(() => {
      this.status.value = 'off';
      this.isReady.value = false;
      this.isStopped.value = false;
      this.isShowing.value = false;
      this.isFrozen.value = false;
      this.loading.value = undefined;
      this.report.value = undefined;
      this.measuredRate.value = undefined;
      this.statistics.value = [];
      this.gpuStatistics.value = [];
    });
  }

  /** No picture of the camera is kept where somebody meant to turn it off. Marks stay, for the next turn. */
  turnOff(): void {
    this.stop();
    batch(() => {
      this.keyFrame.value?.close();
      this.keyFrame.value = undefined;
      this.forgetFormer();
      this.error.value = undefined;
      this.loss.value = undefined;
    });
  }

  /** The picture stands still at the frame that is seen, and what is drawn from now on is about this one. */
  freeze(): void {
    if (this.isFrozen.value || this.status.value !== 'on') return;
    this.video.pause();
    const shown = this.isShowing.value ? this.seen.current() : undefined;
    const frame = shown ?? new VideoFrame(this.video, { timestamp: 0 });
    batch(() => {
      const before = this.keyFrame.value;
      if (before) {
        this.forgetFormer();
        if (this.markedLabels.value.size >= 2) this.former.value = { frame: before, marks: this.marks.value };
        else before.close();
        // Marks are where they are on their own frame only.
        this.history.reset({ marks: noMarks, merges: this.history.merges.value });
      }
      this.keyFrame.value = frame;
      this.isFrozen.value = true;
    });
    this.seen.send(frame);
    this.seen.arrive();
    this.link.giveFrame('still', frame.clone());
  }

  thaw(): void {
    if (!this.isFrozen.value) return;
    batch(() => {
      this.settleMarks();
      this.isFrozen.value = false;
    });
    this.video.play().catch(() => undefined);
  }

  /** Too few marks are none: those before hold again. */
  private settleMarks(): void {
    const former = this.former.value;
    if (former && this.markedLabels.value.size < 2) {
      this.keyFrame.value?.close();
      this.keyFrame.value = former.frame;
      this.history.reset({ marks: former.marks, merges: this.history.merges.value });
      this.former.value = undefined;
    } else this.forgetFormer();
  }

  /** How the labels of marks are called, also while a network has its own in their place. */
  nameMarks(names: readonly string[]): void {
    if (this.takesMarks.value) this.labels.value = labelsNamed(names);
    else this.ownLabels = labelsNamed(names);
    this.tool.value = 1;
  }

  /** Marks of a link: they wait for the frame that they will be on. */
  layMarks(marks: Marks, merges: Merges): void {
    batch(() => {
      if (this.isFrozen.value) this.thaw();
      this.keyFrame.value?.close();
      this.keyFrame.value = undefined;
      this.forgetFormer();
      this.history.reset({ marks, merges });
    });
  }

  private forgetFormer(): void {
    this.former.value?.frame.close();
    this.former.value = undefined;
  }

  cancelLoading(): void {
    this.link.send({ kind: 'cancel' });
  }

  restart(): void {
    batch(() => {
      this.loss.value = undefined;
      this.error.value = undefined;
    });
    this.link.send({ kind: 'restart' });
  }

  async setBackground(blob: Blob): Promise<void> {
    try {
      this.useBackground(await createImageBitmap(blob, { resizeWidth: 1280 }));
    } catch {
      this.error.value = 'The background is damaged, or of a kind that this browser cannot show.';
    }
  }

  /** The picture is the session's from now on. */
  useBackground(picture: ImageBitmap): void {
    this.background?.close();
    this.background = picture;
    this.sendBackground();
    this.effect.value = 'image';
  }

  /** A copy: the next worker gets it, too. */
  private sendBackground(): void {
    if (this.background) this.link.send({ kind: 'background', image: this.background });
  }

  giveCanvas(canvas: HTMLCanvasElement): void {
    this.canvas = canvas;
    this.link.giveCanvas(canvas);
  }

  /** By itself, as it may have a file of megabytes with it. */
  private sendNetwork(): void {
    const network = this.network.value;
    // Networks that leave it open have sizes of their own.
    const inputSize = inputSizesOf(network) && this.inputSize.value;
    // Another size is no reason to begin anew.
    const frameSize = this.extent.peek();
    const { backend } = this;
    this.link.send({ kind: 'network', choice: { network, inputSize, frameSize, backend } });
  }

  /** What can be known of a network before it is ready. */
  private expectNetwork(): void {
    const network = this.network.value;
    if (this.link.isOpen) return;
    const takesMarks = typeof network === 'string' && offerOf(network)?.takesMarks === true;
    untracked(() => this.changeTakesMarks(takesMarks));
  }

  /** The user's labels make place for a network's own, and come back. */
  private changeTakesMarks(takesMarks: boolean): void {
    if (takesMarks === this.takesMarks.value) return;
    batch(() => {
      if (takesMarks) {
        this.labels.value = this.ownLabels ?? labelsNamed(markNames);
        this.ownLabels = undefined;
      } else this.ownLabels = this.labels.value;
      this.takesMarks.value = takesMarks;
    });
  }

  private sendSettings(): void {
    const settings: LiveSettings = {
      crf: crfParameters(this.settings.value),
      workingSize: this.workingSize.value,
      smoothing: this.smoothing.value === 0 ? null : { strength: this.smoothing.value },
      framesPerSecond: this.framesPerSecond.value,
      profile: this.profile.value,
      look: this.look.value,
    };
    this.link.send({ kind: 'settings', settings });
  }

  private sendKey(): void {
    const { frame, marks } = this.marked.value ?? { frame: undefined, marks: noMarks };
    const labelCount = this.labels.value.length;
    const takesMarks = this.takesMarks.value;
    const { link, told } = this;
    if (!link.isOpen || !takesMarks) return;
    if (told?.frame === frame && told?.marks === marks && told?.labelCount === labelCount) return;
    this.told = { frame, marks, labelCount };
    if (!frame) {
      link.send({ kind: 'key', key: undefined });
      return;
    }
    const prompts = promptsOf(marks, frame.displayWidth, frame.displayHeight, labelCount);
    link.giveKey({ frame: frame.clone(), prompts });
  }

  private waitForFrame(): void {
    this.callback = this.video.requestVideoFrameCallback(() => {
      if (this.status.value !== 'on') return;
      const { videoWidth: width, videoHeight: height } = this.video;
      const extent = this.extent.value;
      if (extent?.width !== width || extent.height !== height) this.extent.value = { width, height };
      if (!this.isWorkerBusy && !this.isFrozen.value) this.sendFrame(new VideoFrame(this.video));
      this.waitForFrame();
    });
  }

  private sendFrame(frame: VideoFrame): void {
    this.isWorkerBusy = true;
    this.seen.send(frame);
    this.link.giveFrame('frame', frame);
  }

  /** Unplugged, or refused later on. */
  private takeEnd(): void {
    this.stop();
    this.error.value =
      'The camera was unplugged, or the browser took it away. Your marks and settings are kept: turn it on again to go on.';
  }

  private fail(error: string): void {
    batch(() => {
      this.status.value = 'off';
      this.error.value = error;
    });
  }

  private take(message: FromLive): void {
    switch (message.kind) {
      case 'loading':
        batch(() => {
          this.loading.value = message.progress;
          this.isReady.value = false;
          this.isStopped.value = false;
        });
        return;
      case 'ready':
        batch(() => {
          this.loading.value = undefined;
          this.isReady.value = true;
          this.takeLabels(message);
        });
        return;
      case 'shown':
        this.free(message.isStill);
        if (!message.isStill) this.seen.arrive();
        this.takeReport(message.report);
        return;
      case 'passed':
        this.free(message.isStill);
        this.isShowing.value = false;
        return;
      case 'skipped':
        this.free(message.isStill);
        return;
      case 'lost':
        batch(() => {
          this.loss.value = message.isLast ? 'last' : 'rebuilt';
          this.isShowing.value = false;
          this.isStopped.value = message.isLast;
          this.canvasNumber.value++;
        });
        return;
      case 'cancelled':
        this.endLoading(undefined);
        return;
      case 'failed':
        this.endLoading(message.error);
        return;
      case 'error':
        this.error.value = message.error;
    }
  }

  private endLoading(error: string | undefined): void {
    batch(() => {
      this.loading.value = undefined;
      this.isStopped.value = true;
      this.error.value = error;
    });
  }

  private free(isStill: boolean): void {
    if (!isStill) this.isWorkerBusy = false;
  }

  /** A prompt network knows no names: they are the user's, and stay so. Colours are what it draws with. */
  private takeLabels({ takesMarks, labels, colours }: FromLive & { kind: 'ready' }): void {
    const drawn = colours.map(colourFromHex);
    const areMarksKept = takesMarks && this.takesMarks.value;
    this.changeTakesMarks(takesMarks);
    this.labels.value = takesMarks
      ? this.labels.value.map((label, index) => ({ ...label, colour: drawn[index] ?? label.colour }))
      : labelsNamed(labels, drawn);
    if (areMarksKept) return;
    this.isolated.value = null;
    this.tool.value = Math.min(1, this.labels.value.length - 1);
    this.history.reset({ marks: this.history.marks.value, merges: noMerges });
  }

  private takeReport(report: LiveReport): void {
    this.log.add(report, performance.now());
    batch(() => {
      this.isShowing.value = true;
      this.shownCount.value++;
      // Figures that change thirty times a second cannot be read.
      if (this.shownCount.value % 8 !== 1) return;
      this.report.value = report;
      this.statistics.value = this.log.statistics();
      this.gpuStatistics.value = this.log.gpuStatistics();
      this.measuredRate.value = this.log.rate();
    });
  }
}
