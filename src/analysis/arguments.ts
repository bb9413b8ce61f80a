// SPDX-License-Identifier: MIT

import {
  checkArray,
  checkChoice,
  checkInteger,
  checkKeys,
  checkNumber,
  checkObject,
  firstNonFinite,
} from '../problem/checks.js';
import { ArgumentError } from '../problem/errors.js';
import type { LabelArray } from '../problem/types.js';
import type {
  AlphaOptions,
  Connectivity,
  ConnectivityOptions,
  FusionOptions,
  HoleOptions,
  InstanceOptions,
  MaskOptions,
  MergeOptions,
  MorphologyOptions,
  OutlineOptions,
  SeedOptions,
  SmallOptions,
  Target,
  TrimapOptions,
  WatershedOptions,
} from './api.js';
import { fusionRoles } from './cpu/fuse.js';
import type { ImageSize } from './cpu/neighbourhood.js';
import { reliefUnit } from './cpu/relief.js';

/** Squared distances between pixels of a larger image would not fit 32 bits in every step. */
export const maximumExtent = 32767;

/** More than any area: no limit. */
const noLimit = 0xffffffff;

export function checkExtent(given: { width?: unknown; height?: unknown }): ImageSize {
  return {
    width: checkInteger('width', given.width, 1, maximumExtent),
    height: checkInteger('height', given.height, 1, maximumExtent),
  };
}

