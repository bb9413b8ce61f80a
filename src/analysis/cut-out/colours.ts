// SPDX-License-Identifier: MIT

import { boxMean } from '../../cpu/guided-filter.js';
import type { RgbaImage } from '../../problem/types.js';
import type { ImageSize } from '../cpu/neighbourhood.js';

/** A colour a pixel: red, green and blue on 0..255, [y, x] each. */
export type ColourPlanes = readonly [Float32Array, Float32Array, Float32Array];

/** The colour of what is in front, and of what is behind it, at every pixel. */
export interface Layers {
  front: ColourPlanes;
  behind: ColourPlanes;
}

/** Weights below it say nothing of a colour. */
const trace = 1e-4;

/** How much of each pixel says something of the front's colour, and of the back's, 0..1. */
export interface LayerWeights {
  front: Float32Array;
  behind: Float32Array;
}

/** Weighted means of a plane over surroundings of one radius; where nothing around has a weight, those of `otherwise`. */
type WeightedMean = (plane: Float32Array, otherwise: Float32Array) => Float32Array;

function weightedMeanBy(weight: Float32Array, size: ImageSize, radius: number): WeightedMean {
  const mean = boxMean(size, radius);
  const meanWeight = new Float32Array(weight.length);
  mean(weight, meanWeight);
  const product = new Float32Array(weight.length);
  return (plane, otherwise) => {
    const result = new Float32Array(weight.length);
    for (let pixel = 0; pixel < weight.length; pixel++) product[pixel] = weight[pixel] * plane[pixel];
    mean(product, result);
    for (let pixel = 0; pixel < weight.length; pixel++) {
      result[pixel] = meanWeight[pixel] > trace ? result[pixel] / meanWeight[pixel] : otherwise[pixel];
    }
    return result;
  };
}

/**
 * Mean colours of the surroundings, weighted by how much of each pixel is in front, and by how much is behind: the blurs F̂ and B̂ of Forte,
 * "Approximate fast foreground colour estimation", ICIP 2021.
 *
 * @param radius of the surroundings, pixels
 * @param otherwise colours where nothing around is in front, or behind
 */
function surroundings(of: Layers, weights: LayerWeights, size: ImageSize, radius: number, otherwise: Layers): Layers {
  const [front, behind] = [weightedMeanBy(weights.front, size, radius), weightedMeanBy(weights.behind, size, radius)];
  return {
    front: mapChannels((c) => front(of.front[c], otherwise.front[c])),
    behind: mapChannels((c) => behind(of.behind[c], otherwise.behind[c])),
  };
}

/** Mean colours, and how far single pixels are from them: the sum of both layers' variances over all channels, on 0..255 squared. */
export interface SpreadLayers extends Layers {
  spread: Float32Array;
}

/** The same of surroundings near by, or where there are none, of wide ones; with the spread of colours. */
export function surelyAround(
  picture: ColourPlanes,
  weights: LayerWeights,
  size: ImageSize,
  { near, wide }: { near: number; wide: number },
): SpreadLayers {
  const both = { front: picture, behind: picture };
  const far = surroundings(both, weights, size, wide, both);
  const layers = surroundings(both, weights, size, near, far);
  const squares = squaredLengths(picture);
  const spread = new Float32Array(squares.length);
  for (const layer of ['front', 'behind'] as const) {
    const own = squaredLengths(layers[layer]);
    const mean = weightedMeanBy(weights[layer], size, near)(squares, own);
    for (let pixel = 0; pixel < spread.length; pixel++) spread[pixel] += Math.max(0, mean[pixel] - own[pixel]);
  }
  return { ...layers, spread };
}

function squaredLengths([red, green, blue]: ColourPlanes): Float32Array {
  return red.map((value, pixel) => value ** 2 + green[pixel] ** 2 + blue[pixel] ** 2);
}

/** A channel of the front's colour where it is a part `alpha` of the pixel, on 0..255 (Forte 2021, equation 4). */
export function frontColour(shown: number, alpha: number, front: number, behind: number): number {
  return Math.min(255, Math.max(0, front + alpha * (shown - alpha * front - (1 - alpha) * behind)));
}

/** The same with front and back in each other's place. */
function behindColour(shown: number, alpha: number, front: number, behind: number): number {
  return frontColour(shown, 1 - alpha, behind, front);
}

/** The picture's own colours, as the first guess of both layers. */
export function coloursOf({ data, width, height }: RgbaImage): ColourPlanes {
  return mapChannels((channel) => {
    const plane = new Float32Array(width * height);
    for (let pixel = 0; pixel < plane.length; pixel++) plane[pixel] = data[4 * pixel + channel];
    return plane;
  });
}

/**
 * The layers that a picture is mixed of by alpha: Forte's blur fusion, from what surely is one layer's around, and once more over what that gave,
 * near by.
 */
export function layersOf(
  picture: ColourPlanes,
  alpha: Float32Array,
  sure: Layers,
  size: ImageSize,
  radius: number,
): Layers {
  const weights = { front: alpha, behind: alpha.map((value) => 1 - value) };
  const first = fused(picture, alpha, sure);
  return fused(picture, alpha, surroundings(first, weights, size, radius, first));
}

function fused(picture: ColourPlanes, alpha: Float32Array, { front, behind }: Layers): Layers {
  return {
    front: mapChannels((c) => mixed(picture[c], alpha, front[c], behind[c], frontColour)),
    behind: mapChannels((c) => mixed(picture[c], alpha, front[c], behind[c], behindColour)),
  };
}

function mixed(
  shown: Float32Array,
  alpha: Float32Array,
  front: Float32Array,
  behind: Float32Array,
  colour: typeof frontColour,
): Float32Array {
  return shown.map((value, pixel) => colour(value, alpha[pixel], front[pixel], behind[pixel]));
}

export function mapChannels<Result>(make: (channel: 0 | 1 | 2) => Result): readonly [Result, Result, Result] {
  return [make(0), make(1), make(2)];
}
