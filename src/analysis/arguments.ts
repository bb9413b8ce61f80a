// SPDX-License-Identifier: MIT

import { checkChoice, checkFlag, checkInteger, checkNumber } from '../problem/checks.js';
import { describe } from '../problem/describe.js';
import { ArgumentError } from '../problem/errors.js';
import { readArray, readOptions, readProperties } from '../problem/reading.js';
import { inOwnMemory, isLabelArray, labelArrayNames, viewName } from '../problem/typed-arrays.js';
import type { Connectivity } from './api.js';
import { fusionRoles } from './cpu/fuse.js';
import type { ImageSize } from './cpu/neighbourhood.js';
import { reliefUnit } from './cpu/relief.js';

/** Squared distances between pixels of a larger image would not fit 32 bits in every step. */
export const maximumExtent = 32767;

/** More than any area: no limit. */
const noLimit = 0xffffffff;

/** Throws ArgumentError for sides that are none. */
export function checkExtent(given: { width: unknown; height: unknown }): ImageSize {
  return {
    width: checkInteger('width', given.width, 1, maximumExtent),
    height: checkInteger('height', given.height, 1, maximumExtent),
  };
}

/** Names by label; `label 3` where only their number is known. */
export function checkLabels(labels: unknown): readonly string[] {
  if (typeof labels === 'number') {
    const count = checkInteger('labels', labels, 1, 2 ** 20);
    return Array.from({ length: count }, (_unused, label) => `label ${label}`);
  }
  const names = readArray('labels', labels, 'an array of names, or a number of labels');
  if (names.length === 0) throw new ArgumentError('labels', labels, 'at least one name, or a number of labels');
  return names.map((name, label) => {
    if (typeof name === 'string' && name !== '') return name;
    throw new ArgumentError(`labels[${label}]`, name, 'a name that is not empty');
  });
}

/** Whether labels were named or numbered when the analysis was made. */
export function checkNamed(argument: string, names: readonly string[]): void {
  if (names.length > 0) return;
  throw new ArgumentError('labels', undefined, `names or a number of labels at creation: ${argument} needs them`);
}

/** Labels by name or number, each a number below the number of labels. */
export function labelNumbers(argument: string, given: unknown, names: readonly string[]): number[] {
  checkNamed(argument, names);
  return readArray(argument, given).map((one, index) => {
    const path = `${argument}[${index}]`;
    if (typeof one === 'number') return checkInteger(path, one, 0, names.length - 1);
    const label = typeof one === 'string' ? names.indexOf(one) : -1;
    if (label < 0) throw new ArgumentError(path, one, `a label's number or one of ${shortList(names)}`);
    if (names.indexOf(one as string, label + 1) > 0) {
      throw new ArgumentError(path, one, 'a number: more than one label has this name');
    }
    return label;
  });
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 30).map(describe);
  return names.length > 30 ? `${shown.join(', ')} … (${names.length} in all)` : shown.join(', ');
}

function notEmpty<Item>(argument: string, items: readonly Item[]): readonly Item[] {
  if (items.length > 0) return items;
  throw new ArgumentError(argument, items, 'at least one label');
}

/** Options as they were given, each read once, with the target that any of them may have. */
function optionsOf<const Name extends string>(options: unknown, known: readonly Name[]) {
  return readOptions('options', options === undefined ? {} : options, [...known, 'into']);
}

/** 1 for each of the labels, else 0; [labelCount]. */
export function resolveMask(options: unknown, names: readonly string[]) {
  const { labels, into } = optionsOf(options, ['labels']);
  return { table: maskTable(notEmpty('options.labels', labelNumbers('options.labels', labels, names)), names), into };
}

/** 1 for each of the labels, else 0; [labelCount]. */
export function maskTable(labels: readonly number[], names: readonly string[]): Uint32Array {
  const table = new Uint32Array(names.length);
  for (const label of labels) table[label] = 1;
  return table;
}

/** What each label becomes; [labelCount]. */
export function resolveMerge(options: unknown, names: readonly string[]) {
  const { groups, into } = optionsOf(options, ['groups']);
  const table = Uint32Array.from(names, (_name, label) => label);
  const owners = new Map<number, string>();
  for (const [index, group] of readArray('options.groups', groups).entries()) {
    const path = `options.groups[${index}]`;
    const [first, ...others] = notEmpty(path, labelNumbers(path, group, names));
    for (const label of [first, ...others]) {
      const owner = owners.get(label);
      if (owner !== undefined) {
        throw new ArgumentError(path, names[label], `labels that no other group has: ${owner} has it too`);
      }
      table[label] = first;
    }
    for (const label of [first, ...others]) owners.set(label, path);
  }
  return { table, into };
}

