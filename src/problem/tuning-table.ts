// SPDX-License-Identifier: MIT

import { checkChoice, checkInteger } from './checks.js';
import { ArgumentError } from './errors.js';
import { readArray, readOptions } from './reading.js';

/** Shapes of the three shaders of an iteration, the plain ones first. */
export const splatVariants = ['runs', 'lanes', 'tile', 'subgroup'] as const;
export const blurVariants = ['blocks', 'lanes'] as const;
export const sliceVariants = ['runs', 'lanes'] as const;

/** Which shape each shader of a kernel on a lattice has. All shapes give the same results. */
export interface KernelVariants {
  /**
   * 'runs': one invocation sums a run of pixels and a block of lanes in registers. 'lanes': the same with one lane; lanes of a row are
   * neighbouring invocations. 'tile': as 'lanes', and a workgroup sums in workgroup memory before it adds to global memory. 'subgroup': one
   * lane; neighbouring runs are neighbouring invocations, and a subgroup whose runs are in one simplex is summed first. A problem that does not
   * fit a tile, and a device without subgroups, take 'lanes'.
   */
  splat: (typeof splatVariants)[number];
  /** 'blocks': one invocation a vertex and a block of lanes. 'lanes': one invocation a lane; lanes of a row are neighbours. */
  blur: (typeof blurVariants)[number];
  /** As splat's. 'lanes' exchanges what softmax needs through workgroup memory. */
  slice: (typeof sliceVariants)[number];
}

/** What was fastest for one kind of kernel on one adapter. */
export interface TuningEntry extends KernelVariants {
  /** Vendor, architecture and device as the browser names them, with a space between; empty where it names none. */
  adapter: string;
  /** Pixels, rounded to a power of two. */
  pixels: number;
  /** Channels of a row: labels, padded. */
  channels: number;
  /** Dimension of the kernel's features. */
  featureDim: number;
}

/** Choices for `DenseCrf.create`, as plain JSON. */
export interface TuningTable {
  /** Of the shaders that were timed. A table of another version is refused: make it anew. */
  version: number;
  /** One for each adapter, size and kind of row that was timed. */
  entries: readonly TuningEntry[];
}

/**
 * Where the shapes of shaders come from. 'auto': from what is remembered of this adapter, else from a measurement in `create` of at most 300 ms and what
 * compiling takes beyond it. 'remembered': as 'auto', without the measurement. 'off': from the rule for the kind of adapter. Or a table of
 * `tuneDevice`. On adapters that run shaders on the CPU the first three are the same.
 */
export type TuningOption = 'auto' | 'remembered' | 'off' | TuningTable;

/** Raised whenever shapes, or what they cost, have changed. */
export const tuningVersion = 1;

const entryNames = [
  'adapter',
  'pixels',
  'channels',
  'featureDim',
  'splat',
  'blur',
  'slice',
] as const satisfies (keyof TuningEntry)[];

/** A copy. Throws ArgumentError, which names the value. What is left out is 'auto'. */
export function checkTuning(argument: string, value: unknown): TuningOption {
  if (value === undefined) return 'auto';
  if (typeof value === 'string') return checkChoice(argument, value, ['auto', 'remembered', 'off'] as const);
  if (typeof value !== 'object' || value === null) {
    throw new ArgumentError(argument, value, "'auto', 'remembered', 'off' or a table of tuneDevice");
  }
  return checkTuningTable(argument, value);
}

/** A copy. Throws ArgumentError, which names the value. */
export function checkTuningTable(argument: string, value: unknown): TuningTable {
  const { version, entries } = readOptions(argument, value, ['version', 'entries']);
  if (version !== tuningVersion) {
    throw new ArgumentError(`${argument}.version`, version, `${tuningVersion}; tables of other versions are made anew`);
  }
  return {
    version: tuningVersion,
    entries: readArray(`${argument}.entries`, entries).map((entry, index) =>
      checkEntry(`${argument}.entries[${index}]`, entry),
    ),
  };
}

function checkEntry(argument: string, value: unknown): TuningEntry {
  const given = readOptions(argument, value, entryNames);
  if (typeof given.adapter !== 'string') throw new ArgumentError(`${argument}.adapter`, given.adapter, 'a string');
  const count = (name: 'pixels' | 'channels' | 'featureDim') =>
    checkInteger(`${argument}.${name}`, given[name], 1, 2 ** 32);
  return {
    adapter: given.adapter,
    pixels: count('pixels'),
    channels: count('channels'),
    featureDim: count('featureDim'),
    splat: checkChoice(`${argument}.splat`, given.splat, splatVariants),
    blur: checkChoice(`${argument}.blur`, given.blur, blurVariants),
    slice: checkChoice(`${argument}.slice`, given.slice, sliceVariants),
  };
}
