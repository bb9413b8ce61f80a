// SPDX-License-Identifier: MIT

import { batch, computed, effect, signal } from '@preact/signals';
import type { LoadProgress } from '../../src/pipeline/index.js';
import { noMarks } from '../marks/marks.js';
import { promptsOf } from '../marks/prompts.js';
import { type CrfSettings, crfParameters, presets } from '../state/crf-settings.js';
import { colourFromHex, labelsNamed } from '../state/labels.js';
import { MarkBoard } from '../state/mark-board.js';
import { noMerges } from '../state/merges.js';
import { type StageStatistics, TimeLog } from '../state/statistics.js';
import { closeCamera, openCamera } from './camera.js';
import type { Effect, FromLive, LiveReport, LiveSettings, Look, ToLive } from './live-protocol.js';

const markNames = ['Background', 'Me'];

const webcamPreset = presets.find(({ id }) => id === 'webcam');

/** The camera, what is done with its picture, and what that takes. */
export class LiveSession extends MarkBoard {
  /** Shows the camera as it is: beneath the result, and alone while there is none. */
  readonly video = document.createElement('video');
  readonly status = signal<'off' | 'asking' | 'on'>('off');
  readonly error = signal<string | undefined>(undefined);
  readonly loss = signal<'rebuilt' | 'last' | undefined>(undefined);
  readonly loading = signal<LoadProgress | undefined>(undefined);
  readonly isReady = signal(false);
  /** The result is on the screen, not the bare camera. */
  readonly isShowing = signal(false);
  /** The picture stands still, so that one can draw on it. */
  readonly isFrozen = signal(false);
  readonly extent = signal<{ width: number; height: number } | undefined>(undefined);
  /** Nobody counts pixels: that would read them back. */
  readonly areas = signal<readonly number[] | undefined>(undefined);
  readonly takesMarks = signal(true);

  readonly network = signal<LiveSettings['network']>('colour-prompt');
  readonly settings = signal<CrfSettings>(webcamPreset?.settings ?? presets[0].settings);
  readonly workingSize = signal(320);
  readonly smoothing = signal(0.8);
  readonly framesPerSecond = signal<number | null>(30);
  readonly profile = signal(false);
  readonly effect = signal<Effect>('blur');
  readonly blur = signal(0.025);
  readonly colour = signal('#1d6f5c');
  readonly opacity = signal(0.5);
  readonly mirror = signal(true);
  readonly divider = signal<number | null>(null);

  readonly report = signal<LiveReport | undefined>(undefined);
  readonly statistics = signal<readonly StageStatistics[]>([]);
  readonly gpuStatistics = signal<readonly StageStatistics[]>([]);
  readonly measuredRate = signal<number | undefined>(undefined);
  readonly shownCount = signal(0);
  /** A canvas that a lost GPU drew into stays blank in Chromium, whoever draws into it later: then there is another one. */
  readonly canvasNumber = signal(0);

  private worker: Worker | undefined;
  private keyFrame: VideoFrame | undefined;
  private isWorkerBusy = false;
  private callback = 0;
  private readonly timeLog = new TimeLog(120);
  private readonly gpuTimeLog = new TimeLog(120);
  /** When the last frames were shown, in milliseconds. */
  private readonly shownAt: number[] = [];

  private readonly look = computed<Look>(() => ({
    effect: this.effect.value,
    blur: this.blur.value,
    colour: this.colour.value,
    opacity: this.opacity.value,
    foreground: this.shownLabels.value.flatMap(({ isShown }, index) => (isShown ? [index] : [])),
    mirror: this.mirror.value,
    split: this.divider.value ?? 0,
  }));

  constructor() {
    super();
    this.labels.value = labelsNamed(markNames);
    effect(() => this.sendSettings());
    effect(() => this.sendKey());
  }

  /** Asks for the camera. The network is fetched while the bare picture is already there. */
  async start(canvas: HTMLCanvasElement): Promise<void> {
    this.status.value = 'asking';
    this.error.value = undefined;
    try {
      await openCamera(this.video);
    } catch (error) {
      this.status.value = 'off';
      this.error.value = (error as Error).message;
      return;
    }
    this.extent.value = { width: this.video.videoWidth, height: this.video.videoHeight };
    this.status.value = 'on';
    if (!('gpu' in navigator && navigator.gpu)) {
      this.error.value =
        'This browser has no WebGPU, which live pictures need: you see the bare camera. Chrome and Edge from 113, ' +
        'Safari from 26 and Firefox from 141 have it. Photos work here without it.';
      return;
    }
    this.openWorker(canvas);
    this.waitForFrame();
  }

