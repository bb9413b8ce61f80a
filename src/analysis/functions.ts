// SPDX-License-Identifier: MIT

import { checkInteger } from '../problem/checks.js';
import { ArgumentError } from '../problem/errors.js';
import { checkFloats, checkPixels } from '../problem/inputs.js';
import { readProperties } from '../problem/reading.js';
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
  checkForeground,
  checkIntegerImage,
  checkIntegers,
  checkLabels,
  resolveAlpha,
  resolveConnectivity,
  resolveFusion,
  resolveHoles,
  resolveInstances,
  resolveMask,
  resolveMerge,
  resolveMorphology,
  resolveOutline,
  resolveSeeds,
  resolveSmall,
  resolveTrimap,
  resolveWatershed,
  withoutTarget,
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
  /** [y, x]. */
  data: LabelArray;
  /** Pixels, 1..32767. */
  width: number;
  /** Pixels, 1..32767. */
  height: number;
}

/** Options without a target: results are new arrays. */
export type WithoutTarget<Options> = Omit<Options, keyof Target>;

/** Names by label, or how many labels there are. */
export type LabelNames = readonly string[] | number;

/** Pixels, percent and bounding box of each label. */
export function labelAreas(labelMap: IntegerImage, labels: LabelNames): Areas {
  const { values, size } = checkIntegerImage('labelMap', labelMap);
  const names = checkLabels(labels);
  return areasOf(areas(values, names.length, size), names, size);
}

/** 1 where a pixel has one of the labels. */
export function maskOfLabels(
  labelMap: IntegerImage,
  labels: LabelNames,
  options: WithoutTarget<MaskOptions>,
): Uint32Array {
  const { values } = checkIntegerImage('labelMap', labelMap);
  return relabel(values, withoutTarget(resolveMask(options, checkLabels(labels))).table, 'zero');
}

/** The label map with each group of labels made one. */
export function mergeLabels(
  labelMap: IntegerImage,
  labels: LabelNames,
  options: WithoutTarget<MergeOptions>,
): Uint32Array {
  const { values } = checkIntegerImage('labelMap', labelMap);
  return relabel(values, withoutTarget(resolveMerge(options, checkLabels(labels))).table, 'keep');
}

/** Σ Q over labels. `marginals` is [labelCount, pixelCount]. */
export function labelProbability(
  marginals: FloatArray,
  pixelCount: number,
  labels: LabelNames,
  options: WithoutTarget<MaskOptions>,
): Float32Array {
  const names = checkLabels(labels);
  const { table } = withoutTarget(resolveMask(options, names));
  const count = names.length * checkInteger('pixelCount', pixelCount, 1, 2 ** 31 - 1);
  return probability(checkFloats('marginals', marginals, count), table);
}

/** Pixels whose whole neighbourhood of the shape is in the mask; beyond the image counts as in it. */
export function erodeMask(mask: IntegerImage, options: WithoutTarget<MorphologyOptions>): Uint32Array {
  const { values, size } = checkIntegerImage('mask', mask);
  return morph(values, size, withoutTarget(resolveMorphology(options)), ['erode']);
}

/** Pixels with a pixel of the mask in their neighbourhood of the shape. */
export function dilateMask(mask: IntegerImage, options: WithoutTarget<MorphologyOptions>): Uint32Array {
  const { values, size } = checkIntegerImage('mask', mask);
  return morph(values, size, withoutTarget(resolveMorphology(options)), ['dilate']);
}

/** Erosion, then dilation: takes away what the shape does not fit in. */
export function openMask(mask: IntegerImage, options: WithoutTarget<MorphologyOptions>): Uint32Array {
  const { values, size } = checkIntegerImage('mask', mask);
  return morph(values, size, withoutTarget(resolveMorphology(options)), ['erode', 'dilate']);
}

/** Dilation, then erosion: fills gaps that the shape does not fit in. */
export function closeMask(mask: IntegerImage, options: WithoutTarget<MorphologyOptions>): Uint32Array {
  const { values, size } = checkIntegerImage('mask', mask);
  return morph(values, size, withoutTarget(resolveMorphology(options)), ['dilate', 'erode']);
}

