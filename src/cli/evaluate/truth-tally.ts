// SPDX-License-Identifier: MIT

import { describeCodes, type LabelCodes, seemSoft } from '../inputs/label-codes.js';
import { countValues, listValues } from '../inputs/values.js';

/** What truth holds, over all images. */
export interface TruthSummary {
  pixels: number;
  ignoredPixels: number;
  /** Of all pixels, 0..1. */
  ignoredShare: number;
  /** Labels that no pixel has. */
  labelsWithoutTruth: readonly number[];
}

/** What one image's truth holds; plain JSON, as journals keep it. */
export interface TruthCounts {
  /** Label and pixels. */
  labels: readonly (readonly [label: number, pixels: number])[];
  ignoredPixels: number;
}

/** What the truth of an image has that can't be measured. */
export interface StrayTruth {
  /** Neither labels nor ignored. */
  values: readonly number[];
  /** All that its file has. */
  found: readonly number[];
}

/** Where so much is ignored, labels that no pixel has may be what is ignored. Borders between objects take up to a twentieth. */
const BULK = 0.1;

/** Of two labels the one that so many more pixels are ignored than have it may be a slip, and the ignored value the label. */
const FAR_LESS = 100;

/** Labels without truth that a text lists. */
const LISTED = 8;

/** @param ignore the value after `decodeLabels` */
export function countTruth(labels: ArrayLike<number>, ignore: number | null): TruthCounts {
  const counts = [...countValues(labels)];
  return {
    labels: counts.filter(([value]) => value !== ignore),
    ignoredPixels: counts.find(([value]) => value === ignore)?.[1] ?? 0,
  };
}

/** Adds up what truth holds, image by image, and finds whether its values can mean what they are taken for. */
export class TruthTally {
  private readonly pixels: number[];
  private ignoredPixels = 0;
  /** With those whose truth says nothing. */
  private images = 0;
  private strayImages = 0;
  /** By which of label 1 and the ignored value their truth has. */
  private readonly imagesWith = { both: 0, ignored: 0, foreground: 0 };
  private readonly stray = new Set<number>();
  /** With the others of the same images. */
  private readonly foundBesides = new Set<number>();

  constructor(private readonly codes: LabelCodes) {
    this.pixels = new Array<number>(codes.labelCount).fill(0);
  }

  add({ labels, ignoredPixels }: TruthCounts): void {
    this.images++;
    this.ignoredPixels += ignoredPixels;
    for (const [label, pixels] of labels) this.pixels[label] += pixels;
    const hasForeground = labels.some(([label]) => label === 1);
    if (ignoredPixels > 0 && hasForeground) this.imagesWith.both++;
    else if (ignoredPixels > 0) this.imagesWith.ignored++;
    else if (hasForeground) this.imagesWith.foreground++;
  }

  /**
   * An image that can't be measured.
   *
   * @param stray undefined where something else is wrong
   */
  addFailed(stray?: StrayTruth): void {
    this.images++;
    if (!stray) return;
    this.strayImages++;
    for (const value of stray.values) this.stray.add(value);
    for (const value of stray.found) this.foundBesides.add(value);
  }

  summary(): TruthSummary {
    const { ignoredPixels } = this;
    const pixels = this.pixels.reduce((sum, count) => sum + count, ignoredPixels);
    return {
      pixels,
      ignoredPixels,
      ignoredShare: pixels === 0 ? 0 : ignoredPixels / pixels,
      labelsWithoutTruth: this.pixels.flatMap((count, label) => (count === 0 ? [label] : [])),
    };
  }

