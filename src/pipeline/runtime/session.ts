// SPDX-License-Identifier: MIT

import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { BufferSet } from '../../gpu/buffers.js';
import { ScopedDevice } from '../../gpu/scoped-device.js';
import { DeviceError } from '../../problem/errors.js';
import { collectLines } from './console-tap.js';
import { failureOf } from './failure.js';
import { inTurn } from './lock.js';
import type { Onnxruntime } from './onnxruntime.js';
import { RuntimeDevice } from './runtime-device.js';

export interface SessionTensor {
  name: string;
  type: 'float32' | 'float16';
  dims: readonly number[];
}

export interface SessionOptions {
  runtime: Onnxruntime;
  device: GPUDevice | ScopedDevice;
  /** The ONNX file. Kept: the session is created anew after a run that failed. */
  bytes: Uint8Array;
  /** What the user calls it, for messages. */
  name: string;
  /** Layout in which onnxruntime computes convolutions. */
  preferredLayout: 'NHWC' | 'NCHW';
  output: { name: string; type: 'float32' | 'float16' };
}

/** The output of a network: dims as the graph gives them, batch first. */
export interface SessionOutput {
  buffer: GPUBuffer;
  dims: readonly number[];
}

const bytesOf = { float32: 4, float16: 2 } as const;

/**
 * A network on our device, with inputs and output in buffers that are made once.
 *
 *   const session = await NetworkSession.create(options);
 *   await session.shape(inputs);     // buffers, a warm-up run, the output's dims
 *   …write session.input('image')…
 *   await session.run();             // submitted when it resolves: what is submitted afterwards sees session.output.buffer
 */
export class NetworkSession {
  private readonly device: ScopedDevice;
  private readonly runtimeDevice: RuntimeDevice;
  private session: InferenceSession | undefined;
  private buffers: BufferSet;
  private inputs = new Map<string, { buffer: GPUBuffer; tensor: Tensor }>();
  private result: (SessionOutput & { tensor: Tensor }) | undefined;
  private destroyed = false;

  private constructor(private readonly options: SessionOptions) {
    this.device = ScopedDevice.of(options.device);
    this.runtimeDevice = RuntimeDevice.of(this.device.device);
    this.buffers = new BufferSet(this.device);
  }

  /** Throws DeviceError where onnxruntime refuses the graph. */
  static async create(options: SessionOptions, signal?: AbortSignal): Promise<NetworkSession> {
    const network = new NetworkSession(options);
    await inTurn(async () => {
      await network.refusing(() => network.open());
      // Nobody will ask for it any more.
      if (signal?.aborted) await network.close();
    }, signal);
    return network;
  }

  /** Bytes of GPU memory held here; onnxruntime holds the weights and what lies between. */
  get bytes(): number {
    return this.buffers.bytes;
  }

  input(name: string): GPUBuffer {
    const input = this.inputs.get(name);
    if (!input) throw new Error(`NetworkSession: no input ${name} before shape()`);
    return input.buffer;
  }

  get output(): SessionOutput {
    if (!this.result) throw new Error('NetworkSession: no output before shape()');
    return this.result;
  }

  /**
   * Makes buffers for these inputs and runs once, to learn the output's dims and to compile what onnxruntime compiles.
   * Throws DeviceError where a limit is too low, or where operators run on the CPU: their names are in the message.
   */
  async shape(inputs: readonly SessionTensor[], signal?: AbortSignal): Promise<void> {
    const { runtime, output } = this.options;
    this.releaseTensors();
    for (const { name, type, dims } of inputs) {
      const buffer = this.bufferOf(name, type, dims);
      const tensor = runtime.Tensor.fromGpuBuffer(buffer, { dataType: type, dims });
      this.inputs.set(name, { buffer, tensor });
    }
    const dims = await inTurn(() => this.refusing(() => this.warmUp()), signal);
    const buffer = this.bufferOf(output.name, output.type, dims);
    const tensor = runtime.Tensor.fromGpuBuffer(buffer, { dataType: output.type, dims });
    this.result = { buffer, dims, tensor };
    // Zeros may have gone through it: nobody should mistake the result for one.
    this.device.submit('NetworkSession', (encoder) => encoder.clearBuffer(buffer));
    this.throwRefusal(await this.device.settle());
  }

  /** Creates nothing and reads nothing back. Throws DeviceError when the run failed; the next call begins with a new session. */
  run(signal?: AbortSignal): Promise<void> {
    return inTurn(async () => {
      const session = await this.open();
      const { result } = this;
      if (!result) throw new Error('NetworkSession.run before shape');
      await this.runtimeDevice.hear(this.device, 'submitted', () =>
        this.running(() => session.run(this.feeds(), { [this.options.output.name]: result.tensor })),
      );
    }, signal);
  }

