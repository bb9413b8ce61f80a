// SPDX-License-Identifier: MIT

import { boxMean, GuidedFilter, type GuidedModels } from '../../cpu/guided-filter.js';
import type { RgbaImage } from '../../problem/types.js';
import { componentRoots } from '../cpu/components.js';
import { squaredDistance } from '../cpu/distance.js';
import type { ImageSize } from '../cpu/neighbourhood.js';
import {
  coloursOf,
  frontColour,
  type Layers,
  type LayerWeights,
  layersOf,
  mapChannels,
  type SpreadLayers,
  surelyAround,
} from './colours.js';
import { PlaneSampler, shrunk } from './resample.js';
import { decidedByMask, type TrimapLimits } from './trimap-of-mask.js';

/** Variance of colours in 0..1 under which a window counts as flat. */
const epsilon = 1e-5;

/** Values of the guided filter that near 0 and 1 are 0 and 1: texture behind must not leave a haze, nor texture in front holes. */
const margin = 0.1;

/** On 0..255: distance of the two layers' colours at which their line counts half, and deviation from that line. */
const lineContrast = 30;
const lineSigma = 20;

/** Of colours that differ as much among themselves as the layers do, nothing is known. */
const spreadWeight = 8;

/** From this alpha on, up or down, a pixel's colour is one layer's own. */
const sureFrom = 0.9;

/** Alphas from here on hang together. */
const solid = 0.25;

/** How far fainter ones may be from those, pixels. */
const tail = 3;

/** Values of the mask between which a pixel is in doubt. */
const doubt = [0.15, 0.85] as const;

/** In pixels of the size that is worked on. */
export type MatteSettings = TrimapLimits;

/** RGBA bytes with straight alpha. */
export interface Matte {
  data: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
}

/** All that alpha depends on beside a pixel's own colour; planes of the size that is worked on. */
interface AlphaField {
  models: Readonly<GuidedModels>;
  /** What the mask itself says, a little smoothed. */
  guess: Float32Array;
  /** What alpha may be. */
  least: Float32Array;
  most: Float32Array;
  /** Colours that surely are one layer's, around. */
  sure: SpreadLayers;
}

/**
 * What is in front, cut out: straight alpha, and colours free of what was behind.
 *
 * 1. A trimap from the mask.
 * 2. In its undecided part, alpha is that of the guided filter (He, Sun and Tang, PAMI 2013), which follows the picture's edges.
 *    Where front and back have one colour around, its texture means nothing, and the mask is taken as it is.
 * 3. Where a pixel's colour lies on the line between those that surely are in front and behind around, its place on that line says better how it
 *    is mixed.
 * 4. Colours by Forte's blur fusion (ICIP 2021).
 *
 * Statistics are taken at the mask's size here, `front`'s; colours and alpha at the picture's own.
 *
 * @param front how much of each pixel is in front, 0..1, of size `size`
 */
export function matte(picture: RgbaImage, front: Float32Array, size: ImageSize, settings: MatteSettings): Matte {
  const small = shrunk(picture, size);
  const { trimap, least, most } = decidedByMask(front, size, settings);
  const colours = coloursOf(small);
  const reach = Math.max(2, Math.ceil(settings.outer));
  const filter = new GuidedFilter(size, reach);
  filter.setGuide(small.data, epsilon);
  const guess = front.map((value, pixel) => (trimap[pixel] === 1 ? decided(value) : trimap[pixel] / 2));
  const smooth = new Float32Array(guess.length);
  boxMean(size, Math.ceil(settings.inner / 3))(guess, smooth);
  const models = filter.fit(guess);
  const field: AlphaField = {
    models,
    guess: smooth,
    least,
    most,
    sure: { front: colours, behind: colours, spread: new Float32Array(guess.length) },
  };
  const weights = sureWeights(field, alphaOf(small, field, size));
  field.sure = surelyAround(colours, weights, size, { near: Math.ceil(1.5 * reach), wide: 4 * reach });
  withoutIslands(field, guess, alphaOf(small, field, size), size);
  const layers = layersOf(colours, alphaOf(small, field, size), field.sure, size, Math.max(2, Math.ceil(reach / 2)));
  return composed(picture, field, layers, size);
}

/** A network that is only fairly sure must not make a ghost. */
function decided(value: number): number {
  const part = Math.min(1, Math.max(0, (value - doubt[0]) / (doubt[1] - doubt[0])));
  return part * part * (3 - 2 * part);
}

/** How far a pixel's colour surely is one layer's own. */
function sureWeights({ least, most }: AlphaField, alpha: Float32Array): LayerWeights {
  return {
    front: alpha.map((value, pixel) => Math.max(Number(least[pixel] === 1), (value - sureFrom) / (1 - sureFrom))),
    behind: alpha.map((value, pixel) => Math.max(Number(most[pixel] === 0), (1 - sureFrom - value) / (1 - sureFrom))),
  };
}

