// SPDX-License-Identifier: MIT

import { DenseCrf } from '../dense-crf.js';
import type { Refiner } from '../problem/api.js';
import type { CrfParameters, Kernel } from '../problem/types.js';
import type { Extent } from './frames/plan.js';

export interface EngineWish extends Extent {
  labelCount: number;
  /** A photo may read a number back; a frame of a video may not, and pays with memory for the worst case. */
  use: 'photo' | 'video';
}

/** Engines kept: one for photos and one for video, or two sizes that a frame budget goes back and forth between. */
const kept = 2;

/** The engines of one device, by problem size. */
export class Engines {
  private readonly engines = new Map<string, { engine: Refiner; parameters: CrfParameters }>();

  constructor(
    private readonly device: GPUDevice,
    private readonly profile: boolean,
  ) {}

  get bytes(): number {
    return [...this.engines.values()].reduce((sum, { engine }) => sum + (engine.bytes ?? 0), 0);
  }

  /** The engine for this size, made if need be; given these parameters unless it has just them (the same object). */
  async get(wish: EngineWish, parameters: CrfParameters): Promise<Refiner> {
    const key = `${wish.width}x${wish.height}x${wish.labelCount} ${wish.use}`;
    const found = this.engines.get(key);
    if (found) {
      // The one used last stands last.
      this.engines.delete(key);
      this.engines.set(key, found);
      if (found.parameters !== parameters) found.engine.setParameters(parameters);
      found.parameters = parameters;
      return found.engine;
    }
    const [oldest] = this.engines.keys();
    if (this.engines.size >= kept && oldest !== undefined) {
      this.engines.get(oldest)?.engine.destroy();
      this.engines.delete(oldest);
    }
    const { width, height, labelCount, use } = wish;
    const engine = await DenseCrf.create({
      width,
      height,
      labelCount,
      parameters,
      device: this.device,
      backend: 'webgpu',
      vertexCapacity: use === 'video' ? 'worst-case' : 'measured',
      profile: this.profile,
    });
    this.engines.set(key, { engine, parameters });
    return engine;
  }

  destroy(): void {
    for (const { engine } of this.engines.values()) engine.destroy();
    this.engines.clear();
  }
}

/**
 * Parameters meant for a picture of one size, for the same picture worked on at `scale` times that size: sigmas in pixels grow and
 * shrink with it. Parameters of a network are meant at its `workingSize`.
 */
export function scaledParameters(parameters: CrfParameters, scale: number): CrfParameters {
  if (scale === 1) return parameters;
  return { ...parameters, kernels: parameters.kernels.map((kernel) => scaledKernel(kernel, scale)) };
}

function scaledKernel(kernel: Kernel, scale: number): Kernel {
  if (kernel.type === 'features' || kernel.sigmaUnit === 'diagonal') return kernel;
  const { sigmaXY } = kernel;
  const scaled = typeof sigmaXY === 'number' ? sigmaXY * scale : ([sigmaXY[0] * scale, sigmaXY[1] * scale] as const);
  return { ...kernel, sigmaXY: scaled };
}
