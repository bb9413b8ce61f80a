// SPDX-License-Identifier: MIT

import { checkObject } from '../problem/checks.js';
import { ArgumentError } from '../problem/errors.js';
import type { FloatArray, LabelArray, RgbaImage } from '../problem/types.js';
import type {
  AlphaOptions,
  Areas,
  ConnectivityOptions,
  FusionOptions,
  HoleOptions,
  InstanceOptions,
  MaskOptions,
  MergeOptions,
  MorphologyOptions,
  OutlineOptions,
  Region,
  SeedOptions,
  SmallOptions,
  Target,
  TrimapOptions,
  WatershedOptions,
} from './api.js';
import { areasOf, regionsOf } from './areas.js';
import {
  checkExtent,
  checkFloats,
  checkForeground,
  checkIds,
  checkIntegers,
  checkLabels,
  maskTable,
  mergeTable,
  resolveAlpha,
  resolveConnectivity,
  resolveFusion,
  resolveHoles,
  resolveInstances,
  resolveMorphology,
  resolveOutline,
  resolveSeeds,
  resolveSmall,
  resolveTrimap,
} from './arguments.js';
import { areas } from './cpu/areas.js';
import { basins } from './cpu/basins.js';
import { componentRoots } from './cpu/components.js';
import { squaredDistance } from './cpu/distance.js';
import { fuse } from './cpu/fuse.js';
import { guidedAlpha, withTrimap } from './cpu/guided.js';
import { idsOfRoots } from './cpu/ids.js';
import { largest } from './cpu/largest.js';
import { lineDistance } from './cpu/line-distance.js';
import type { Connectivity, ImageSize } from './cpu/neighbourhood.js';
import { outline } from './cpu/outline.js';
import { peakRoots } from './cpu/peaks.js';
import { probability } from './cpu/probability.js';
import { relabel } from './cpu/relabel.js';
import { reliefAround, reliefOf } from './cpu/relief.js';
import { restrict } from './cpu/restrict.js';
import { fillSmall, keepLarge } from './cpu/sizes.js';
import { threshold } from './cpu/threshold.js';
import { trimap } from './cpu/trimap.js';

// What MaskAnalysis does, as plain functions on typed arrays: its CPU backend, and for whoever needs no GPU. Nothing waits. Options, results and
// errors are those of the methods of the same purpose.

/** A label map, a mask (zero or not) or ids, row-major; at most 32767 pixels wide and high. */
export interface IntegerImage {
  data: LabelArray;
  width: number;
  height: number;
}

/** Options without a target: results are new arrays. */
type Given<Options> = Omit<Options, keyof Target>;

/** Names by label, or how many labels there are. */
type Labels = readonly string[] | number;

/** Pixels, percent and bounding box of each label. */
export function labelAreas(labelMap: IntegerImage, labels: Labels): Areas {
  const { values, size } = checkImage('labelMap', labelMap);
  const names = checkLabels(labels);
  return areasOf(areas(values, names.length, size), names, size);
}

/** 1 where a pixel has one of the labels. */
export function maskOfLabels(labelMap: IntegerImage, labels: Labels, options: Given<MaskOptions>): Uint32Array {
  const { values } = checkImage('labelMap', labelMap);
  return relabel(values, maskTable(options, checkLabels(labels)), 'zero');
}

/** The label map with each group of labels made one. */
export function mergeLabels(labelMap: IntegerImage, labels: Labels, options: Given<MergeOptions>): Uint32Array {
  const { values } = checkImage('labelMap', labelMap);
  return relabel(values, mergeTable(options, checkLabels(labels)), 'keep');
}

/** Σ Q over labels. `marginals` is [labelCount, pixelCount]. */
export function labelProbability(
  marginals: FloatArray,
  pixelCount: number,
  labels: Labels,
  options: Given<MaskOptions>,
): Float32Array {
  const names = checkLabels(labels);
  const table = maskTable(options, names);
  return probability(checkFloats('marginals', marginals, names.length * pixelCount), table);
}

/** Pixels whose whole neighbourhood of the shape is in the mask; beyond the image counts as in it. */
export function erodeMask(mask: IntegerImage, options: Given<MorphologyOptions>): Uint32Array {
  const { values, size } = checkImage('mask', mask);
  return morph(values, size, resolveMorphology(options), ['erode']);
}

