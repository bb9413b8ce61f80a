// SPDX-License-Identifier: MIT

import type { Extent } from './frames/plan.js';
import type { ResolvedNetwork } from './network/description.js';
import type { NetworkFiles } from './network/load-network.js';
import { variantFor } from './network/variants.js';
import { NetworkRun, type NetworkRunOptions } from './network-run.js';

export type NetworkRunsOptions = Pick<NetworkRunOptions, 'runtime' | 'context' | 'network'> & { files: NetworkFiles };

/** A network on a device with its variants, each made when a frame of its shape first comes, and kept. One call at a time. */
export class NetworkRuns {
  private readonly runs = new Map<ResolvedNetwork, NetworkRun>();

  private constructor(
    private readonly options: NetworkRunsOptions,
    /** Of the latest frame. */
    public current: NetworkRun,
  ) {}

  /** @param frame the size of frames to come, where it is known */
  static async create(options: NetworkRunsOptions, frame?: Extent, signal?: AbortSignal): Promise<NetworkRuns> {
    const { network } = options;
    const first = frame ? variantFor(network, frame) : network;
    const run = await openRun(options, first, signal);
    const runs = new NetworkRuns(options, run);
    runs.runs.set(first, run);
    return runs;
  }

  get bytes(): number {
    return [...this.runs.values()].reduce((sum, run) => sum + run.bytes, 0);
  }

  /** Makes the variant for frames of this size the current one. Nothing is created where it was before. */
  async take(frame: Extent, signal?: AbortSignal): Promise<NetworkRun> {
    const { options } = this;
    const variant = variantFor(options.network, frame);
    const run = this.runs.get(variant) ?? (await openRun(options, variant, signal));
    this.runs.set(variant, run);
    this.current = run;
    return run;
  }

  async destroy(): Promise<void> {
    for (const run of this.runs.values()) await run.destroy();
  }
}

function openRun(
  { files, ...options }: NetworkRunsOptions,
  network: ResolvedNetwork,
  signal: AbortSignal | undefined,
): Promise<NetworkRun> {
  const bytes = files.get(network);
  if (!bytes) throw new Error(`${network.name}: a variant whose file was not loaded`);
  return NetworkRun.create({ ...options, network, bytes }, signal);
}