export function resolveMorphology(options: unknown) {
  const { radius, shape = 'disc', into } = optionsOf(options, ['radius', 'shape']);
  const form = checkChoice('options.shape', shape, ['disc', 'square'] as const);
  if (form === 'square') return { shape: form, limit: checkInteger('options.radius', radius, 0, maximumExtent), into };
  return { shape: form, limit: squaredLimit('options.radius', radius), into };
}

/** Largest whole squared distance within a radius; a root's square may be a little too small. */
function squaredLimit(argument: string, radius: unknown): number {
  return Math.floor(checkNumber(argument, radius, { from: 0, to: maximumExtent }) ** 2 * (1 + 1e-12));
}

function checkConnectivity(value: unknown, otherwise: Connectivity): Connectivity {
  if (value === undefined) return otherwise;
  if (value === 4 || value === 8) return value;
  throw new ArgumentError('options.connectivity', value, '4 or 8');
}

export function resolveConnectivity(options: unknown) {
  const { connectivity, into } = optionsOf(options, ['connectivity']);
  return { connectivity: checkConnectivity(connectivity, 8), into };
}

export function resolveHoles(options: unknown) {
  const { connectivity, maxArea, into } = optionsOf(options, ['connectivity', 'maxArea']);
  // Background is connected where the mask is not: 4 goes with 8.
  const ofBackground: Connectivity = checkConnectivity(connectivity, 8) === 8 ? 4 : 8;
  return { connectivity: ofBackground, limit: areaLimit(maxArea), into };
}

function areaLimit(maxArea: unknown): number {
  return maxArea === undefined ? noLimit : checkInteger('options.maxArea', maxArea, 0, noLimit);
}

export function resolveSmall(options: unknown) {
  const { connectivity, minArea, into } = optionsOf(options, ['connectivity', 'minArea']);
  return {
    connectivity: checkConnectivity(connectivity, 8),
    limit: checkInteger('options.minArea', minArea, 0, noLimit),
    into,
  };
}

/**
 * `height` in units of the relief. The default of one pixel splits the true masks of 19 pictures of nuclei (604 of them) into 518 that overlap
 * theirs by more than 0.7; 0.5 gives 523 with more false ones, 0.75 gives 535, 2 gives 479. With a border class there are 598, and 601 at 2.
 */
function seedChoices({ connectivity, height = 1 }: { connectivity: unknown; height: unknown }) {
  const pixels = checkNumber('options.height', height, { from: 1 / reliefUnit, to: maximumExtent });
  return { connectivity: checkConnectivity(connectivity, 8), height: Math.ceil(pixels * reliefUnit) };
}

export function resolveSeeds(options: unknown) {
  const { into, ...choices } = optionsOf(options, ['connectivity', 'height']);
  return { ...seedChoices(choices), into };
}

/** `seeds` and `core` are maps: whoever has the mask checks them. */
export function resolveWatershed(options: unknown) {
  const { into, seeds, core, ...choices } = optionsOf(options, ['connectivity', 'height', 'seeds', 'core']);
  return { ...seedChoices(choices), seeds, core, into };
}

/** The options of the three operations that instances are made by. */
export function resolveInstances(options: unknown, names: readonly string[]) {
  const given = optionsOf(options, ['labels', 'seedLabels', 'connectivity', 'height']);
  const labels = notEmpty('options.labels', labelNumbers('options.labels', given.labels, names));
  const seedLabels =
    given.seedLabels === undefined
      ? labels
      : notEmpty('options.seedLabels', labelNumbers('options.seedLabels', given.seedLabels, names));
  for (const [index, label] of seedLabels.entries()) {
    if (labels.includes(label)) continue;
    throw new ArgumentError(`options.seedLabels[${index}]`, names[label], 'one of options.labels');
  }
  return {
    mask: maskTable(labels, names),
    core: maskTable(seedLabels, names),
    ...seedChoices(given),
    into: given.into,
  };
}

export function resolveOutline(options: unknown) {
  const { connectivity, alongFrame = false, into } = optionsOf(options, ['connectivity', 'alongFrame']);
  return {
    connectivity: checkConnectivity(connectivity, 4),
    alongFrame: checkFlag('options.alongFrame', alongFrame),
    into,
  };
}