/** Pixels with a pixel of the mask in their neighbourhood of the shape. */
export function dilateMask(mask: IntegerImage, options: Given<MorphologyOptions>): Uint32Array {
  const { values, size } = checkImage('mask', mask);
  return morph(values, size, resolveMorphology(options), ['dilate']);
}

/** Erosion, then dilation: takes away what the shape does not fit in. */
export function openMask(mask: IntegerImage, options: Given<MorphologyOptions>): Uint32Array {
  const { values, size } = checkImage('mask', mask);
  return morph(values, size, resolveMorphology(options), ['erode', 'dilate']);
}

/** Dilation, then erosion: fills gaps that the shape does not fit in. */
export function closeMask(mask: IntegerImage, options: Given<MorphologyOptions>): Uint32Array {
  const { values, size } = checkImage('mask', mask);
  return morph(values, size, resolveMorphology(options), ['dilate', 'erode']);
}

function morph(
  mask: Uint32Array,
  size: ImageSize,
  { shape, limit }: ReturnType<typeof resolveMorphology>,
  steps: readonly ('erode' | 'dilate')[],
): Uint32Array {
  return steps.reduce((values, step) => {
    const [sites, side] = step === 'erode' ? (['zero', 'beyond'] as const) : (['non-zero', 'within'] as const);
    if (shape === 'disc') return threshold(squaredDistance(values, size, sites), limit, side);
    const rows = threshold(lineDistance(values, size, 'rows', sites), limit, side);
    return threshold(lineDistance(rows, size, 'columns', sites), limit, side);
  }, mask);
}

/** The mask with its holes. */
export function fillHoles(mask: IntegerImage, options?: Given<HoleOptions>): Uint32Array {
  const { values, size } = checkImage('mask', mask);
  const { connectivity, limit } = resolveHoles(options);
  return fillSmall(values, componentRoots(values, size, connectivity, 'holes'), limit);
}

/** Ids 1, 2, … of connected pixels of one value that is not zero. */
export function connectedComponents(mask: IntegerImage, options?: Given<ConnectivityOptions>): Uint32Array {
  const { values, size } = checkImage('mask', mask);
  return idsOfRoots(componentRoots(values, size, resolveConnectivity(options), 'values'));
}

/** The map without components of fewer pixels. */
export function removeSmallComponents(mask: IntegerImage, options: Given<SmallOptions>): Uint32Array {
  const { values, size } = checkImage('mask', mask);
  const { connectivity, limit } = resolveSmall(options);
  return keepLarge(values, componentRoots(values, size, connectivity, 'values'), limit);
}

/** Pixels and boxes of ids 1, 2, …, those that occur. */
export function regionsOfIds(ids: IntegerImage): Region[] {
  const { values, size } = checkImage('ids', ids);
  const count = checkIds(largest(values), values.length);
  return regionsOf(areas(values, count + 1, size).subarray(0, 5 * (count + 1)), size);
}

/** Squared Euclidean distance in pixels² to the nearest pixel that is zero, exactly; 0xffffffff where none is. */
export function distanceToZero(mask: IntegerImage): Uint32Array {
  const { values, size } = checkImage('mask', mask);
  return squaredDistance(values, size, 'zero');
}

/** Maxima of the distance that stand high enough, as ids of single pixels. */
export function watershedSeeds(mask: IntegerImage, options?: Given<SeedOptions>): Uint32Array {
  const { values, size } = checkImage('mask', mask);
  return seedsOf(reliefOf(squaredDistance(values, size, 'zero')), size, resolveSeeds(options, 'none'));
}

function seedsOf(relief: Uint32Array, size: ImageSize, options: { height: number; connectivity: Connectivity }) {
  return idsOfRoots(peakRoots(relief, options.height, size, options.connectivity));
}