/** What is near the mask and looks like it, but hangs together with nothing in it, is something behind. */
function withoutIslands({ most }: AlphaField, guess: Float32Array, alpha: Float32Array, size: ImageSize): void {
  const roots = componentRoots(
    Uint32Array.from(alpha, (value) => Number(value >= solid)),
    size,
    8,
    'values',
  );
  const isHeld = new Uint8Array(roots.length + 1);
  for (let pixel = 0; pixel < roots.length; pixel++) if (guess[pixel] >= 0.5) isHeld[roots[pixel]] = 1;
  isHeld[0] = 0;
  const toHeld = squaredDistance(
    roots.map((root) => isHeld[root]),
    size,
    'non-zero',
  );
  for (let pixel = 0; pixel < roots.length; pixel++) {
    if (roots[pixel] > 0 ? !isHeld[roots[pixel]] : toHeld[pixel] > tail ** 2) most[pixel] = 0;
  }
}

/** Alpha at the size that is worked on. */
function alphaOf({ data }: RgbaImage, field: AlphaField, size: ImageSize): Float32Array {
  const alpha = new Float32Array(size.width * size.height);
  const mixer = new Mixer(field, new PlaneSampler(size, size));
  const { least, most } = field;
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const x = pixel % size.width;
    if (least[pixel] === 1) alpha[pixel] = 1;
    else if (most[pixel] > 0) alpha[pixel] = mixer.alphaAt(x, (pixel - x) / size.width, data, 4 * pixel);
  }
  return alpha;
}

function composed(picture: RgbaImage, field: AlphaField, layers: Layers, size: ImageSize): Matte {
  const { width, height } = picture;
  const data = new Uint8ClampedArray(4 * width * height);
  const sampler = new PlaneSampler(size, picture);
  const mixer = new Mixer(field, sampler);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      const alpha = mixer.alphaAt(x, y, picture.data, at);
      if (alpha === 0) continue;
      for (let channel = 0; channel < 3; channel++) {
        const shown = picture.data[at + channel];
        const [front, behind] = [layers.front[channel], layers.behind[channel]];
        data[at + channel] =
          alpha === 1 ? shown : frontColour(shown, alpha, sampler.sample(front), sampler.sample(behind));
      }
      data[at + 3] = alpha * picture.data[at + 3];
    }
  }
  return { data, width, height };
}

/** Finds the alpha of one pixel after the other. */
class Mixer {
  constructor(
    private readonly field: AlphaField,
    private readonly sampler: PlaneSampler,
  ) {}

  /** @param at where the pixel's bytes begin */
  alphaAt(x: number, y: number, rgba: RgbaImage['data'], at: number): number {
    const { field, sampler } = this;
    sampler.moveTo(x, y);
    const least = sampler.sample(field.least);
    if (least === 1) return 1;
    const most = sampler.sample(field.most);
    if (most === 0) return 0;
    const { red, green, blue, offset } = field.models;
    const filtered =
      (sampler.sample(red) * rgba[at] + sampler.sample(green) * rgba[at + 1] + sampler.sample(blue) * rgba[at + 2]) /
        255 +
      sampler.sample(offset);
    const { place, trust, apart } = this.onLine(rgba, at);
    const followed = Math.min(1, Math.max(0, filtered));
    const rest = apart * followed + (1 - apart) * sampler.sample(field.guess);
    const value = trust * place + (1 - trust) * rest;
    const stretched = Math.min(1, Math.max(0, (value - margin) / (1 - 2 * margin)));
    return Math.min(most, Math.max(least, stretched));
  }

  /** Where a colour lies between those of the layers, how far that may be believed, and how far these are apart; all in 0..1. */
  private onLine(rgba: RgbaImage['data'], at: number): { place: number; trust: number; apart: number } {
    const { sampler } = this;
    const { front, behind, spread } = this.field.sure;
    let [along, contrast] = [0, 0];
    const line = mapChannels((channel) => {
      const start = sampler.sample(behind[channel]);
      const across = sampler.sample(front[channel]) - start;
      along += (rgba[at + channel] - start) * across;
      contrast += across * across;
      return { start, across };
    });
    const place = Math.min(1, Math.max(0, along / Math.max(contrast, 1e-6)));
    let off = 0;
    for (let channel = 0; channel < 3; channel++) {
      off += (rgba[at + channel] - line[channel].start - place * line[channel].across) ** 2;
    }
    const apart = contrast / (contrast + lineContrast ** 2 + spreadWeight * sampler.sample(spread));
    return { place, trust: apart * Math.exp(-off / (2 * lineSigma ** 2)), apart };
  }
}