  stop(): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.video.cancelVideoFrameCallback?.(this.callback);
    closeCamera(this.video);
    this.keyFrame?.close();
    this.keyFrame = undefined;
    this.isWorkerBusy = false;
    batch(() => {
      this.status.value = 'off';
      this.isReady.value = false;
      this.isShowing.value = false;
      this.isFrozen.value = false;
      this.loading.value = undefined;
      this.report.value = undefined;
      this.history.reset({ marks: noMarks, merges: noMerges });
    });
  }

  /** The picture stands still, and what is drawn from now on is about this one. */
  freeze(): void {
    if (this.isFrozen.value || this.status.value !== 'on') return;
    this.video.pause();
    this.keyFrame?.close();
    this.keyFrame = new VideoFrame(this.video, { timestamp: 0 });
    batch(() => {
      this.isFrozen.value = true;
      // Marks are where they are on their own frame only.
      this.history.reset({ marks: noMarks, merges: this.history.merges.value });
    });
    if (this.isShowing.value) this.sendFrame(this.keyFrame.clone());
  }

  thaw(): void {
    if (!this.isFrozen.value) return;
    this.isFrozen.value = false;
    void this.video.play();
  }

  cancelLoading(): void {
    this.send({ kind: 'cancel' });
  }

  restart(): void {
    batch(() => {
      this.loss.value = undefined;
      this.error.value = undefined;
    });
    this.send({ kind: 'restart' });
  }

  async setBackground(blob: Blob): Promise<void> {
    try {
      const image = await createImageBitmap(blob, { resizeWidth: 1280 });
      this.worker?.postMessage({ kind: 'background', image } satisfies ToLive, [image]);
      this.effect.value = 'image';
    } catch {
      this.error.value = 'The background is damaged, or of a kind that this browser cannot show.';
    }
  }

  private openWorker(canvas: HTMLCanvasElement): void {
    const worker = new Worker(new URL('./live-worker.ts', import.meta.url), { type: 'module' });
    this.worker = worker;
    worker.addEventListener('message', ({ data }: MessageEvent<FromLive>) => this.take(data));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.error.value = `The part of the page that computes could not be loaded: ${event.message || 'no reason given'}.`;
    });
    this.giveCanvas(canvas);
    this.sendSettings();
  }

  /** A canvas can be given once. */
  giveCanvas(canvas: HTMLCanvasElement): void {
    if (!this.worker) return;
    const offscreen = canvas.transferControlToOffscreen();
    this.worker.postMessage({ kind: 'open', canvas: offscreen } satisfies ToLive, [offscreen]);
  }

  private sendSettings(): void {
    const settings: LiveSettings = {
      network: this.network.value,
      crf: crfParameters(this.settings.value),
      workingSize: this.workingSize.value,
      smoothing: this.smoothing.value === 0 ? null : { strength: this.smoothing.value },
      framesPerSecond: this.framesPerSecond.value,
      profile: this.profile.value,
      look: this.look.value,
    };
    this.send({ kind: 'settings', settings });
  }

  private sendKey(): void {
    const marks = this.marks.value;
    const labelCount = this.labels.value.length;
    const isEnough = this.markedLabels.value.size >= 2;
    if (!this.isFrozen.value || !isEnough || !this.keyFrame) return;
    const { displayWidth, displayHeight } = this.keyFrame;
    const prompts = promptsOf(marks, displayWidth, displayHeight, labelCount);
    const frame = this.keyFrame.clone();
    this.worker?.postMessage({ kind: 'key', frame, prompts } satisfies ToLive, [frame]);
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
    if (!this.worker) {
      frame.close();
      return;
    }
    this.isWorkerBusy = true;
    this.worker.postMessage({ kind: 'frame', frame } satisfies ToLive, [frame]);
  }

  private send(message: ToLive): void {
    this.worker?.postMessage(message);
  }

  private take(message: FromLive): void {
    switch (message.kind) {
      case 'loading':
        this.loading.value = message.progress;
        return;
      case 'ready':
        batch(() => {
          this.loading.value = undefined;
          this.isReady.value = true;
          this.takesMarks.value = message.takesMarks;
          // A prompt network knows no names: they are the user's. Colours are what it draws with.
          const names = message.takesMarks ? markNames : message.labels;
          this.labels.value = labelsNamed(names, message.colours.map(colourFromHex));
        });
        return;
      case 'shown':
        this.isWorkerBusy = false;
        this.takeReport(message.report);
        return;
      case 'passed':
        this.isWorkerBusy = false;
        this.isShowing.value = false;
        return;
      case 'lost':
        batch(() => {
          this.loss.value = message.isLast ? 'last' : 'rebuilt';
          this.isShowing.value = false;
          this.canvasNumber.value++;
        });
        return;
      case 'cancelled':
        this.loading.value = undefined;
        return;
      case 'error':
        batch(() => {
          this.loading.value = undefined;
          this.error.value = message.error;
        });
    }
  }

  private takeReport(report: LiveReport): void {
    const now = performance.now();
    this.shownAt.push(now);
    while (this.shownAt.length > 0 && this.shownAt[0] < now - 2000) this.shownAt.shift();
    this.timeLog.add(report.timings);
    this.gpuTimeLog.add(report.gpuTimings);
    batch(() => {
      this.isShowing.value = true;
      this.shownCount.value++;
      // Figures that change thirty times a second cannot be read.
      if (this.shownCount.value % 8 !== 1) return;
      this.report.value = report;
      this.statistics.value = this.timeLog.statistics();
      this.gpuStatistics.value = this.gpuTimeLog.statistics();
      this.measuredRate.value =
        this.shownAt.length > 1 ? (1000 * (this.shownAt.length - 1)) / (now - this.shownAt[0]) : undefined;
    });
  }
}
