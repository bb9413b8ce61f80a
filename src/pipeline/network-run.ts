// SPDX-License-Identifier: MIT

import { BufferSet } from '../gpu/buffers.js';
import { Readback } from '../gpu/readback.js';
import { ArgumentError, DeviceError } from '../problem/errors.js';
import { FrameResizer, type TensorForm } from './frames/frame-resizer.js';
import { type Extent, type Placement, planIngest } from './frames/plan.js';
import type { StageContext } from './frames/stage-context.js';
import { checkOutputShape } from './network/check-graph.js';
import type { ResolvedNetwork } from './network/description.js';
import { OutputReader, type PlanarUnary } from './outputs/output-reader.js';
import { type UnaryPlace, unaryPlace } from './outputs/unary-window.js';
import { missingPrompts } from './prompts/missing-prompts.js';
import { Reseeder } from './prompts/reseeder.js';
import type { Onnxruntime } from './runtime/onnxruntime.js';
import { NetworkSession } from './runtime/session.js';

export interface NetworkRunOptions {
  runtime: Onnxruntime;
  context: StageContext;
  network: ResolvedNetwork;
  /** The ONNX file, with the described output among its outputs. */
  bytes: Uint8Array;
}

/** Planes on the GPU with what a unary says of their place. */
export type PlacedUnary = PlanarUnary & UnaryPlace;

/** What a prompt network was told: enough to tell it again on another device. */
export interface Key {
  placement: Placement;
  labelCount: number;
  /** What was marked: soft seeds 0..1, [label, y, x] at the placement's size. */
  seeds: Float32Array;
  /** What the network is told: the seeds, or what rounds of refinement made of them. */
  prompts: Float32Array;
  /** The key image as the network's input has it, as words. */
  image: Uint32Array;
}

/** What depends on the size of the input and on the number of labels. */
interface Shaped {
  key: string;
  placement: Placement;
  image: FrameResizer;
  keyImage: FrameResizer | undefined;
  output: OutputReader;
  /** The network's output for the picture itself, while the session's buffer has that for the mirrored one. */
  unmirrored: GPUBuffer | undefined;
  /** What `output` holds. */
  held: 'nothing' | 'one run' | 'mean of two';
}

/** A network on a device: frames in, unaries out, both on the GPU. */
export class NetworkRun {
  private shaped: Shaped | undefined;
  private key: Key | undefined;
  private readonly buffers: BufferSet;

  private constructor(
    private readonly options: NetworkRunOptions,
    private readonly session: NetworkSession,
  ) {
    this.buffers = new BufferSet(options.context.device);
  }

  static async create(options: NetworkRunOptions, signal?: AbortSignal): Promise<NetworkRun> {
    const { runtime, context, network, bytes } = options;
    const { input, output, name } = network;
    const halves = [input.type, output.type].includes('float16');
    if (halves && !context.device.features.has('shader-f16')) {
      throw new DeviceError(`${name}: its float16 tensors need the device feature shader-f16, which this device lacks`);
    }
    const session = await NetworkSession.create(
      { runtime, device: context.device, bytes, name, preferredLayout: input.layout, output },
      signal,
    );
    return new NetworkRun(options, session);
  }

  get bytes(): number {
    const { session, buffers, shaped } = this;
    return session.bytes + buffers.bytes + (shaped?.image.bytes ?? 0) + (shaped?.output.bytes ?? 0);
  }

  /** Whether it is told what to look for. */
  get takesPrompts(): boolean {
    return this.options.network.prompts !== undefined;
  }

  /** Labels of the output: a prompt network's are those of its prompts. */
  get labelCount(): number {
    return this.key?.labelCount ?? this.options.network.labels.length;
  }

  /** Where a frame lies in the input. A prompt network sees every frame at the size of its key image. */
  placementFor(frame: Extent): Placement {
    const { network } = this.options;
    if (!network.prompts) return planFor(network, frame);
    if (!this.key) throw missingPrompts(network.name);
    return this.key.placement;
  }