  /** Waits for a run under way. */
  async destroy(): Promise<void> {
    this.destroyed = true;
    await inTurn(async () => {
      await this.close();
      this.releaseTensors();
    });
  }

  /** Only in turn. */
  private async open(): Promise<InferenceSession> {
    if (this.destroyed) throw new DeviceError(`${this.options.name}: the network was destroyed`);
    this.session ??= await this.createSession();
    return this.session;
  }

  private async createSession(more?: InferenceSession.SessionOptions): Promise<InferenceSession> {
    const { runtime, bytes, name, preferredLayout } = this.options;
    const { proxy: device } = this.runtimeDevice;
    try {
      return await runtime.InferenceSession.create(bytes, {
        // The only way in 1.30: `env.webgpu.device` is ignored.
        executionProviders: [{ name: 'webgpu', device, preferredLayout }],
        preferredOutputLocation: 'gpu-buffer',
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
        ...more,
      });
    } catch (error) {
      throw new DeviceError(`${name}: onnxruntime could not create a session: ${failureOf(error)}`);
    }
  }

  private async close(): Promise<void> {
    const { session } = this;
    this.session = undefined;
    // A session of a lost device may be beyond releasing; nothing can be done then.
    await session?.release().catch(() => undefined);
  }

  /** A session whose run failed is in no state to run again. */
  private async running<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      await this.close();
      throw new DeviceError(`${this.options.name}: the network's run failed: ${failureOf(error)}`);
    }
  }

  /** Throws DeviceError where a tensor of this size is too large for the device. */
  private bufferOf(name: string, type: 'float32' | 'float16', dims: readonly number[]): GPUBuffer {
    try {
      return this.buffers.storage(`NetworkSession.${name}`, product(dims) * bytesOf[type]);
    } catch (error) {
      throw new DeviceError(
        `${this.options.name}: tensor ${name} [${dims.join(', ')}] is too large for the device: ${(error as Error).message}`,
      );
    }
  }

  /** onnxruntime doesn't look at what the device says of its buffers and pipelines. */
  private async refusing<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = await this.runtimeDevice.hear(this.device, 'everything', work);
    const error = await this.device.settle();
    if (error) await this.close();
    this.throwRefusal(error);
    return result;
  }

  private throwRefusal(error: GPUError | undefined): void {
    if (!error) return;
    throw new DeviceError(`${this.options.name}: the GPU refused what the network needs: ${error.message}`);
  }

  private async warmUp(): Promise<readonly number[]> {
    const session = await this.open();
    const { output, name } = this.options;
    const { downloads } = this.runtimeDevice;
    const results = await this.running(() => session.run(this.feeds(), [output.name]));
    const { dims } = results[output.name];
    for (const tensor of Object.values(results)) tensor.dispose();
    if (this.runtimeDevice.downloads > downloads) {
      throw new DeviceError(
        `${name}: ${await this.operatorsOnCpu()} run on the CPU, as onnxruntime's WebGPU provider lacks them: ` +
          'every frame would leave the GPU; cut the graph before them, or export the network without them',
      );
    }
    return dims;
  }

  /** As onnxruntime's log names them, e.g. `Celu (/block/act)`. In Node the log goes to standard error, where nobody can listen. */
  private async operatorsOnCpu(): Promise<string> {
    const lines = await collectLines(async () => {
      const session = await this.createSession({ logSeverityLevel: 1 });
      await session.release();
    });
    return operatorsWithoutKernel(lines) || 'operators of this graph';
  }

  private feeds(): Record<string, Tensor> {
    return Object.fromEntries([...this.inputs].map(([name, { tensor }]) => [name, tensor]));
  }

  private releaseTensors(): void {
    for (const { tensor } of this.inputs.values()) tensor.dispose();
    this.result?.tensor.dispose();
    this.inputs.clear();
    this.result = undefined;
    this.buffers.destroy();
  }
}

/** From lines such as "… webgpu kernel not found in registries for Op type: Celu node name: /block/act". */
function operatorsWithoutKernel(lines: readonly string[]): string {
  const found = lines.flatMap((line) => {
    const match = /kernel not found in registries for Op type: (\S+) node name: (\S*)/.exec(line);
    return match ? [match[2] ? `${match[1]} (${match[2]})` : match[1]] : [];
  });
  return [...new Set(found)].join(', ');
}

function product(dims: readonly number[]): number {
  return dims.reduce((size, dim) => size * dim, 1);
}
