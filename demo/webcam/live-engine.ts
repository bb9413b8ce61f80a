// SPDX-License-Identifier: MIT

import {
  type BudgetOptions,
  type NetworkDescription,
  Pipeline,
  presetNetwork,
  type Segmentation,
  type View,
} from '../../src/pipeline/index.js';
import { ReadbackMeter } from '../engine/readback-meter.js';
import { wordsOf } from '../engine/words.js';
import { hexColours } from '../state/labels.js';
import type { FromLive, Key, LiveNetwork, LiveReport, LiveSettings, Look } from './live-protocol.js';

/** Frames in, pictures out. Lives in a worker with a device and a canvas of its own, so that the page never waits. */
export class LiveEngine {
  private readonly meter = new ReadbackMeter();
  private canvas: OffscreenCanvas | undefined;
  private choice: LiveNetwork | undefined;
  private settings: LiveSettings | undefined;
  private pipeline: Pipeline | undefined;
  /** What the pipeline there is was told last. */
  private configured: LiveSettings | undefined;
  private loading: AbortController | undefined;
  private key: Key | undefined;
  /** Takes the place of `key` when its turn comes: until then the other one may be in use. */
  private nextKey: { key: Key | undefined } | undefined;
  /** Whether the pipeline there is has been told. */
  private knowsKey = false;
  /** What the picture stands still at. */
  private still: VideoFrame | undefined;
  /** The still is going to be drawn with whatever has been said by then: once is enough. */
  private isRefreshing = false;
  /** From the loss of the GPU to the first frame after it. */
  private isRebuilding = false;
  /** As it is, and left and right changed: the camera is shown as in a mirror, and writing behind somebody must not be. */
  private background: { plain: ImageBitmap; flipped: ImageBitmap } | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly tell: (message: FromLive) => void) {}

  open(canvas: OffscreenCanvas): void {
    this.canvas = canvas;
  }

  setBackground(image: ImageBitmap | undefined): void {
    this.background = image && { plain: image, flipped: flippedCopy(image) };
  }

  choose(choice: LiveNetwork): void {
    this.choice = choice;
    void this.make();
  }

  /** Takes effect with the next frame; a change that needs another pipeline makes it at once. */
  apply(settings: LiveSettings): void {
    const isOther = this.settings?.profile !== settings.profile;
    this.settings = settings;
    if (isOther) void this.make();
    else this.configure();
    this.refresh();
  }

  /** Tells the pipeline what changed, and only that: some of it begins anew. */
  private configure(): void {
    const { pipeline, settings, configured } = this;
    if (!pipeline || !settings) return;
    const { crf, workingSize, smoothing, framesPerSecond } = settings;
    const isNew = <Name extends keyof LiveSettings>(name: Name) =>
      JSON.stringify(settings[name]) !== JSON.stringify(configured?.[name]);
    if (isNew('crf')) pipeline.setCrf(crf);
    if (isNew('workingSize')) pipeline.setWorkingSize(workingSize);
    if (isNew('smoothing')) pipeline.setSmoothing(smoothing);
    if (isNew('framesPerSecond')) pipeline.setBudget(budgetOf(framesPerSecond, pipeline));
    this.configured = settings;
  }

  /** Loading ends; the camera goes on without a network. */
  cancel(): void {
    this.loading?.abort();
  }

  /** Everything anew, after the GPU was lost for good or loading was cancelled. */
  restart(): void {
    void this.make();
  }

  /** While one draws they come faster than they can be looked at: the latest counts. */
  setKey(key: Key | undefined): void {
    this.nextKey?.key?.frame.close();
    this.nextKey = { key };
    this.refresh();
  }

  show(frame: VideoFrame): void {
    this.still?.close();
    this.still = undefined;
    this.turn = this.turn.then(() => this.report(frame, false));
  }

  /** The picture stands still at this frame, until the next call of `show`. */
  hold(frame: VideoFrame): void {
    this.still?.close();
    this.still = frame;
    this.refresh();
  }

  /** When the frame under way is done, gives back everything. */
  async close(): Promise<void> {
    this.loading?.abort();
    await this.turn;
    this.still?.close();
    this.key?.frame.close();
    this.nextKey?.key?.frame.close();
    this.background?.plain.close();
    this.background?.flipped.close();
    await this.pipeline?.destroy();
  }

  private refresh(): void {
    if (!this.still || this.isRefreshing) return;
    this.isRefreshing = true;
    this.turn = this.turn.then(async () => {
      this.isRefreshing = false;
      if (this.still) await this.report(this.still.clone(), true);
    });
  }

  private takeNextKey(): void {
    if (!this.nextKey) return;
    this.key?.frame.close();
    this.key = this.nextKey.key;
    this.nextKey = undefined;
    this.knowsKey = false;
  }

  private async report(frame: VideoFrame, isStill: boolean): Promise<void> {
    const { pipeline } = this;
    try {
      this.takeNextKey();
      const outcome = await this.tryShow(frame, isStill);
      if (outcome.kind === 'shown') this.isRebuilding = false;
      this.tell(outcome);
    } catch (error) {
      // What fails while the GPU is away was told already, in better words.
      if (!this.isRebuilding && pipeline === this.pipeline) this.tell({ kind: 'error', error: wordsOf(error) });
      this.tell({ kind: 'passed', isStill });
    } finally {
      frame.close();
    }
  }

  private async make(): Promise<void> {
    const { choice, settings } = this;
    if (!choice || !settings) return;
    this.loading?.abort();
    const loading = new AbortController();
    this.loading = loading;
    const old = this.pipeline;
    this.pipeline = undefined;
    try {
      await old?.destroy();
      const { crf, workingSize, smoothing, profile } = settings;
      const pipeline = await Pipeline.create({
        network: describedNetwork(choice),
        ...(choice.frameSize ? { frameSize: choice.frameSize } : undefined),
        crf,
        workingSize,
        smoothing,
        backend: choice.backend,
        profile,
        signal: loading.signal,
        onProgress: (progress) => this.tell({ kind: 'loading', progress }),
        onDeviceLost: ({ rebuilding }) => {
          this.isRebuilding = rebuilding;
          if (rebuilding) this.tell({ kind: 'lost', isLast: false });
          else this.giveUp();
        },
      });
      if (loading.signal.aborted) {
        await pipeline.destroy();
        loading.signal.throwIfAborted();
      }
      this.pipeline = pipeline;
      this.knowsKey = false;
      pipeline.setBudget(budgetOf(settings.framesPerSecond, pipeline));
      this.configured = settings;
      // They may have moved while the network was loading.
      this.configure();
      const { prompts, labels, colours } = pipeline.network;
      this.tell({ kind: 'ready', takesMarks: prompts !== undefined, labels, colours });
      this.refresh();
    } catch (error) {
      // A later one has taken over.
      if (this.loading !== loading) return;
      if (loading.signal.aborted) this.tell({ kind: 'cancelled' });
      else this.tell({ kind: 'failed', error: wordsOf(error) });
    }
  }

  /** The camera goes on without effects, until `restart`. */
  private giveUp(): void {
    const { pipeline } = this;
    if (!pipeline) return;
    this.pipeline = undefined;
    this.isRebuilding = false;
    void pipeline.destroy();
    this.tell({ kind: 'lost', isLast: true });
  }

  private async tryShow(frame: VideoFrame, isStill: boolean): Promise<FromLive> {
    const { pipeline, canvas, settings, key } = this;
    if (!pipeline || !canvas || !settings) return { kind: 'passed', isStill };
    if (pipeline.network.prompts && !key) return { kind: 'passed', isStill };
    if (pipeline.network.prompts && key && !this.knowsKey) {
      await this.orGiveUp(pipeline, pipeline.setPrompts(key.frame, key.prompts));
      this.knowsKey = true;
    }
    // The library keeps the key image on the host, once; from here on it is about the frame.
    this.meter.take();
    const start = performance.now();
    const segmentation = await this.orGiveUp(pipeline, pipeline.segmentFrame(frame));
    const segmented = performance.now();
    if (isStill !== (this.still !== undefined)) return { kind: 'skipped', isStill };
    if (canvas.width !== frame.displayWidth || canvas.height !== frame.displayHeight) {
      canvas.width = frame.displayWidth;
      canvas.height = frame.displayHeight;
    }
    await pipeline.draw(this.viewOf(settings.look, pipeline, frame), canvas);
    const drawn = performance.now();
    // The next frame is asked for when this one is done: frames do not pile up.
    if (pipeline.backend === 'webgpu') await pipeline.device.queue.onSubmittedWorkDone();
    const done = performance.now();
    return { kind: 'shown', isStill, report: this.reportOf(pipeline, segmentation, [start, segmented, drawn, done]) };
  }

  /** A pipeline that fails while it is made anew would go on failing with every frame. */
  private async orGiveUp<Result>(pipeline: Pipeline, call: Promise<Result>): Promise<Result> {
    try {
      return await call;
    } catch (error) {
      if (this.isRebuilding && pipeline === this.pipeline) this.giveUp();
      throw error;
    }
  }

  private reportOf(
    pipeline: Pipeline,
    { report, labels }: Segmentation,
    [start, segmented, drawn, done]: readonly [number, number, number, number],
  ): LiveReport {
    const { frame, working, input, iterations, networkRan, timings, budget } = report;
    return {
      timings: [
        { stage: 'total', milliseconds: done - start },
        { stage: 'network and CRF', milliseconds: segmented - start },
        { stage: 'draw', milliseconds: drawn - segmented },
        ...(pipeline.backend === 'webgpu' ? [{ stage: 'wait for the GPU', milliseconds: done - drawn }] : []),
      ],
      gpuTimings: pipeline.backend === 'webgpu' ? timings : [],
      backend: pipeline.backend,
      adapterName: pipeline.adapterName,
      bytesHeld: pipeline.bytesHeld,
      bytesReadBack: this.meter.take(),
      width: frame.width,
      height: frame.height,
      input,
      workingWidth: working.width,
      workingHeight: working.height,
      iterations,
      networkRan,
      labels,
      budget: budget?.reason,
    };
  }

  private viewOf(look: Look, { labels }: Pipeline, frame: VideoFrame): View<ImageBitmap> {
    const { effect, mirror, split } = look;
    const common = { mirror, split };
    // A label that was just added is known when its marks are.
    const foreground = look.foreground.filter((label) => label < labels.length);
    switch (effect) {
      case 'overlay':
        return { kind: 'overlay', opacity: look.opacity, ...common };
      case 'labels':
      case 'confidence':
        return { kind: effect, ...common };
      case 'cut-out':
        return { kind: 'cut-out', foreground, ...common };
      case 'colour':
        return { kind: 'colour', colour: look.colour, foreground, ...common };
      case 'image': {
        const image = mirror ? this.background?.flipped : this.background?.plain;
        return image
          ? { kind: 'image', image, foreground, ...common }
          : { kind: 'colour', colour: look.colour, foreground, ...common };
      }
      case 'blur': {
        const sigmaXY = look.blur * Math.hypot(frame.displayWidth, frame.displayHeight);
        return { kind: 'blur', sigmaXY, foreground, ...common };
      }
    }
  }
}

function flippedCopy(image: ImageBitmap): ImageBitmap {
  const canvas = new OffscreenCanvas(image.width, image.height);
  const drawing = canvas.getContext('2d');
  drawing?.setTransform(-1, 0, 0, 1, image.width, 0);
  drawing?.drawImage(image, 0, 0);
  return canvas.transferToImageBitmap();
}

/** What a processor is asked to hold: people look natural from 15 frames a second on. */
const cpuFramesPerSecond = 15;

function budgetOf(framesPerSecond: number | null, { backend }: Pipeline): BudgetOptions | null {
  if (framesPerSecond === null) return null;
  return { framesPerSecond: backend === 'cpu' ? Math.min(framesPerSecond, cpuFramesPerSecond) : framesPerSecond };
}

/** Marks are drawn in the page's colours, and so is what they find. */
function describedNetwork({ network, inputSize }: LiveNetwork): NetworkDescription {
  if (typeof network !== 'string') return network;
  const asMade = presetNetwork(network);
  const preset = inputSize === undefined ? asMade : { ...asMade, input: { ...asMade.input, longSide: inputSize } };
  return preset.prompts ? { ...preset, colours: hexColours(preset.labels.length) } : preset;
}
