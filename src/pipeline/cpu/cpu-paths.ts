// SPDX-License-Identifier: MIT

import type { Settings } from '../options.js';
import type { Path, PathKeeper, PathRequest } from '../path.js';
import { destroyedError } from '../pipeline-destroyed.js';
import { loadCpuOnnxruntime } from '../runtime/onnxruntime-cpu.js';
import { CpuPath } from './cpu-path.js';
import { checkCpuNetwork, NetworkSessions } from './network-sessions.js';

type CpuSettings = Pick<Settings, 'network' | 'onnxruntime' | 'profile' | 'threads' | 'frameSize'>;

/**
 * Loads what runs networks on the CPU. A module of its own: who has a GPU loads nothing of it. Throws ArgumentError for a network that can't run
 * there, DeviceError.
 */
export async function loadPaths(settings: CpuSettings): Promise<(request: PathRequest) => PathKeeper> {
  checkCpuNetwork(settings.network);
  const runtime = await loadCpuOnnxruntime(settings.onnxruntime);
  return (request) => {
    const { network, files } = request;
    const sessions = new NetworkSessions(network.name, files, runtime);
    return new CpuKeeper(new CpuPath(network, sessions, settings), request, settings);
  };
}

/** Has the one path that there is on the CPU, which nothing takes away. */
class CpuKeeper implements PathKeeper {
  readonly backend = 'cpu';
  readonly hasLost = false;
  isDestroyed = false;
  private isOpen = false;

  constructor(
    private readonly only: CpuPath,
    private readonly request: PathRequest,
    private readonly settings: CpuSettings,
  ) {}

  get path(): Path | undefined {
    return this.isOpen && !this.isDestroyed ? this.only : undefined;
  }

  async run<Result>(work: (path: Path) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (this.isDestroyed) throw destroyedError();
    if (!this.isOpen) await this.only.open(this.settings.frameSize, signal);
    this.isOpen = true;
    const [outcome] = await Promise.allSettled([work(this.only)]);
    if (this.isDestroyed) throw destroyedError();
    signal?.throwIfAborted();
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  async destroy(): Promise<void> {
    this.isDestroyed = true;
    await this.request.turns.idle();
    await this.only.destroy();
  }
}
