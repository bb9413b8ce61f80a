// SPDX-License-Identifier: MIT

import {
  type NetworkDescription,
  Pipeline,
  type Prompts,
  presetNetwork,
  type Segmentation,
  type View,
} from '../../src/pipeline/index.js';
import { ReadbackMeter } from '../engine/readback-meter.js';
import { hexColours } from '../state/labels.js';
import type { FromLive, LiveReport, LiveSettings, Look } from './live-protocol.js';

interface Key {
  frame: VideoFrame;
  prompts: Prompts;
}

/** Frames in, pictures out. Lives in a worker with a device and a canvas of its own, so that the page never waits. */
export class LiveEngine {
  private readonly meter = new ReadbackMeter();
  private canvas: OffscreenCanvas | undefined;
  private settings: LiveSettings | undefined;
  private pipeline: Pipeline | undefined;
  /** What the pipeline was made with: other settings need another one. */
  private pipelineKey = '';
  /** What the pipeline there is was told last. */
  private configured: LiveSettings | undefined;
  private loading: AbortController | undefined;
  private key: Key | undefined;
  /** Takes the place of `key` when its turn comes: until then the other one may be in use. */
  private nextKey: Key | undefined;
  /** Whether the pipeline there is has been told. */
  private knowsKey = false;
  /** From the loss of the GPU to the first frame after it. */
  private isRebuilding = false;
  private image: ImageBitmap | undefined;
  private texture: { device: GPUDevice; image: ImageBitmap; texture: GPUTexture } | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly tell: (message: FromLive) => void) {}

  open(canvas: OffscreenCanvas): void {
    this.canvas = canvas;
  }

  setBackground(image: ImageBitmap): void {
    this.image = image;
  }

  /** Takes effect with the next frame; a change that needs another pipeline makes it at once. */
  apply(settings: LiveSettings): void {
    this.settings = settings;
    const { network, profile } = settings;
    const name = typeof network === 'string' ? network : network.name;
    const key = JSON.stringify([name, profile]);
    if (key === this.pipelineKey) {
      this.configure();
      return;
    }
    this.pipelineKey = key;
    void this.make();
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
    if (isNew('framesPerSecond')) pipeline.setBudget(framesPerSecond === null ? null : { framesPerSecond });
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

  setKey(frame: VideoFrame, prompts: Prompts): void {
    // While one draws they come faster than they can be looked at: the latest counts.
    const isWaiting = this.nextKey !== undefined;
    this.nextKey?.frame.close();
    this.nextKey = { frame, prompts };
    if (isWaiting) return;
    this.turn = this.turn.then(async () => {
      this.takeNextKey();
      // The frame that was drawn on shows what its marks mean.
      if (this.key) await this.report(this.key.frame);
    });
  }

  show(frame: VideoFrame): void {
    this.turn = this.turn.then(async () => {
      await this.report(frame);
      frame.close();
    });
  }

  private takeNextKey(): void {
    if (!this.nextKey) return;
    this.key?.frame.close();
    this.key = this.nextKey;
    this.nextKey = undefined;
    this.knowsKey = false;
  }

  private async report(frame: VideoFrame): Promise<void> {
    try {
      const outcome = await this.tryShow(frame);
      if (outcome.kind === 'shown') this.isRebuilding = false;
      this.tell(outcome);
    } catch (error) {
      // What fails while the GPU is away was told already, in better words.
      if (!this.isRebuilding) this.tell({ kind: 'error', error: wordsOf(error) });
      this.tell({ kind: 'passed' });
    }
  }

  private async make(): Promise<void> {
    const { settings } = this;
    if (!settings) return;
    this.loading?.abort();
    const loading = new AbortController();
    this.loading = loading;
    const old = this.pipeline;
    this.pipeline = undefined;
    try {
      await old?.destroy();
      const { network, crf, workingSize, smoothing, framesPerSecond, profile } = settings;
      const pipeline = await Pipeline.create({
        network: describedNetwork(network),
        crf,
        workingSize,
        smoothing,
        budget: framesPerSecond === null ? null : { framesPerSecond },
        profile,
        signal: loading.signal,
        onProgress: (progress) => this.tell({ kind: 'loading', progress }),
        onDeviceLost: ({ rebuilding }) => {
          this.isRebuilding = rebuilding;
          this.tell({ kind: 'lost', isLast: !rebuilding });
        },
      });
      if (loading.signal.aborted) {
        await pipeline.destroy();
        return;
      }
      this.pipeline = pipeline;
      this.knowsKey = false;
      this.configured = settings;
      // They may have moved while the network was loading.
      this.configure();
      const { prompts, labels, colours } = pipeline.network;
      this.tell({ kind: 'ready', takesMarks: prompts !== undefined, labels, colours });
    } catch (error) {
      // A later one has taken over.
      if (this.loading !== loading) return;
      if (loading.signal.aborted) this.tell({ kind: 'cancelled' });
      else this.tell({ kind: 'error', error: wordsOf(error) });
    }
  }

  private async tryShow(frame: VideoFrame): Promise<FromLive> {
    const { pipeline, canvas, settings, key } = this;
    if (!pipeline || !canvas || !settings) return { kind: 'passed' };
    if (pipeline.network.prompts) {
      if (!key) return { kind: 'passed' };
      if (!this.knowsKey) await pipeline.setPrompts(key.frame, key.prompts);
      this.knowsKey = true;
    }
    this.meter.take();
    const start = performance.now();
    const segmentation = await pipeline.segmentFrame(frame);
    const segmented = performance.now();
    if (canvas.width !== frame.displayWidth || canvas.height !== frame.displayHeight) {
      canvas.width = frame.displayWidth;
      canvas.height = frame.displayHeight;
    }
    await pipeline.draw(this.viewOf(settings.look, pipeline, frame), canvas);
    const drawn = performance.now();
    // The next frame is asked for when this one is done: frames do not pile up.
    await pipeline.device.queue.onSubmittedWorkDone();
    const done = performance.now();
    return { kind: 'shown', report: this.reportOf(pipeline, segmentation, [start, segmented, drawn, done]) };
  }

  private reportOf(
    pipeline: Pipeline,
    { report, labels }: Segmentation,
    [start, segmented, drawn, done]: readonly [number, number, number, number],
  ): LiveReport {
    const { frame, working, iterations, networkRan, timings, budget } = report;
    return {
      timings: [
        { stage: 'total', milliseconds: done - start },
        { stage: 'network and CRF', milliseconds: segmented - start },
        { stage: 'draw', milliseconds: drawn - segmented },
        { stage: 'wait for the GPU', milliseconds: done - drawn },
      ],
      gpuTimings: timings,
      adapterName: pipeline.adapterName,
      bytesHeld: pipeline.bytesHeld,
      bytesReadBack: this.meter.take(),
      width: frame.width,
      height: frame.height,
      workingWidth: working.width,
      workingHeight: working.height,
      iterations,
      networkRan,
      labels,
      budget: budget?.reason,
    };
  }

  private viewOf(look: Look, { device }: Pipeline, frame: VideoFrame): View {
    const { effect, mirror, split, foreground } = look;
    const common = { mirror, split };
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
        const image = this.textureOn(device);
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

  /** The background picture, uploaded once a device. */
  private textureOn(device: GPUDevice): GPUTexture | undefined {
    const { image, texture } = this;
    if (!image) return undefined;
    if (texture?.device === device && texture.image === image) return texture.texture;
    texture?.texture.destroy();
    const size = { width: image.width, height: image.height };
    const usage = GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST | GPUTextureUsage.RENDER_ATTACHMENT;
    const made = device.createTexture({ label: 'background', size, format: 'rgba8unorm', usage });
    device.queue.copyExternalImageToTexture({ source: image }, { texture: made }, size);
    this.texture = { device, image, texture: made };
    return made;
  }
}

/** Marks are drawn in the page's colours, and so is what they find. */
function describedNetwork(network: LiveSettings['network']): NetworkDescription {
  if (typeof network !== 'string') return network;
  const preset = presetNetwork(network);
  return preset.prompts ? { ...preset, colours: hexColours(preset.labels.length) } : preset;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
