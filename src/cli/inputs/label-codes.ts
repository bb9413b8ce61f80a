// SPDX-License-Identifier: MIT

import { Failure } from '../failure.js';
import type { LabelPlane } from './label-plane.js';
import { describeValues, listValues, type ValueCounts } from './values.js';

/** How the files of a data set name labels. */
export interface LabelCodes {
  labelCount: number;
  /** The value of each label; null: labels are their own values. */
  values: readonly number[] | null;
  /** The value of pixels that count nowhere; null: there is none. */
  ignore: number | null;
  /** The option that gives `values`. */
  option: '--truth-values' | '--prediction-values';
}

/** What stands for the ignored value once labels have values of their own: any number that is no label. */
const IGNORED = -1;

/** The ignored value after `decodeLabels`. */
export function ignoredAfter({ values, ignore }: Pick<LabelCodes, 'values' | 'ignore'>): number | null {
  return values !== null && ignore !== null ? IGNORED : ignore;
}

/** Whether a file that is to hold a value for each label has so many others that it must be grey levels. */
export function seemSoft(found: readonly number[], labelCount: number): boolean {
  return found.length > 2 * labelCount && found.length > 8;
}

/** Values of a file that are neither labels nor ignored. */
export function strayValues(values: ValueCounts, codes: LabelCodes): number[] {
  const found = [...values.keys()].filter((value) => value !== codes.ignore);
  if (codes.values) {
    const known = new Set(codes.values);
    return found.filter((value) => !known.has(value));
  }
  if (isMask(found, codes)) return [];
  return found.filter((value) => value < 0 || value >= codes.labelCount);
}

/**
 * Labels counted from 0, from the file's values. Of two labels 255 (65535) is label 1 where the file has only that and 0: it is a
 * mask, and of no other kind can be told what the value means.
 *
 * @throws Failure for a file with other values, which it lists.
 */
export function decodeLabels({ labels, values }: LabelPlane, codes: LabelCodes): Int32Array {
  const stray = strayValues(values, codes);
  if (stray.length > 0) throw new Failure(describeStray(values, stray, codes));
  const found = [...values.keys()].filter((value) => value !== codes.ignore);
  if (codes.values) {
    const byValue = new Map(codes.values.map((value, label) => [value, label]));
    return labels.map((value) => byValue.get(value) ?? IGNORED);
  }
  return isMask(found, codes) ? labels.map((value) => (isWhite(value) ? 1 : value)) : labels;
}

/** What the codes allow, in words. */
export function describeCodes({ values, labelCount, ignore }: LabelCodes): string {
  const rest = ignore === null ? '' : `, or ${ignore} for ignored`;
  return values ? `one of ${listValues(values)}${rest}` : `labels in 0..${labelCount - 1}${rest}`;
}

function describeStray(values: ValueCounts, stray: readonly number[], codes: LabelCodes): string {
  const got = values.size === 1 ? '' : `: got ${listValues(stray)}`;
  const finding = `${describeValues(values.keys())}${got}, expected ${describeCodes(codes)}`;
  if (codes.values) return `${finding}, as ${codes.option} says`;
  const found = [...values.keys()].filter((value) => value !== codes.ignore);
  if (seemSoft(found, codes.labelCount)) {
    return `${finding}; grey levels, as of a soft mask? A label file has a value for each label`;
  }
  const example = found.length === codes.labelCount ? ` ${found.join(',')}` : '';
  return `${finding}; ${codes.option}${example} says which values are the labels 0, 1, ...`;
}

function isMask(found: readonly number[], { labelCount, ignore }: LabelCodes): boolean {
  const whites = found.filter(isWhite);
  return labelCount === 2 && whites.length === 1 && whites[0] !== ignore && found.every((v) => v === 0 || isWhite(v));
}

function isWhite(value: number): boolean {
  return value === 255 || value === 65535;
}
