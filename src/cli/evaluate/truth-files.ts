// SPDX-License-Identifier: MIT

import { about, Failure, UsageError } from '../failure.js';
import { decodeLabels, ignoredAfter, type LabelCodes, strayValues } from '../inputs/label-codes.js';
import { type LabelPlane, readLabelPlane } from '../inputs/label-plane.js';
import { describeValues, listValues } from '../inputs/values.js';
import { type DataSetOptions, holdsIds, ignoreValue } from './data-set-options.js';
import { countTruth, type StrayTruth, type TruthCounts } from './truth-tally.js';

/** Values of one image that are told of: enough to see what it is. */
const MOST_STRAY = 256;

/** Truth by pixel: labels counted from 0 and the ignored value, or instance ids as the file has them. */
export interface TruthPlane {
  labels: Int32Array;
  width: number;
  height: number;
}

/** Labels and instance ids as background and foreground. */
export function asForeground(labels: Int32Array, ignore: number | null): Int32Array {
  return labels.map((id) => (id === ignore ? id : Math.min(id, 1)));
}

/** The files of truth of a data set, by item, and what their values mean. */
export class TruthFiles {
  /** Truth may hold instance ids. */
  private readonly holdIds: boolean;
  private readonly values: readonly number[] | null;
  /** As the files have it. */
  readonly ignore: number | null;
  readonly isIgnoreSaid: boolean;
  private largest = 0;

  constructor(
    readonly files: ReadonlyMap<string, string>,
    options: DataSetOptions,
    private readonly maximumPixels: number,
  ) {
    this.holdIds = holdsIds(options);
    this.values = options.truthValues ?? null;
    this.ignore = ignoreValue(options);
    this.isIgnoreSaid = options.ignore !== undefined;
  }

  /** All that truth depends on beside the files; plain JSON. */
  get settings(): Readonly<Record<string, unknown>> {
    return {
      ignore: this.ignore,
      ...(this.values ? { truthValues: this.values } : undefined),
    };
  }

  /** The ignored value of what `decode` gives. */
  get ignored(): number | null {
    return ignoredAfter({ values: this.values, ignore: this.ignore });
  }

  /** @throws UsageError where --truth-values has another number of values. */
  codes(labelCount: number): LabelCodes {
    const { values, ignore, holdIds } = this;
    if (values && values.length !== labelCount) {
      throw new UsageError(`--truth-values: got ${values.length} values, expected ${labelCount}, one for each label`);
    }
    return { labelCount: holdIds ? 2 : labelCount, values, ignore, option: '--truth-values' };
  }

  /** As its file has it. Errors name the file. */
  async read(item: string): Promise<LabelPlane> {
    const file = this.files.get(item);
    if (file === undefined) throw new Failure(`there is no truth of the name ${item}`);
    const plane = await about(file, () => readLabelPlane(file, this.maximumPixels));
    this.largest = Math.max(this.largest, plane.width * plane.height);
    return plane;
  }

  /** Of the largest file that was read; 0 before the first. */
  get largestPixels(): number {
    return this.largest;
  }

  /** Errors name the file. */
  async decode(item: string, plane: LabelPlane, labelCount: number): Promise<TruthPlane & { counts: TruthCounts }> {
    const { width, height, values } = plane;
    const labels = await about(this.files.get(item) ?? item, () => {
      if (!this.holdIds) return decodeLabels(plane, this.codes(labelCount));
      const stray = this.stray(plane, labelCount);
      if (!stray) return plane.labels;
      throw new Failure(
        `${describeValues(values.keys())}: got ${listValues(stray.values)}, expected instance ids of at least 0`,
      );
    });
    const counted = this.holdIds ? asForeground(labels, this.ignored) : labels;
    return { labels, width, height, counts: countTruth(counted, this.ignored) };
  }

  /** What an image's file has that means nothing; undefined where all of it does. */
  stray({ values }: LabelPlane, labelCount: number): StrayTruth | undefined {
    const found = [...values.keys()];
    const stray = this.holdIds
      ? found.filter((value) => value < 0 && value !== this.ignore)
      : strayValues(values, this.codes(labelCount));
    return stray.length === 0 ? undefined : { values: stray.slice(0, MOST_STRAY), found: found.slice(0, MOST_STRAY) };
  }
}
