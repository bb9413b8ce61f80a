// SPDX-License-Identifier: MIT

import { DeviceError } from '../../problem/errors.js';
import type { View } from '../drawing/view.js';
import type { FrameSource } from '../frames/frame-source.js';
import { ErrorTeller } from '../video/error-teller.js';
import type { FrameInput, InputFrame } from './frame-input.js';
import type { FrameOutput } from './frame-output.js';
import type { Stage, StageSource } from './stage.js';
import { TrackMeter, type TrackStatistics } from './track-meter.js';

/** What is sent while there is no processed frame. */
export const fallbacks = ['last', 'black', 'original'] as const;
export type Fallback = (typeof fallbacks)[number];

/** What a loop does while no frame is processed, and whom it tells. */
export interface LoopOptions {
  fallback: Fallback;
  onError: ((error: unknown) => void) | undefined;
}

/** Milliseconds between two frames that show the same, while nothing is processed: enough for who joins a call. */
const holdInterval = 200;
/** Milliseconds from one pipeline to the next, where one is made anew. */
const remakeInterval = 3000;

/**
 * Takes frames from an input, has a stage make pictures of them, and sends these to an output: one at a time, each the newest there is. What can't
 * be processed is never sent as it came, unless `fallback` says so.
 */
export class TrackLoop {
  private readonly meter = new TrackMeter();
  private readonly errors: ErrorTeller;
  private readonly ending = new AbortController();
  private input: FrameInput | undefined;
  /** Counts inputs: what comes of a frame of one before is not sent. */
  private inputs = 0;
  private stage: Stage | undefined;
  private opening: Promise<void>;
  private openedAt = Number.NEGATIVE_INFINITY;
  /** Whether the stage knows frames that the next one doesn't follow. */
  private isCut = false;
  private paused = false;
  /** The newest frame, while the one before is under way. */
  private waiting: InputFrame | undefined;
  private underWay: Promise<void> | undefined;
  private heldAt = Number.NEGATIVE_INFINITY;
  private stopped: Promise<void> | undefined;

  constructor(
    private readonly source: StageSource,
    private readonly output: FrameOutput,
    private view: View<FrameSource>,
    private readonly options: LoopOptions,
  ) {
    this.errors = new ErrorTeller(options.onError);
    this.opening = this.open();
  }

  setView(view: View<FrameSource>): void {
    this.view = view;
  }

  setInput(input: FrameInput): void {
    if (this.isEnded) {
      input.stop();
      return;
    }
    this.input?.stop();
    if (this.input) this.output.changeClock();
    this.input = input;
    this.inputs++;
    this.cut();
    const { inputs } = this;
    input.start((frame) => {
      if (inputs === this.inputs && !this.isEnded) this.take(frame);
      else frame.close();
    });
  }

  setPaused(paused: boolean): void {
    if (paused === this.paused) return;
    this.paused = paused;
    this.cut();
  }

  async statistics(): Promise<TrackStatistics> {
    return this.meter.read(performance.now());
  }

  /** When it resolves, nothing of it is in use. */
  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  private async end(): Promise<void> {
    this.ending.abort();
    this.input?.stop();
    this.inputs++;
    this.drop();
    await this.underWay;
    await this.opening;
    const { stage } = this;
    this.stage = undefined;
    await stage?.close();
    this.output.close();
  }

  private get isEnded(): boolean {
    return this.ending.signal.aborted;
  }

  /** What comes next doesn't follow what was: it is held anew, and the stage forgets. */
  private cut(): void {
    this.drop();
    this.isCut = true;
    this.heldAt = Number.NEGATIVE_INFINITY;
  }

  private drop(): void {
    if (!this.waiting) return;
    this.waiting.close();
    this.waiting = undefined;
    this.meter.framesDropped++;
  }

  private async open(): Promise<void> {
    this.openedAt = performance.now();
    try {
      const stage = await this.source.open(this.ending.signal);
      if (this.isEnded) await stage.close();
      else this.stage = stage;
    } catch (error) {
      if (!this.isEnded) this.errors.tell(error);
    }
  }

  private take(frame: InputFrame): void {
    this.meter.framesIn++;
    if (this.underWay) {
      this.drop();
      this.waiting = frame;
    } else {
      this.underWay = this.run(frame);
    }
  }

  private async run(first: InputFrame): Promise<void> {
    let frame: InputFrame | undefined = first;
    while (frame) {
      await this.handle(frame);
      frame.close();
      frame = this.waiting;
      this.waiting = undefined;
      // Whoever had the track has ended it.
      if (this.output.isEnded) this.input?.stop();
    }
    this.underWay = undefined;
  }

  private async handle(frame: InputFrame): Promise<void> {
    const { stage, inputs } = this;
    try {
      if (this.paused || !stage || !(await this.process(stage, frame, inputs))) await this.hold(frame, inputs);
    } catch (error) {
      // Whoever stops may well destroy the pipeline under its last frame, or end the track.
      if (this.isEnded || this.output.isEnded) return;
      this.isCut = true;
      this.errors.tell(error);
      await this.hold(frame, inputs).catch((another) => this.errors.tell(another));
      if (error instanceof DeviceError) this.remake();
    }
  }

  /** Whether its picture was sent: not where the input has changed, or nothing is to be processed, since. */
  private async process(stage: Stage, frame: InputFrame, inputs: number): Promise<boolean> {
    if (this.isCut) {
      this.isCut = false;
      await stage.restart();
    }
    const picture = await stage.process(frame.source, this.view);
    if (this.paused || inputs !== this.inputs) return false;
    await this.output.send(picture, frame, true);
    this.errors.forget();
    this.meter.sent(performance.now());
    const { arrivedAt } = frame;
    stage.finished().then(
      () => this.meter.took(performance.now() - arrivedAt),
      () => undefined,
    );
    return true;
  }

  private async hold(frame: InputFrame, inputs: number): Promise<void> {
    if (inputs !== this.inputs) return;
    const { output } = this;
    const { fallback } = this.options;
    const isOriginal = fallback === 'original' && !this.paused;
    const now = performance.now();
    if (!isOriginal && now - this.heldAt < holdInterval) return;
    this.heldAt = now;
    this.meter.framesHeld++;
    if (isOriginal) await output.send(frame.source, frame, false);
    else if (fallback === 'black') await output.black(frame);
    else await output.repeat(frame);
  }

  /** A pipeline replaces a lost device once. Where it is the track's own, another takes its place after that. */
  private remake(): void {
    const { stage, source } = this;
    if (!stage || !source.makes || performance.now() - this.openedAt < remakeInterval) return;
    this.stage = undefined;
    this.opening = stage
      .close()
      .catch(() => undefined)
      .then(() => this.open());
  }
}
