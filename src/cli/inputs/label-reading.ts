// SPDX-License-Identifier: MIT

import { Failure, UsageError } from '../failure.js';
import type { LabelPlane } from './label-plane.js';
import { describeValues, listValues } from './values.js';

/** What the values of a label file mean. */
export interface LabelReading {
  /** The file's value of each label. */
  values: readonly number[];
  /** The value of pixels that nothing is known of; null: there is none. */
  unknown: number | null;
  /** Whether results have the file's own values, or count its labels from 0. */
  results: 'values' | 'labels';
}

export interface AskedReading {
  /** What --unknown says. */
  unknown?: number | 'none';
  /** What --label-count says. */
  labelCount?: number;
}

/**
 * Strokes cover less of a picture than this; 0 is what they leave free. What covers more is a label map, whose 0 may be a label like the
 * others. Of the strokes that come with the demo the most cover a tenth.
 */
const STROKES_COVER = 0.2;

/** More grey levels than these are a soft mask or a photograph: few photographs have objects of so many kinds. */
const MOST_LEVELS_TO_WHITE = 32;
const MOST_LEVELS = 64;
const MOST_LABELS = 256;

/** Of 0..255: what is compressed or blurred a little is no longer quite white. */
const NEARLY_WHITE = 250;

/** Below this a value between black and white is an id and no grey level. */
const LOWEST_GREY = 32;

/** The colour that the label files of PASCAL VOC give to what belongs to no label. */
const VOID_COLOUR = [224, 224, 192];

/**
 * Finds out which values are labels and which is unknown. With a label count the values are the labels themselves; else those that occur are
 * the labels, in their order, whatever gaps they have. Where nobody says which value is unknown: a negative one; 255 (65535) beside two others or
 * more; 0 in strokes, which are 1, 2, 3, ... and leave most of the picture free. Two values are two labels.
 *
 * @param file for errors that name an option
 * @throws Failure for a file with one label only or of a soft mask; UsageError where only the user knows which value is unknown.
 */
export function readLabels(file: string, plane: LabelPlane, { unknown, labelCount }: AskedReading): LabelReading {
  if (labelCount === 1)
    throw new UsageError('--label-count: got 1, expected at least 2: there is nothing to choose from');
  const mask = labelCount === 2 && unknown !== 0 ? whiteMask(plane) : undefined;
  if (mask !== undefined && mask !== unknown) return { values: [0, mask], unknown: null, results: 'values' };
  if (labelCount !== undefined) {
    const said = unknown === undefined ? unknownOfCounted(file, plane, labelCount) : namedUnknown(unknown);
    return countedLabels(plane, said, labelCount);
  }
  refuseManyLevels(plane);
  if (unknown === undefined) {
    if (isSoftMask(plane)) throw softMask(plane);
    return foundLabels(plane, unknownOfFound(file, plane));
  }
  refuseSingleLabel(file, plane, namedUnknown(unknown));
  return foundLabels(plane, namedUnknown(unknown));
}

/** Labels counted from 0, and -1 where nothing is known. */
export function applyReading(labels: Int32Array, { values, unknown }: LabelReading): Int32Array {
  const byValue = new Map(values.map((value, label) => [value, label]));
  if (unknown !== null) byValue.set(unknown, -1);
  return labels.map((value) => byValue.get(value) ?? -1);
}

function namedUnknown(unknown: number | 'none'): number | null {
  return unknown === 'none' ? null : unknown;
}

/** Every value is a label but the unknown one. */
function foundLabels(plane: LabelPlane, unknown: number | null): LabelReading {
  const found = [...plane.values.keys()];
  const values = found.filter((value) => value !== unknown);
  if (values.length === 0) {
    throw new Failure(`every pixel is ${unknown}, which means unknown: there is nothing to refine`);
  }
  if (values.length === 1) {
    const rest = unknown !== null && plane.values.has(unknown) ? `, and ${unknown} means unknown` : '';
    throw new Failure(`${describeValues(found)}${rest}: with one label there is nothing to choose from`);
  }
  if (values[0] < 0) throw new Failure(`${describeValues(found)}: got ${values[0]}, expected labels of at least 0`);
  const counted = isCounted(values, 0) || (unknown === 0 && isCounted(values, 1));
  return { values, unknown, results: counted ? 'labels' : 'values' };
}