  /** Makes what this placement needs. Nothing happens where it is there. */
  async shape(placement: Placement, signal?: AbortSignal): Promise<void> {
    const { network, context } = this.options;
    const { input, prompts, output } = network;
    const { labelCount } = this;
    const key = `${placement.width}x${placement.height}x${labelCount}`;
    if (this.shaped?.key === key) {
      this.shaped.placement = placement;
      return;
    }
    this.forget();
    const { width, height } = placement;
    const imageDims = input.layout === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3];
    const image = (name: string) => ({ name, type: input.type, dims: imageDims });
    await this.session.shape(
      prompts
        ? [
            image(input.name),
            image(prompts.keyImage),
            { name: prompts.keyPrompts, type: 'float32', dims: [1, labelCount, height, width] },
          ]
        : [image(input.name)],
      signal,
    );
    const { dims, buffer } = this.session.output;
    this.checkOutput(dims);
    const { device } = context;
    const form: { kind: 'tensor' } & TensorForm = { kind: 'tensor', ...input };
    const resizerFor = (name: string) =>
      FrameResizer.create(context, form, { width, height }, this.session.input(name));
    const resizer = await resizerFor(input.name);
    const keyImage = prompts ? await resizerFor(prompts.keyImage) : undefined;
    const unmirrored = network.flipAveraging ? this.buffers.storage('NetworkRun.unmirrored', buffer.size) : undefined;
    const reader = await OutputReader.create(context, { ...output, labelCount, dims, buffer, unmirrored });
    this.shaped = { key, placement, image: resizer, keyImage, output: reader, unmirrored, held: 'nothing' };
    const error = await device.settleCreation();
    if (!error) return;
    this.forget();
    throw new DeviceError(`${network.name}: the GPU refused what the network needs: ${error.message}`);
  }

  /**
   * Compiles what a first frame would have to wait for, where its size at the network is known before.
   *
   * @param frame the size of frames to come, where it is known
   */
  async warmUp(frame: Extent | undefined, signal?: AbortSignal): Promise<void> {
    const { network } = this.options;
    const { input, prompts } = network;
    const extent = frame ?? (input.size.kind === 'fixed' ? input.size : undefined);
    if (!prompts && extent) await this.shape(planFor(network, extent), signal);
  }

  /** Encodes the frame's way into the input. After `shape`. */
  encodeInput(pass: GPUComputePassEncoder, frame: GPUTexture, placement: Placement): void {
    this.current.image.encode(pass, frame, placement);
  }

  /** Whether a photo goes through it twice, the second time mirrored. */
  get averagesFlips(): boolean {
    return this.options.network.flipAveraging;
  }

  /** When it resolves, what is submitted afterwards sees the output as a unary of all labels. */
  async run(signal?: AbortSignal): Promise<void> {
    await this.session.run(signal);
    this.readOutput('one run');
  }

  /** As `run`, with the mean of that output and the one for the frame mirrored. After `encodeInput` of the same frame. */
  async runBothWays(frame: GPUTexture, placement: Placement, signal?: AbortSignal): Promise<void> {
    const { image, unmirrored } = this.current;
    // Between the runs the buffers hold outputs that don't belong together.
    this.current.held = 'nothing';
    await this.session.run(signal);
    const { buffer } = this.session.output;
    if (!unmirrored) throw new Error('NetworkRun.runBothWays of a network that is run once');
    this.options.context.device.submit('mirrored network input', (encoder) => {
      encoder.copyBufferToBuffer(buffer, 0, unmirrored, 0, buffer.size);
      const pass = encoder.beginComputePass({ label: 'mirrored network input' });
      image.encode(pass, frame, placement, true);
      pass.end();
    });
    await this.session.run(signal);
    this.readOutput('mean of two');
  }

  /** The last output again, as a unary of these labels alone. */
  choose(labels: readonly number[]): void {
    this.current.output.choose(labels);
    this.encodeOutput();
  }

  /** Whether there is an output: of a run since the input's size or the key image changed. */
  get hasRun(): boolean {
    return this.shaped !== undefined && this.shaped.held !== 'nothing';
  }

  /** The output of the last run, for the picture alone where it was letterboxed. */
  get unary(): PlacedUnary {
    const { output, placement } = this.current;
    const { upsampling } = this.options.network.output;
    return { ...output.unary, ...unaryPlace(placement, output.extent, upsampling) };
  }

  /**
   * Makes room for a key image of this size and for that many labels, and uploads the seeds. `encodeKey` brings the image itself.
   *
   * @param seedsFor soft seeds 0..1, [label, y, x], at the size of the network's input
   */
  async beginKey(frame: Extent, labelCount: number, seedsFor: (size: Extent) => Float32Array): Promise<void> {
    const placement = planFor(this.options.network, frame);
    const seeds = seedsFor(placement);
    this.key = { placement, labelCount, seeds, prompts: seeds, image: new Uint32Array() };
    await this.shape(placement);
    this.writePrompts(seeds);
    this.current.held = 'nothing';
  }

  /** Encodes the key image's way into its input. After `beginKey`, with a frame of its size. */
  encodeKey(pass: GPUComputePassEncoder, frame: GPUTexture): void {
    const { keyImage, placement } = this.current;
    keyImage?.encode(pass, frame, placement);
  }

  /** Tells the network what the refinement made of the key image; what was marked stays marked. */
  async refineKey(marginals: GPUBuffer, working: Extent): Promise<void> {
    const { network, context } = this.options;
    if (!this.key || !network.prompts) return;
    const reseeder = await Reseeder.create(context);
    const { seeds, placement } = this.key;
    reseeder.run(seeds, placement, marginals, working, this.session.input(network.prompts.keyPrompts));
  }

  /** Reads key image and prompts back, once: they are shown to another device when this one is lost. */
  async keepKey(): Promise<void> {
    const { network, context } = this.options;
    if (!this.key || !network.prompts) return;
    const readback = new Readback(context.device);
    try {
      const image = this.session.input(network.prompts.keyImage);
      this.key.image = await readback.words(image, 0, image.size / 4);
      const prompts = this.session.input(network.prompts.keyPrompts);
      this.key.prompts = await readback.floats(prompts, this.key.seeds.length);
    } finally {
      readback.destroy();
    }
  }

  get currentKey(): Key | undefined {
    return this.key;
  }

  /** Takes over what another one was told, on another device, or this one before. */
  async adoptKey(key: Key | undefined): Promise<void> {
    this.key = key;
    if (!key) return;
    await this.shape(key.placement);
    this.restoreKey();
    this.current.held = 'nothing';
  }

  async destroy(): Promise<void> {
    this.forget();
    await this.session.destroy();
  }

  private get current(): Shaped {
    if (!this.shaped) throw new Error('NetworkRun: nothing shaped');
    return this.shaped;
  }

  private checkOutput(dims: readonly number[]): void {
    const { network } = this.options;
    const channels = checkOutputShape(network, dims);
    if (network.prompts && channels !== this.labelCount) {
      throw new ArgumentError(
        'output.layout',
        network.output.layout,
        `${this.labelCount} channels, one a prompt, not ${channels}`,
      );
    }
  }

  private readOutput(held: 'one run' | 'mean of two'): void {
    const { current, labelCount } = this;
    if (current.output.labels.length < labelCount) current.output.choose();
    current.held = held;
    this.encodeOutput();
  }

  private encodeOutput(): void {
    const { output, held } = this.current;
    this.options.context.device.submit('network output', (encoder) => {
      const pass = encoder.beginComputePass({ label: 'network output' });
      output.encode(pass, held === 'mean of two');
      pass.end();
    });
  }

  private restoreKey(): void {
    const { key } = this;
    const { network, context } = this.options;
    if (!key || !network.prompts || key.image.length === 0) return;
    context.device.queue.writeBuffer(
      this.session.input(network.prompts.keyImage),
      0,
      key.image as Uint32Array<ArrayBuffer>,
    );
    this.writePrompts(key.prompts);
  }

  private writePrompts(prompts: Float32Array): void {
    const { network, context } = this.options;
    const buffer = this.session.input(network.prompts?.keyPrompts ?? '');
    context.device.queue.writeBuffer(buffer, 0, prompts as Float32Array<ArrayBuffer>);
  }

  private forget(): void {
    this.shaped?.image.destroy();
    this.shaped?.keyImage?.destroy();
    this.shaped?.output.destroy();
    if (this.shaped?.unmirrored) this.buffers.release(this.shaped.unmirrored);
    this.shaped = undefined;
  }
}

function planFor({ input }: ResolvedNetwork, frame: Extent): Placement {
  return planIngest(input, frame.width, frame.height);
}
