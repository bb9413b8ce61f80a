// SPDX-License-Identifier: MIT

import type { InferenceSession } from 'onnxruntime-web';
import { ArgumentError, DeviceError } from '../../problem/errors.js';
import { labelPlanes } from '../../reference/pipeline/network-output.js';
import { checkOutputShape } from '../network/check-graph.js';
import type { ResolvedNetwork } from '../network/description.js';
import type { NetworkFiles } from '../network/load-network.js';
import { failureOf } from '../runtime/failure.js';
import { inTurn } from '../runtime/lock.js';
import type { Onnxruntime } from '../runtime/onnxruntime.js';

/** A float32 input. */
export interface InputTensor {
  values: Float32Array;
  dims: readonly number[];
}

/** What a network gave out: planes [label, y, x] at its own size, logits or probabilities. What is not finite is NaN. */
export interface OutputPlanes {
  planes: Float32Array;
  width: number;
  height: number;
}

/** Throws ArgumentError for tensors that onnxruntime's build for the CPU has no use for. */
export function checkCpuNetwork({ input, output }: ResolvedNetwork): void {
  for (const [path, { type }] of [['input.type', input] as const, ['output.type', output] as const]) {
    if (type !== 'float32') throw new ArgumentError(path, type, "'float32' for a network on the CPU");
  }
}

/** A network and its variants in onnxruntime's WebAssembly: a session each, made when it is first run. */
export class NetworkSessions {
  private readonly sessions = new Map<ResolvedNetwork, InferenceSession>();
  private isDestroyed = false;

  constructor(
    private readonly name: string,
    private readonly files: NetworkFiles,
    private readonly runtime: Onnxruntime,
  ) {}

  /** Makes a session before its first run. Throws DeviceError where onnxruntime refuses the graph, and the signal's reason. */
  async open(network: ResolvedNetwork, signal?: AbortSignal): Promise<void> {
    await inTurn(() => this.sessionFor(network), signal);
  }

  /**
   * @param labelCount of a network that takes prompts: as many as it was told
   *
   * @throws ArgumentError for an output of another shape than described, DeviceError for a run that failed and after `destroy`, and the
   *   signal's reason
   */
  async run(
    network: ResolvedNetwork,
    inputs: Readonly<Record<string, InputTensor>>,
    labelCount: number,
    signal?: AbortSignal,
  ): Promise<OutputPlanes> {
    const { output } = network;
    const { Tensor } = this.runtime;
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, { values, dims }]) => [name, new Tensor('float32', values, dims)]),
    );
    const result = await inTurn(async () => {
      const session = await this.sessionFor(network);
      try {
        return (await session.run(feeds, [output.name]))[output.name];
      } catch (error) {
        throw new DeviceError(`${this.name}: the network's run failed: ${failureOf(error)}`);
      }
    }, signal);
    try {
      const channelCount = checkOutputShape(network, result.dims);
      if (network.prompts && channelCount !== labelCount) {
        const allowed = `${labelCount} channels, one a prompt, not ${channelCount}`;
        throw new ArgumentError('output.layout', output.layout, allowed);
      }
      const [height, width] = output.layout === 'NCHW' ? result.dims.slice(2) : result.dims.slice(1, 3);
      const labels = Array.from({ length: labelCount }, (_, label) => label);
      const values = result.data as Float32Array;
      return { planes: labelPlanes({ ...output, width, height, channelCount, values }, labels), width, height };
    } finally {
      result.dispose();
    }
  }

  /** Waits for a run under way. */
  async destroy(): Promise<void> {
    await inTurn(async () => {
      this.isDestroyed = true;
      const sessions = [...this.sessions.values()];
      this.sessions.clear();
      for (const session of sessions) await session.release();
    });
  }

  /** Only in turn. */
  private async sessionFor(network: ResolvedNetwork): Promise<InferenceSession> {
    if (this.isDestroyed) throw new DeviceError(`${this.name}: the network was destroyed`);
    const open = this.sessions.get(network);
    if (open) return open;
    const bytes = this.files.get(network);
    if (!bytes) throw new Error(`${this.name}: a variant whose file was not loaded`);
    try {
      const options = { executionProviders: ['wasm'], logSeverityLevel: 3 } as const;
      const session = await this.runtime.InferenceSession.create(bytes, options);
      this.sessions.set(network, session);
      return session;
    } catch (error) {
      throw new DeviceError(`${this.name}: onnxruntime could not create a session: ${failureOf(error)}`);
    }
  }
}