/** What --unknown names and the file has, while only one label is left. */
function refuseSingleLabel(file: string, { values }: LabelPlane, unknown: number | null): void {
  if (unknown === null || !values.has(unknown) || values.size !== 2) return;
  const label = [...values.keys()].find((value) => value !== unknown);
  throw new UsageError(
    `--unknown: got ${unknown}, but ${file} has the values ${listValues(values.keys())}: that leaves ${label} as the only label, and ` +
      'nothing to choose from; --unknown none makes two labels of them',
  );
}

function unknownOfFound(file: string, plane: LabelPlane): number | null {
  const found = [...plane.values.keys()];
  if (found[0] < 0) return found[0];
  const [first, second] = found;
  const empty = voidOf(plane);
  if (found.length === 1) return first === 0 ? 0 : null;
  if (found.length === 2) {
    if (isCounted(found, 1)) return 0;
    if (empty === null || (first === 0 && !isVoidColour(plane, second))) return null;
    throw question(file, plane, `say whether ${empty} is a label (--unknown none) or unknown (--unknown ${empty})`);
  }
  if (empty !== null) {
    if (!areGreyLevels(plane)) return empty;
    throw question(
      file,
      plane,
      `say which of them is unknown, as --unknown ${found[1]}, or --unknown none where all are labels`,
    );
  }
  if (isCounted(found, 1)) return 0;
  if (first !== 0) return null;
  if (isCounted(found, 0) && shareOfMarks(plane) < STROKES_COVER) return 0;
  throw zeroQuestion(file, plane);
}

function unknownOfCounted(file: string, plane: LabelPlane, labelCount: number): number | null {
  const found = [...plane.values.keys()];
  const last = found[found.length - 1];
  if (found[0] < 0) return found[0];
  const empty = voidOf(plane);
  if (empty !== null && empty > labelCount) {
    if (found.length > 2) return empty;
    throw question(file, plane, `say whether ${empty} is unknown (--unknown ${empty})`);
  }
  // Only strokes, which count from 1, have it.
  if (last >= labelCount) return 0;
  const isOneMark = found.filter((value) => value !== 0).length === 1 && labelCount === 2;
  if (shareOfMarks(plane) < STROKES_COVER && !isOneMark) return 0;
  throw zeroQuestion(file, plane);
}

/** The values are the labels; above an unknown value that is no negative one they count one less. */
function countedLabels(plane: LabelPlane, unknown: number | null, labelCount: number): LabelReading {
  const shift = unknown === null || unknown < 0 ? Number.POSITIVE_INFINITY : unknown;
  const values = Array.from({ length: labelCount }, (_, label) => (label >= shift ? label + 1 : label));
  const known = new Set(values);
  const found = [...plane.values.keys()].filter((value) => value !== unknown);
  if (found.length === 0) {
    throw new Failure(`every pixel is ${unknown}, which means unknown: there is nothing to refine`);
  }
  const stray = found.filter((value) => !known.has(value));
  if (stray.length > 0) {
    const rest = unknown === null ? '' : `, or ${unknown} for unknown`;
    const got = plane.values.size === 1 ? '' : `: got ${listValues(stray)}`;
    throw new Failure(
      `${describeValues(plane.values.keys())}${got}, expected labels in ${values[0]}..${values[labelCount - 1]}${rest}, ` +
        `as --label-count ${labelCount} says`,
    );
  }
  return { values, unknown, results: 'labels' };
}

function refuseManyLevels(plane: LabelPlane): void {
  const found = [...plane.values.keys()];
  const isGap = !isCounted(found, found[0] === 0 ? 0 : 1);
  const most = reachesWhite(plane) ? MOST_LEVELS_TO_WHITE : MOST_LEVELS;
  if (plane.palette === null && found.length > most && (isGap || reachesWhite(plane))) throw softMask(plane);
  if (found.length > MOST_LABELS) {
    throw new Failure(`${describeValues(found)}, expected at most ${MOST_LABELS} labels; --label-count where they are`);
  }
}