  /**
   * Why nothing can be measured against it; undefined where it can. Whatever was counted would look like a score.
   *
   * @param isIgnoreSaid whether the user named the ignored value
   */
  objection(isIgnoreSaid: boolean): string | undefined {
    const { codes, strayImages, images } = this;
    const { labelsWithoutTruth: missing, ignoredPixels, ignoredShare } = this.summary();
    const present = codes.labelCount - missing.length;
    if (images === 0) return undefined;
    if (missing.length === 0) return isIgnoreSaid ? undefined : this.objectionToMasks();
    const countsFromOne = missing[0] === 0 && this.stray.has(codes.labelCount) && codes.values === null;
    if (countsFromOne || 2 * strayImages >= images) return this.describe(`expected ${describeCodes(codes)}`);
    if (present < 2 && ignoredPixels > 0) {
      return this.describe(present === 0 ? 'nothing can be measured' : 'with one label nothing can be measured');
    }
    if (isIgnoreSaid || ignoredShare < BULK) return undefined;
    return this.describe(`no pixel has label ${listLabels(missing)}; --ignore ${codes.ignore} where that is right`);
  }

  /** Of two labels: whether the ignored value is what most images have for label 1. */
  private objectionToMasks(): string | undefined {
    const { codes, pixels, ignoredPixels, imagesWith } = this;
    if (codes.labelCount !== 2 || ignoredPixels === 0) return undefined;
    const way = `--ignore ${codes.ignore} where that is right`;
    if (imagesWith.both === 0 && imagesWith.foreground > 0 && imagesWith.ignored > 0) {
      return this.describe(`no image has both label 1 and ${codes.ignore}, as if some had one for the other; ${way}`);
    }
    const rarest = pixels[0] < pixels[1] ? 0 : 1;
    if (FAR_LESS * pixels[rarest] >= ignoredPixels) return undefined;
    return this.describe(`only ${pixels[rarest]} pixels have label ${rarest}; ${way}`);
  }

  /** What truth has, what is wrong with it, and how to say what it means. */
  private describe(finding: string): string {
    const { codes, stray, ignoredPixels } = this;
    const found = new Set(this.foundBesides);
    for (const [label, pixels] of this.pixels.entries()) if (pixels > 0) found.add(codes.values?.[label] ?? label);
    const isIgnored = codes.ignore !== null && ignoredPixels > 0;
    if (codes.ignore !== null && isIgnored) found.add(codes.ignore);
    const values = [...found].sort((a, b) => a - b);
    const { ignoredShare } = this.summary();
    const ignored = isIgnored ? `, and ${codes.ignore} is ignored (${percent(ignoredShare)} of the pixels)` : '';
    const example = values.length === codes.labelCount ? ` ${values.join(',')}` : '';
    const isMask = codes.labelCount === 2 && isIgnored && values.length === 2 && values[0] === 0 && stray.size === 0;
    const isSoft = stray.size > 0 && seemSoft(values, codes.labelCount);
    const question = isMask ? `masks of 0 and ${codes.ignore}? ` : (isSoft && 'soft masks? ') || '';
    return (
      `truth has the values ${listValues(values)}${ignored}: ${finding}; ` +
      `${question}--truth-values${example} says which values are the labels 0, 1, ...`
    );
  }
}

/** What people should know of the truth, in words. */
export function describeTruth(
  { ignoredShare, ignoredPixels, labelsWithoutTruth }: TruthSummary,
  ignore: number | null,
  nameOf: (label: number) => string,
): string {
  const ignored =
    ignoredPixels === 0 ? 'no pixel is ignored' : `${percent(ignoredShare)} of the pixels are ignored (${ignore})`;
  const count = labelsWithoutTruth.length;
  if (count === 0) return `${ignored}, every label has true pixels`;
  const labels = listLabels(labelsWithoutTruth, nameOf);
  return `${ignored}, ${count === 1 ? `label ${labels} has` : `${count} labels have`} no true pixel${count === 1 ? '' : `: ${labels}`}`;
}

function listLabels(labels: readonly number[], nameOf: (label: number) => string = String): string {
  const shown = labels.slice(0, LISTED).map(nameOf).join(', ');
  return labels.length > LISTED ? `${shown}, ...` : shown;
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(3)} %`;
}
