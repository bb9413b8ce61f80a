// SPDX-License-Identifier: MIT

import { batch, effect, signal, untracked } from '@preact/signals';
import { isSoftware } from '../../src/gpu/adapter.js';
import { type Marks, noMarks } from '../marks/marks.js';
import { promptsOf } from '../marks/prompts.js';
import { offerOf } from '../networks/catalogue.js';
import { pictureFile } from '../photo/photo.js';
import { type Colour, colourFromHex } from '../state/labels.js';
import { MarkBoard } from '../state/mark-board.js';
import { foundLabels, type LabelSet, labelSet, Palette } from '../state/palette.js';
import { Timeline } from '../state/timeline.js';
import { cameraSizes } from './camera.js';
import { CameraTurn } from './camera-turn.js';
import { markNames } from './live-defaults.js';
import { LiveFigures } from './live-figures.js';
import { LiveLink } from './live-link.js';
import { LiveLook } from './live-look.js';
import { LiveProgress } from './live-progress.js';
import type { FromLive, LiveNetwork, LiveReport } from './live-protocol.js';
import { LiveQuality } from './live-quality.js';
import { type LiveState, liveTravels } from './live-travels.js';
import { MarkedFrames } from './marked-frames.js';
import { SeenFrames } from './seen-frames.js';

/** The webcam page: its parts, and what the worker is told of them. */
export class LiveSession {
  readonly camera = new CameraTurn({
    onFrame: () => this.takeFrame(),
    onEnded: () => this.takeEnd(),
  });
  readonly palette = new Palette();
  readonly look = new LiveLook(this.palette);
  readonly quality = new LiveQuality();
  readonly progress = new LiveProgress();
  readonly figures = new LiveFigures();
  readonly marks = signal<Marks>(noMarks);
  /** Of the network that is ready, or, while the camera is off, of the one that is chosen. */
  readonly takesMarks = signal(false);

  readonly timeline: Timeline<LiveState> = new Timeline(liveTravels(this));
  readonly board: MarkBoard = new MarkBoard(
    this.palette,
    this.marks,
    {
      extent: this.camera.extent,
      // Nobody counts pixels: that would read them back.
      areas: signal(undefined),
      takesMarks: this.takesMarks,
      // Frames are not corrected by marks: where one draws, the labels are one's own.
      ownsLabels: this.takesMarks,
    },
    this.timeline,
  );
  readonly frames = new MarkedFrames(this.board, this.marks, this.takesMarks, () => this.forgetMarkSteps());

  /** What frames are drawn on. */
  canvas: HTMLCanvasElement | undefined;
  private readonly seen = new SeenFrames();
  private readonly link = new LiveLink(
    (message) => this.take(message),
    (error) => {
      this.progress.error.value = error;
    },
  );
  /** What the worker was told last. */
  private told: { frame: VideoFrame | undefined; marks: Marks; labelCount: number } | undefined;
  private isWorkerBusy = false;
  /** What the network draws marks with. */
  private drawnColours: readonly Colour[] = [];

  /** @param backend where frames are computed */
  constructor(private readonly backend: LiveNetwork['backend']) {
    this.palette.own.value = labelSet(markNames);
    effect(() => this.expectNetwork());
    effect(() => this.sendNetwork());
    effect(() => this.sendSettings());
    effect(() => this.sendBackground());
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
    const { camera, progress, link } = this;
    progress.forgive();
    try {
      const isOn = await camera.start(async () => ((await this.computesOnCpu()) ? cameraSizes.cpu : cameraSizes.gpu));
      if (!isOn) return;
    } catch (error) {
      progress.error.value = (error as Error).message;
      return;
    }
    progress.error.value = undefined;
    this.canvas = canvas;
    link.open(canvas);
    this.sendNetwork();
    this.sendSettings();
    this.sendBackground();
    this.sendKey();
  }

  /** The camera's light goes out. Marks stay, and so do the frames that they are on. */
  stop(): void {
    this.frames.settle();
    this.link.close();
    this.told = undefined;
    this.seen.clear();
    this.isWorkerBusy = false;
    batch(() => {
      this.camera.stop();
      this.progress.clear();
      this.figures.clear();
      this.frames.isFrozen.value = false;
    });
  }

  /** No picture of the camera is kept where somebody meant to turn it off. Marks stay, for the next turn. */
  turnOff(): void {
    this.stop();
    batch(() => {
      this.frames.forgetFrames();
      this.progress.forgive();
    });
  }

  /** The picture stands still at the frame that is seen, and what is drawn from now on is about this one. */
  freeze(): void {
    const { camera, frames, progress, seen } = this;
    if (frames.isFrozen.value || camera.status.value !== 'on') return;
    camera.video.pause();
    const shown = progress.isShowing.value ? seen.current() : undefined;
    const frame = shown ?? new VideoFrame(camera.video, { timestamp: 0 });
    frames.freeze(frame);
    seen.send(frame);
    seen.arrive();
    this.link.giveFrame('still', frame.clone());
  }

  thaw(): void {
    if (!this.frames.isFrozen.value) return;
    this.frames.thaw();
    this.camera.video.play().catch(() => undefined);
  }

