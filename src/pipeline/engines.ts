// SPDX-License-Identifier: MIT

import type { Refiner } from '../problem/api.js';
import { checkNumber } from '../problem/checks.js';
import { type CrfParametersOrName, parametersNamed } from '../problem/presets.js';
import { readArray, readObject } from '../problem/reading.js';
import type { CrfParameters } from '../problem/types.js';
import type { Extent } from './frames/plan.js';
import { Recent } from './recent.js';

export interface EngineWish extends Extent {
  labelCount: number;
  use: 'photo' | 'video';
}

/**
 * Sizes kept of what frames of a video need: those of a frame budget's usual ladder, and some. So a budget that goes back to a size makes nothing anew.
 * At the usual ladder's five sizes that is 2.6 times the memory of the largest.
 */
export const videoSizesKept = 8;
/** Photos come in any number of sizes, and one is worked on at a time. */
export const photoSizesKept = 1;

interface Made {
  wish: EngineWish;
  engine: Refiner;
  parameters: CrfParameters;
}

/** The engines of one device, or of the CPU, by problem size. */
export class Engines {
  private readonly made = {
    photo: new Recent<Made>(photoSizesKept, endEngine),
    video: new Recent<Made>(videoSizesKept, endEngine),
  };

  constructor(private readonly create: (wish: EngineWish, parameters: CrfParameters) => Promise<Refiner>) {}

  get bytes(): number {
    const all = [...this.made.photo.all, ...this.made.video.all];
    return all.reduce((sum, { engine }) => sum + (engine.bytes ?? 0), 0);
  }

  /** The engine for this size, made if need be; given these parameters unless it has just them (the same object). */
  async get(wish: EngineWish, parameters: CrfParameters): Promise<Refiner> {
    const made = this.made[wish.use];
    const found = made.find((other) => sameWish(other.wish, wish));
    if (found) {
      if (found.parameters !== parameters) found.engine.setParameters(parameters);
      found.parameters = parameters;
      return found.engine;
    }
    made.makeRoom();
    const { width, height, labelCount, use } = wish;
    const engine = await this.create(wish, parameters);
    made.add({ wish: { width, height, labelCount, use }, engine, parameters });
    return engine;
  }

  destroy(): void {
    this.made.photo.endAll();
    this.made.video.endAll();
  }
}

function endEngine({ engine }: Made): void {
  engine.destroy();
}

function sameWish(a: EngineWish, b: EngineWish): boolean {
  return a.width === b.width && a.height === b.height && a.labelCount === b.labelCount && a.use === b.use;
}

/**
 * Parameters meant for a picture of one size, for the same picture worked on at `scale` times that size: sigmas in pixels grow and
 * shrink with it. Parameters of a network are meant at its `workingSize`. Throws ArgumentError for a scale that is not above 0, and for what has no
 * kernels; their values are checked by `resolveParameters`.
 */
export function scaledParameters(parameters: CrfParametersOrName, scale: number): CrfParameters {
  checkNumber('scale', scale, { above: 0 });
  const named = parametersNamed('parameters', parameters) as CrfParameters;
  const { kernels, ...others } = readObject('parameters', named);
  const scaled = readArray('kernels', kernels).map((kernel, i) => scaledKernel(`kernels[${i}]`, kernel, scale));
  return scale === 1 ? named : ({ ...others, kernels: scaled } as CrfParameters);
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