function morph(
  mask: Uint32Array,
  size: ImageSize,
  { shape, limit }: Omit<ReturnType<typeof resolveMorphology>, 'into'>,
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
export function fillHoles(mask: IntegerImage, options?: WithoutTarget<HoleOptions>): Uint32Array {
  const { values, size } = checkIntegerImage('mask', mask);
  const { connectivity, limit } = withoutTarget(resolveHoles(options));
  return fillSmall(values, componentRoots(values, size, connectivity, 'holes'), limit);
}

/** Ids 1, 2, … of connected pixels of one value that is not zero. */
export function connectedComponents(mask: IntegerImage, options?: WithoutTarget<ConnectivityOptions>): Uint32Array {
  const { values, size } = checkIntegerImage('mask', mask);
  const { connectivity } = withoutTarget(resolveConnectivity(options));
  return idsOfRoots(componentRoots(values, size, connectivity, 'values'));
}

/** The map without components of fewer pixels. */
export function removeSmallComponents(mask: IntegerImage, options: WithoutTarget<SmallOptions>): Uint32Array {
  const { values, size } = checkIntegerImage('mask', mask);
  const { connectivity, limit } = withoutTarget(resolveSmall(options));
  return keepLarge(values, componentRoots(values, size, connectivity, 'values'), limit);
}

/** Pixels and boxes of ids 1, 2, …, those that occur. */
export function regionsOfIds(ids: IntegerImage): Region[] {
  const { values, size } = checkIntegerImage('ids', ids, 'ids');
  const count = largest(values);
  return regionsOf(areas(values, count + 1, size).subarray(0, 5 * (count + 1)), size);
}

/** Squared Euclidean distance in pixels² to the nearest pixel that is zero, exactly; 0xffffffff where none is. */
export function distanceToZero(mask: IntegerImage): Uint32Array {
  const { values, size } = checkIntegerImage('mask', mask);
  return squaredDistance(values, size, 'zero');
}

/** Maxima of the distance that stand high enough, as ids of single pixels. */
export function watershedSeeds(mask: IntegerImage, options?: WithoutTarget<SeedOptions>): Uint32Array {
  const { values, size } = checkIntegerImage('mask', mask);
  return seedsOf(reliefOf(squaredDistance(values, size, 'zero')), size, withoutTarget(resolveSeeds(options)));
}

function seedsOf(relief: Uint32Array, size: ImageSize, options: { height: number; connectivity: Connectivity }) {
  return idsOfRoots(peakRoots(relief, options.height, size, options.connectivity));
}

/** The mask split among seeds. */
export function watershed(
  mask: IntegerImage,
  options?: WithoutTarget<Omit<WatershedOptions, 'seeds' | 'core'>> & { seeds?: LabelArray; core?: LabelArray },
): Uint32Array {
  const { values, size } = checkIntegerImage('mask', mask);
  const { seeds, core, ...choices } = withoutTarget(resolveWatershed(options));
  const map = (argument: string, given: unknown, most?: number) =>
    given === undefined ? undefined : checkIntegers(argument, given, values.length, most);
  const checkedSeeds = map('options.seeds', seeds, values.length);
  return flood(values, size, choices, checkedSeeds, map('options.core', core));
}

/** The mask split among seeds; what lies outside of it does not count. */
function flood(
  mask: Uint32Array,
  size: ImageSize,
  choices: { height: number; connectivity: Connectivity },
  givenSeeds: Uint32Array | undefined,
  givenCore: Uint32Array | undefined,
): Uint32Array {
  const core = givenCore && restrict(givenCore, mask);
  const inward = squaredDistance(core ?? mask, size, 'zero');
  const relief = core ? reliefAround(inward, squaredDistance(core, size, 'non-zero'), mask) : reliefOf(inward);
  const origins = givenSeeds ? restrict(givenSeeds, mask) : seedsOf(reliefOf(inward), size, choices);
  return basins(relief, origins, squaredDistance(origins, size, 'non-zero'), size, choices.connectivity);
}

/** Instances of labels. */
export function labelInstances(
  labelMap: IntegerImage,
  labels: LabelNames,
  options: WithoutTarget<InstanceOptions>,
): Uint32Array {
  const { values, size } = checkIntegerImage('labelMap', labelMap);
  const { mask, core, ...choices } = withoutTarget(resolveInstances(options, checkLabels(labels)));
  return flood(relabel(values, mask, 'zero'), size, choices, undefined, relabel(values, core, 'zero'));
}

/** The values of pixels that have a neighbour of another value. */
export function innerOutline(map: IntegerImage, options?: WithoutTarget<OutlineOptions>): Uint32Array {
  const { values, size } = checkIntegerImage('map', map);
  const { connectivity, alongFrame } = withoutTarget(resolveOutline(options));
  return outline(values, size, connectivity, alongFrame);
}

/** The refined label map with what refinement hollowed out. */
export function fuseLabels(
  before: IntegerImage,
  after: IntegerImage,
  labels: LabelNames,
  options: WithoutTarget<FusionOptions>,
): Uint32Array {
  const first = checkIntegerImage('before', before);
  const { values, size } = checkIntegerImage('after', after);
  if (first.size.width !== size.width || first.size.height !== size.height) {
    throw new ArgumentError(
      'after',
      `${size.width}×${size.height}`,
      `the size of before, ${first.size.width}×${first.size.height}`,
    );
  }
  const { roles, where, limit } = withoutTarget(resolveFusion(options, checkLabels(labels)));
  return fuse(first.values, values, roles, size, where, limit);
}

/** 0 outside, 1 undecided, 2 inside. */
export function trimapOf(mask: IntegerImage, options: WithoutTarget<TrimapOptions>): Uint32Array {
  const { values, size } = checkIntegerImage('mask', mask);
  const { limits } = withoutTarget(resolveTrimap(options));
  return trimap(squaredDistance(values, size, 'zero'), squaredDistance(values, size, 'non-zero'), limits);
}

/** Alpha that follows the image's edges. */
export function softAlpha(
  image: RgbaImage,
  foreground: { mask: LabelArray } | { probability: FloatArray },
  options?: WithoutTarget<Omit<AlphaOptions, 'trimap'>> & { trimap?: LabelArray },
): Float32Array {
  const { data, ...sides } = readProperties('image', image, ['data', 'width', 'height']);
  const size = checkExtent(sides);
  const pixelCount = size.width * size.height;
  const pixels = checkPixels('image.data', data, size);
  const { guide, trimap: decided } = withoutTarget(resolveAlpha(options));
  const { form, value } = checkForeground(foreground);
  const front =
    form === 'mask'
      ? Float32Array.from(checkIntegers('foreground.mask', value, pixelCount), (one) => Number(one > 0))
      : checkFloats('foreground.probability', value, pixelCount);
  const undecided = decided === undefined ? undefined : checkIntegers('options.trimap', decided, pixelCount);
  const alpha = guidedAlpha(pixels, front, size, guide.radius, guide.epsilon);
  return undecided ? withTrimap(alpha, undecided) : alpha;
}