  /** Marks of a link, and how their labels are called, also while a network has its own in their place. */
  layMarks(marks: Marks, labels: LabelSet): void {
    batch(() => {
      this.thaw();
      this.palette.own.value = labels;
      this.board.pen.tool.value = 1;
      this.frames.lay(marks);
    });
  }

  cancelLoading(): void {
    this.link.send({ kind: 'cancel' });
  }

  restart(): void {
    this.progress.forgive();
    this.link.send({ kind: 'restart' });
  }

  async setBackground(file: File): Promise<void> {
    try {
      const picture = await pictureFile(file.name || 'The picture', file);
      this.progress.error.value = undefined;
      this.useBackground(picture);
    } catch (error) {
      this.progress.error.value = (error as Error).message;
    }
  }

  useBackground(picture: ImageBitmap): void {
    const { background, effect: shown } = this.look;
    this.timeline.act('background picture', () => {
      background.value = picture;
      shown.value = 'image';
    });
  }

  giveCanvas(canvas: HTMLCanvasElement): void {
    this.canvas = canvas;
    this.link.giveCanvas(canvas);
  }

  coloured({ labels, merges }: LabelSet): LabelSet {
    const { drawnColours } = this;
    return {
      labels: labels.map((label, index) => ({ ...label, colour: drawnColours[index] ?? label.colour })),
      merges,
    };
  }

  /** Marks, and labels with them, are where they are on their own frame only. */
  private forgetMarkSteps(): void {
    const marks = this.marks.value;
    const own = this.palette.own.value;
    this.timeline.rewrite((state) => ({ ...state, own, decided: { ...state.decided, marks } }));
  }

  /** A copy: the next worker gets it, too. */
  private sendBackground(): void {
    this.link.send({ kind: 'background', image: this.look.picture.value });
  }

  /** By itself, as it may have a file of megabytes with it. */
  private sendNetwork(): void {
    const network = this.quality.network.value;
    const inputSize = this.quality.knownInputSize.value;
    // Another size is no reason to begin anew.
    const frameSize = this.camera.extent.peek();
    const { backend } = this;
    this.link.send({ kind: 'network', choice: { network, inputSize, frameSize, backend } });
  }

  /** What can be known of a network before it is ready. */
  private expectNetwork(): void {
    const network = this.quality.network.value;
    if (this.link.isOpen) return;
    const takesMarks = typeof network === 'string' && offerOf(network)?.takesMarks === true;
    untracked(() => this.changeTakesMarks(takesMarks));
  }

  /** The user's labels make place for a network's own, and come back. */
  private changeTakesMarks(takesMarks: boolean): void {
    batch(() => {
      if (takesMarks) this.palette.found.value = undefined;
      this.takesMarks.value = takesMarks;
    });
  }

  private sendSettings(): void {
    const settings = { ...this.quality.told.value, look: this.look.told.value };
    this.link.send({ kind: 'settings', settings });
  }

  private sendKey(): void {
    const { frame, marks } = this.frames.marked.value ?? { frame: undefined, marks: noMarks };
    const labelCount = this.palette.labels.value.length;
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

  private takeFrame(): void {
    if (this.isWorkerBusy || this.frames.isFrozen.value) return;
    const frame = new VideoFrame(this.camera.video);
    this.isWorkerBusy = true;
    this.seen.send(frame);
    this.link.giveFrame('frame', frame);
  }

  /** Unplugged, or refused later on. */
  private takeEnd(): void {
    this.stop();
    this.progress.error.value =
      'The camera was unplugged, or the browser took it away. Your marks and settings are kept: turn it on again to go on.';
  }

  private take(message: FromLive): void {
    const { progress } = this;
    switch (message.kind) {
      case 'loading':
        progress.load(message.progress);
        return;
      case 'ready':
        batch(() => {
          progress.becomeReady();
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
        progress.isShowing.value = false;
        return;
      case 'skipped':
        this.free(message.isStill);
        return;
      case 'lost':
        progress.lose(message.isLast);
        return;
      case 'cancelled':
        progress.endLoading(undefined);
        return;
      case 'failed':
        progress.endLoading(`The network cannot be used: ${message.error}`);
        return;
      case 'error':
        progress.error.value = `A frame could not be computed: ${message.error}`;
    }
  }

  private free(isStill: boolean): void {
    if (!isStill) this.isWorkerBusy = false;
  }

  /** A prompt network knows no names: they are the user's, and stay so. Colours are what it draws with. */
  private takeLabels({ takesMarks, labels, colours }: FromLive & { kind: 'ready' }): void {
    const { palette, board } = this;
    const areMarksKept = takesMarks && this.takesMarks.value;
    const drawn = colours.map(colourFromHex);
    this.changeTakesMarks(takesMarks);
    if (takesMarks) {
      this.drawnColours = drawn;
      palette.own.value = this.coloured(palette.own.value);
    } else palette.found.value = foundLabels(labels, drawn);
    if (areMarksKept) return;
    palette.isolated.value = null;
    board.pen.tool.value = Math.min(1, palette.labels.value.length - 1);
  }

  private takeReport(report: LiveReport): void {
    batch(() => {
      this.progress.isShowing.value = true;
      this.figures.add(report);
    });
  }
}