/** The mask split among seeds. */
export function watershed(
  mask: IntegerImage,
  options: Given<Omit<WatershedOptions, 'seeds' | 'core'>> & { seeds?: LabelArray; core?: LabelArray } = {},
): Uint32Array {
  const { values, size } = checkImage('mask', mask);
  const resolved = resolveSeeds(options, 'given');
  const given = (argument: string, map: LabelArray | undefined, most?: number) =>
    map === undefined ? undefined : restrict(checkIntegers(argument, map, values.length, most), values);
  const seeds = given('options.seeds', options.seeds, values.length);
  const core = given('options.core', options.core);
  const inward = squaredDistance(core ?? values, size, 'zero');
  const relief = core ? reliefAround(inward, squaredDistance(core, size, 'non-zero'), values) : reliefOf(inward);
  const origins = seeds ?? seedsOf(reliefOf(inward), size, resolved);
  return basins(relief, origins, squaredDistance(origins, size, 'non-zero'), size, resolved.connectivity);
}

/** Instances of labels. */
export function labelInstances(labelMap: IntegerImage, labels: Labels, options: Given<InstanceOptions>): Uint32Array {
  const names = checkLabels(labels);
  const { labels: whole, seedLabels } = resolveInstances(options, names);
  const { width, height } = labelMap;
  const core = maskOfLabels(labelMap, names, { labels: seedLabels });
  const data = maskOfLabels(labelMap, names, { labels: whole });
  const { labels: _labels, seedLabels: _seedLabels, ...others } = options;
  return watershed({ data, width, height }, { ...others, core });
}

/** The values of pixels that have a neighbour of another value. */
export function innerOutline(map: IntegerImage, options?: Given<OutlineOptions>): Uint32Array {
  const { values, size } = checkImage('map', map);
  const { connectivity, alongFrame } = resolveOutline(options);
  return outline(values, size, connectivity, alongFrame);
}

/** The refined label map with what refinement hollowed out. */
export function fuseLabels(
  before: IntegerImage,
  after: IntegerImage,
  labels: Labels,
  options: Given<FusionOptions>,
): Uint32Array {
  const first = checkImage('before', before);
  const { values, size } = checkImage('after', after);
  if (first.size.width !== size.width || first.size.height !== size.height) {
    throw new ArgumentError(
      'after',
      `${size.width}×${size.height}`,
      `the size of before, ${before.width}×${before.height}`,
    );
  }
  const { roles, where, limit } = resolveFusion(options, checkLabels(labels));
  return fuse(first.values, values, roles, size, where, limit);
}

/** 0 outside, 1 undecided, 2 inside. */
export function trimapOf(mask: IntegerImage, options: Given<TrimapOptions>): Uint32Array {
  const { values, size } = checkImage('mask', mask);
  const limits = resolveTrimap(options);
  return trimap(squaredDistance(values, size, 'zero'), squaredDistance(values, size, 'non-zero'), limits);
}

/** Alpha that follows the image's edges. */
export function softAlpha(
  image: RgbaImage,
  foreground: { mask: LabelArray } | { probability: FloatArray },
  options: Given<Omit<AlphaOptions, 'trimap'>> & { trimap?: LabelArray } = {},
): Float32Array {
  const { data, width, height } = checkObject('image', image);
  const size = checkExtent({ width, height });
  const pixelCount = size.width * size.height;
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray) || data.length !== 4 * pixelCount) {
    throw new ArgumentError('image.data', data, `${4 * pixelCount} bytes of RGBA (Uint8Array or Uint8ClampedArray)`);
  }
  const { radius, epsilon } = resolveAlpha(options);
  const { form, value } = checkForeground(foreground);
  const front =
    form === 'mask'
      ? Float32Array.from(checkIntegers('foreground.mask', value, pixelCount), (one) => Number(one > 0))
      : checkFloats('foreground.probability', value, pixelCount);
  const undecided =
    options.trimap === undefined ? undefined : checkIntegers('options.trimap', options.trimap, pixelCount);
  const alpha = guidedAlpha(data, front, size, radius, epsilon);
  return undecided ? withTrimap(alpha, undecided) : alpha;
}

/** Values and size of an image, checked. */
export function checkImage(argument: string, image: IntegerImage): { values: Uint32Array; size: ImageSize } {
  if (typeof image !== 'object' || image === null || !('data' in image)) {
    throw new ArgumentError(argument, image, '{ data, width, height }');
  }
  const size = checkExtent(image);
  return { values: checkIntegers(`${argument}.data`, image.data, size.width * size.height), size };
}
