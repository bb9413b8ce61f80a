// SPDX-License-Identifier: MIT

import type { Refiner } from '../problem/api.js';
import { checkNumber } from '../problem/checks.js';
import { readArray, readObject } from '../problem/reading.js';
import type { CrfParameters } from '../problem/types.js';
import type { Extent } from './frames/plan.js';

export interface EngineWish extends Extent {
  labelCount: number;
  use: 'photo' | 'video';
}

/** Engines kept: one for photos and one for video, or two sizes that a frame budget goes back and forth between. */
const kept = 2;

/** The engines of one device, or of the CPU, by problem size. */
export class Engines {
  private readonly engines = new Map<string, { engine: Refiner; parameters: CrfParameters }>();

  constructor(private readonly create: (wish: EngineWish, parameters: CrfParameters) => Promise<Refiner>) {}

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
    const engine = await this.create(wish, parameters);
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
 * shrink with it. Parameters of a network are meant at its `workingSize`. Throws ArgumentError for a scale that is not above 0, and for what has no
 * kernels; their values are checked by `resolveParameters`.
 */
export function scaledParameters(parameters: CrfParameters, scale: number): CrfParameters {
  checkNumber('scale', scale, { above: 0 });
  const { kernels, ...others } = readObject('parameters', parameters);
  const scaled = readArray('kernels', kernels).map((kernel, i) => scaledKernel(`kernels[${i}]`, kernel, scale));
  return scale === 1 ? parameters : ({ ...others, kernels: scaled } as CrfParameters);
}

function scaledKernel(path: string, value: unknown, scale: number): unknown {
  const kernel = readObject(path, value);
  const { type, sigmaUnit, sigmaXY } = kernel;
  if (type === 'features' || sigmaUnit === 'diagonal') return kernel;
  if (typeof sigmaXY === 'number') return { ...kernel, sigmaXY: sigmaXY * scale };
  const along = readArray(`${path}.sigmaXY`, sigmaXY, 'a number, or one for each of x, y').map((sigma, axis) =>
    checkNumber(`${path}.sigmaXY[${axis}]`, sigma),
  );
  return { ...kernel, sigmaXY: along.map((sigma) => sigma * scale) };
}