function softMask({ values }: LabelPlane): Failure {
  return new Failure(
    `${describeValues(values.keys())}: grey levels, as of a soft mask? Cut it at a threshold into the values of labels, or give it as an ` +
      '.npy of --probabilities; --label-count where they are labels',
  );
}

function reachesWhite({ values }: LabelPlane): boolean {
  const last = Math.max(...values.keys());
  return last >= NEARLY_WHITE && last <= 255;
}

/** Black and white with thin edges in between, whose greys take less room than the white. */
function isSoftMask(plane: LabelPlane): boolean {
  if (plane.palette !== null || !reachesWhite(plane)) return false;
  const between = [...plane.values].filter(([value]) => value > 255 - NEARLY_WHITE && value < NEARLY_WHITE);
  const grey = between.reduce((sum, [, pixels]) => sum + pixels, 0);
  const white = [...plane.values].reduce((sum, [value, pixels]) => sum + (value >= NEARLY_WHITE ? pixels : 0), 0);
  const whites = [...plane.values.keys()].filter((value) => value >= NEARLY_WHITE);
  // A mask that was compressed has shades of white.
  if (whites.length > 1) return true;
  return between.length >= 3 && grey < white && between.some(([value]) => value >= 64 && value <= 192);
}

/** Levels evenly spread from black to white, or one between them: they were made to be looked at, and white is a label as likely as not. */
function areGreyLevels({ values, palette }: LabelPlane): boolean {
  const found = [...values.keys()];
  const last = found[found.length - 1];
  if (palette !== null || found[0] !== 0) return false;
  const step = last / (found.length - 1);
  const areEven = step >= LOWEST_GREY && found.every((value, index) => Math.abs(value - index * step) <= 1);
  return areEven || (found.length === 3 && found[1] >= LOWEST_GREY);
}

/** White, where the file has that and black and nothing else. */
function whiteMask({ values }: LabelPlane): number | undefined {
  const [black, white] = values.keys();
  return values.size === 2 && black === 0 && (white === 255 || white === 65535) ? white : undefined;
}

/** The value that by custom belongs to no label: the highest of a byte or of two, or what has VOC's colour for it. */
function voidOf(plane: LabelPlane): number | null {
  const found = [...plane.values.keys()];
  const coloured = found.find((value) => isVoidColour(plane, value));
  if (coloured !== undefined) return coloured;
  const last = found[found.length - 1];
  return last === 255 || last === 65535 ? last : null;
}

function isVoidColour({ palette }: LabelPlane, value: number): boolean {
  const colour = palette?.[value];
  return colour !== undefined && VOID_COLOUR.every((channel, index) => colour[index] === channel);
}

/** Whether they are `from`, `from` + 1, ... without a gap. */
function isCounted(values: readonly number[], from: number): boolean {
  return values.every((value, index) => value === from + index);
}

/** Of the pixels that are not 0. */
function shareOfMarks({ labels, values }: LabelPlane): number {
  return 1 - (values.get(0) ?? 0) / labels.length;
}

function zeroQuestion(file: string, plane: LabelPlane): UsageError {
  const { labels, values } = plane;
  const zeros = values.get(0);
  if (zeros === undefined) {
    return question(
      file,
      plane,
      'say whether labels count from 0 (--unknown none) or from 1, with 0 for unknown (--unknown 0)',
    );
  }
  const share = ((100 * zeros) / labels.length).toPrecision(3);
  return question(
    file,
    plane,
    `say whether 0, ${share} % of the pixels, is a label (--unknown none) or unknown (--unknown 0)`,
  );
}

function question(file: string, { values }: LabelPlane, text: string): UsageError {
  return new UsageError(`--unknown: not given, and ${file} has the values ${listValues(values.keys())}: ${text}`);
}