export function resolveFusion(options: unknown, names: readonly string[]) {
  const given = optionsOf(options, ['background', 'labels', 'where', 'maxArea']);
  const { where: place = 'holes' } = given;
  const background = notEmpty('options.background', labelNumbers('options.background', given.background, names));
  const fused =
    given.labels === undefined
      ? names.map((_name, label) => label).filter((label) => !background.includes(label))
      : notEmpty('options.labels', labelNumbers('options.labels', given.labels, names));
  const both = fused.find((label) => background.includes(label));
  if (both !== undefined) throw new ArgumentError('options.labels', names[both], 'labels that are no background');
  const roles = new Uint32Array(names.length);
  for (const label of background) roles[label] |= fusionRoles.background;
  for (const label of fused) roles[label] |= fusionRoles.fused;
  const where = checkChoice('options.where', place, ['holes', 'everywhere'] as const);
  if (where === 'everywhere' && given.maxArea !== undefined) {
    throw new ArgumentError('options.maxArea', given.maxArea, "none with where: 'everywhere'");
  }
  return { roles, where, limit: areaLimit(given.maxArea), into: given.into };
}

export function resolveTrimap(options: unknown) {
  const { inner, outer, into } = optionsOf(options, ['inner', 'outer']);
  return { limits: { inner: squaredLimit('options.inner', inner), outer: squaredLimit('options.outer', outer) }, into };
}

/** `trimap` is a map: whoever has the image checks it. */
export function resolveAlpha(options: unknown) {
  const { radius = 20, epsilon = 1e-4, trimap, into } = optionsOf(options, ['radius', 'epsilon', 'trimap']);
  return {
    guide: {
      // Sums of products of bytes over a larger window would not fit 32 bits.
      radius: checkInteger('options.radius', radius, 1, 127),
      epsilon: checkNumber('options.epsilon', epsilon, { from: 1e-6, float32: true }),
    },
    trimap,
    into,
  };
}

/** Options of an operation that has only a target. */
export function resolveTarget(options: unknown): { into: unknown } {
  return optionsOf(options, []);
}

/** Plain functions give new arrays: they write nowhere else. */
export function withoutTarget<Resolved extends { into: unknown }>(resolved: Resolved): Omit<Resolved, 'into'> {
  const { into, ...others } = resolved;
  if (into === undefined) return others;
  throw new ArgumentError('options.into', into, 'no target: the result is a new array');
}

/** Whole numbers of a typed array, checked, as u32. */
export function checkIntegers(argument: string, value: unknown, pixelCount: number, largest = 0xffffffff): Uint32Array {
  if (!isLabelArray(value) || value.length !== pixelCount) {
    throw new ArgumentError(
      argument,
      value,
      `${pixelCount} whole numbers (${labelArrayNames}), a GPUBuffer or a PixelMap of this size`,
    );
  }
  const kind = viewName(value) ?? '';
  const negative = kind.startsWith('Int') ? value.findIndex((one) => one < 0) : -1;
  if (negative >= 0) throw new ArgumentError(`${argument}[${negative}]`, value[negative], 'a number of at least 0');
  const above = largest < 0xffffffff ? value.findIndex((one) => one > largest) : -1;
  if (above >= 0) throw new ArgumentError(`${argument}[${above}]`, value[above], `a number of at most ${largest}`);
  return kind === 'Uint32Array' ? inOwnMemory(value as Uint32Array) : Uint32Array.from(value);
}

/** What is in front, by the one key that is given. */
export function checkForeground(foreground: unknown): { form: 'mask' | 'probability'; value: unknown } {
  const given = readOptions('foreground', foreground, ['mask', 'probability']);
  const named = (['mask', 'probability'] as const).filter((form) => given[form] !== undefined);
  if (named.length !== 1) {
    throw new ArgumentError('foreground', named.join(' and ') || foreground, 'either mask or probability');
  }
  return { form: named[0], value: given[named[0]] };
}

/** Ids are at most as many as there are pixels. */
export function checkIds(count: number, pixelCount: number): number {
  if (count <= pixelCount) return count;
  throw new ArgumentError('ids', count, `ids in 0..${pixelCount}, the number of pixels`);
}

/**
 * An image of whole numbers: `{ data, width, height }`. Throws ArgumentError.
 *
 * @param largest 'ids' where there are no more of them than pixels
 */
export function checkIntegerImage(
  argument: string,
  image: unknown,
  largest: 'ids' | 'any' = 'any',
): { values: Uint32Array; size: ImageSize } {
  const { data, ...sides } = readProperties(argument, image, ['data', 'width', 'height']);
  const size = checkExtent(sides);
  const pixelCount = size.width * size.height;
  const values = checkIntegers(`${argument}.data`, data, pixelCount, largest === 'ids' ? pixelCount : undefined);
  return { values, size };
}
