// SPDX-License-Identifier: MIT

import { DeviceKeeper } from './device-keeper.js';
import { FramePath } from './frame-path.js';
import type { Key } from './network-run.js';
import type { Settings } from './options.js';
import type { PathKeeper, PathRequest } from './path.js';
import type { Gpu } from './runtime/gpu.js';
import { loadOnnxruntime, type Onnxruntime } from './runtime/onnxruntime.js';

type GpuSettings = Pick<Settings, 'onnxruntime' | 'device' | 'onDeviceLost' | 'profile' | 'frameSize'>;

/** Loads what runs networks on a GPU. A module of its own: who has no GPU loads nothing of it. Throws DeviceError. */
export async function loadPaths(settings: GpuSettings): Promise<(request: PathRequest) => PathKeeper> {
  const runtime = await loadOnnxruntime(settings.onnxruntime);
  const { device, onDeviceLost } = settings;
  return (request) =>
    new DeviceKeeper({
      device,
      onDeviceLost,
      turns: request.turns,
      build: (gpu, key, signal) => buildPath({ ...settings, ...request, gpu, runtime }, key, signal),
    });
}

async function buildPath(
  given: GpuSettings & PathRequest & { gpu: Gpu; runtime: Onnxruntime },
  key: Key | undefined,
  signal: AbortSignal | undefined,
): Promise<FramePath> {
  const { gpu, network, frameSize } = given;
  const path = await FramePath.create(given, signal);
  try {
    await path.network.adoptKey(key);
    // Which variant will be needed is not known before the first frame.
    if (frameSize || !network.variants) await path.network.warmUp(frameSize, signal);
    return path;
  } catch (error) {
    // Asked before: a device that was released can't be lost.
    await gpu.lostBehind(error);
    await path.destroy();
    throw error;
  }
}