/** Names by label; `label 3` where only their number is known. */
export function checkLabels(labels: unknown): readonly string[] {
  if (labels === undefined) return [];
  if (typeof labels === 'number') {
    const count = checkInteger('labels', labels, 1, 2 ** 20);
    return Array.from({ length: count }, (_unused, label) => `label ${label}`);
  }
  const names = checkArray('labels', labels);
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
  return checkArray(argument, given).map((one, index) => {
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
  const shown = names.slice(0, 30).map((name) => JSON.stringify(name));
  return names.length > 30 ? `${shown.join(', ')} … (${names.length} in all)` : shown.join(', ');
}

function notEmpty<Item>(argument: string, items: readonly Item[]): readonly Item[] {
  if (items.length > 0) return items;
  throw new ArgumentError(argument, items, 'at least one label');
}

function optionsOf(options: unknown, known: readonly string[]): Record<string, unknown> {
  const given = checkObject('options', options ?? {});
  checkKeys('options', given, [...known, 'into']);
  return given;
}

/** 1 for each of the labels, else 0; [labelCount]. */
export function maskTable(options: MaskOptions, names: readonly string[]): Uint32Array {
  const { labels } = optionsOf(options, ['labels']);
  return flags(notEmpty('options.labels', labelNumbers('options.labels', labels, names)), names.length);
}

function flags(labels: readonly number[], labelCount: number): Uint32Array {
  const table = new Uint32Array(labelCount);
  for (const label of labels) table[label] = 1;
  return table;
}

/** What each label becomes; [labelCount]. */
export function mergeTable(options: MergeOptions, names: readonly string[]): Uint32Array {
  const { groups } = optionsOf(options, ['groups']);
  const table = Uint32Array.from(names, (_name, label) => label);
  const owners = new Map<number, string>();
  checkArray('options.groups', groups).forEach((group, index) => {
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
  });
  return table;
}

export function resolveMorphology(options: MorphologyOptions) {
  const { radius, shape } = optionsOf(options, ['radius', 'shape']);
  const form = checkChoice('options.shape', shape ?? 'disc', ['disc', 'square'] as const);
  if (form === 'square') return { shape: form, limit: checkInteger('options.radius', radius, 0, maximumExtent) };
  return { shape: form, limit: squaredLimit('options.radius', radius) };
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

export function resolveConnectivity(options: ConnectivityOptions | undefined): Connectivity {
  return checkConnectivity(optionsOf(options, ['connectivity']).connectivity, 8);
}

export function resolveHoles(options: HoleOptions | undefined) {
  const { connectivity, maxArea } = optionsOf(options, ['connectivity', 'maxArea']);
  // Background is connected where the mask is not: 4 goes with 8.
  const ofBackground: Connectivity = checkConnectivity(connectivity, 8) === 8 ? 4 : 8;
  return { connectivity: ofBackground, limit: areaLimit(maxArea) };
}

function areaLimit(maxArea: unknown): number {
  return maxArea === undefined ? noLimit : checkInteger('options.maxArea', maxArea, 0, noLimit);
}

export function resolveSmall(options: SmallOptions) {
  const { connectivity, minArea } = optionsOf(options, ['connectivity', 'minArea']);
  return {
    connectivity: checkConnectivity(connectivity, 8),
    limit: checkInteger('options.minArea', minArea, 0, noLimit),
  };
}

/**
 * `height` in units of the relief. The default of one pixel splits the true masks of 19 pictures of nuclei (604 of them) into 518 that overlap
 * theirs by more than 0.7; 0.5 gives 523 with more false ones, 0.75 gives 535, 2 gives 479. With a border class there are 598, and 601 at 2.
 */
export function resolveSeeds(options: SeedOptions | WatershedOptions | undefined, seeds: 'given' | 'none') {
  const known = ['connectivity', 'height', ...(seeds === 'given' ? ['seeds', 'core'] : [])];
  const { connectivity, height } = optionsOf(options, known);
  const pixels = checkNumber('options.height', height ?? 1, { from: 1 / reliefUnit, to: maximumExtent });
  return { connectivity: checkConnectivity(connectivity, 8), height: Math.ceil(pixels * reliefUnit) };
}

/** The options of the three operations that instances are made by. */
export function resolveInstances(options: InstanceOptions, names: readonly string[]) {
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
  resolveSeeds({ connectivity: given.connectivity, height: given.height } as SeedOptions, 'none');
  return { labels, seedLabels };
}

export function resolveOutline(options: OutlineOptions | undefined) {
  const { connectivity, alongFrame } = optionsOf(options, ['connectivity', 'alongFrame']);
  if (alongFrame !== undefined && typeof alongFrame !== 'boolean') {
    throw new ArgumentError('options.alongFrame', alongFrame, 'true or false');
  }
  return { connectivity: checkConnectivity(connectivity, 4), alongFrame: alongFrame ?? false };
}

export function resolveFusion(options: FusionOptions, names: readonly string[]) {
  const given = optionsOf(options, ['background', 'labels', 'where', 'maxArea']);
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
  const where = checkChoice('options.where', given.where ?? 'holes', ['holes', 'everywhere'] as const);
  if (where === 'everywhere' && given.maxArea !== undefined) {
    throw new ArgumentError('options.maxArea', given.maxArea, "none with where: 'everywhere'");
  }
  return { roles, where, limit: areaLimit(given.maxArea) };
}

export function resolveTrimap(options: TrimapOptions) {
  const { inner, outer } = optionsOf(options, ['inner', 'outer']);
  return { inner: squaredLimit('options.inner', inner), outer: squaredLimit('options.outer', outer) };
}

export function resolveAlpha(options: AlphaOptions | undefined) {
  const { radius, epsilon } = optionsOf(options, ['radius', 'epsilon', 'trimap']);
  return {
    // Sums of products of bytes over a larger window would not fit 32 bits.
    radius: checkInteger('options.radius', radius ?? 20, 1, 127),
    epsilon: checkNumber('options.epsilon', epsilon ?? 1e-4, { from: 1e-6 }),
  };
}

/** Whole numbers of a typed array, checked, as u32. */
export function checkIntegers(argument: string, value: unknown, pixelCount: number, largest = 0xffffffff): Uint32Array {
  if (!isIntegers(value) || value.length !== pixelCount) {
    throw new ArgumentError(
      argument,
      value,
      `${pixelCount} whole numbers (Uint8Array .. Int32Array), a GPUBuffer or a PixelMap of this size`,
    );
  }
  if (value instanceof Int16Array || value instanceof Int32Array) {
    const negative = value.findIndex((one) => one < 0);
    if (negative >= 0) throw new ArgumentError(`${argument}[${negative}]`, value[negative], 'a number of at least 0');
  }
  const above = largest < 0xffffffff ? value.findIndex((one) => one > largest) : -1;
  if (above >= 0) throw new ArgumentError(`${argument}[${above}]`, value[above], `a number of at most ${largest}`);
  return value instanceof Uint32Array ? value : Uint32Array.from(value);
}

export function checkFloats(argument: string, value: unknown, length: number): Float32Array {
  if (!(value instanceof Float32Array || value instanceof Float64Array) || value.length !== length) {
    throw new ArgumentError(argument, value, `a Float32Array or Float64Array of ${length} values`);
  }
  const values = value instanceof Float32Array ? value : Float32Array.from(value);
  const bad = firstNonFinite(values);
  if (bad >= 0) throw new ArgumentError(`${argument}[${bad}]`, value[bad], 'a finite float32 number');
  return values;
}

function isIntegers(value: unknown): value is LabelArray {
  return (
    ArrayBuffer.isView(value) && /^(Uint8|Uint8Clamped|Uint16|Int16|Uint32|Int32)Array$/.test(value.constructor.name)
  );
}

/** What is in front, by the one key that is given. */
export function checkForeground(foreground: unknown): { form: 'mask' | 'probability'; value: unknown } {
  const given = checkObject('foreground', foreground);
  checkKeys('foreground', given, ['mask', 'probability']);
  const named = (['mask', 'probability'] as const).filter((form) => given[form] !== undefined);
  if (named.length !== 1) {
    throw new ArgumentError('foreground', named.join(' and ') || undefined, 'either mask or probability');
  }
  return { form: named[0], value: given[named[0]] };
}

/** Options of an operation that has only a target. */
export function resolveTarget(options: Target | undefined): void {
  optionsOf(options, []);
}

/** Ids are at most as many as there are pixels. */
export function checkIds(count: number, pixelCount: number): number {
  if (count <= pixelCount) return count;
  throw new ArgumentError('ids', count, `ids in 0..${pixelCount}, the number of pixels`);
}
