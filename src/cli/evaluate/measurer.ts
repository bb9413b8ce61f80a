// SPDX-License-Identifier: MIT

import { about } from '../failure.js';
import { countInstances, countLabels } from './comparison.js';
import type { ComputeHost } from './compute-host.js';
import type { DataSet, Example } from './data-set.js';
import type { CountedEntry } from './entries.js';
import type { LabelMapsResult } from './job.js';
import { type EvaluateSettings, parametersAt } from './settings.js';
import type { StrayTruth } from './truth-tally.js';

/** An item's line in the journal, and what a picture of it shows. */
export interface MeasuredItem {
  entry: CountedEntry;
  example: Pick<Example, 'item' | 'size' | 'image' | 'truth'>;
  maps: LabelMapsResult;
}

export interface FailedItem {
  error: Error;
  /** Where its truth is what is wrong. */
  strayTruth?: StrayTruth;
}

/** Reads, refines and measures one item at a time; it writes nothing. */
export class Measurer {
  /** @param run refines: here, or wherever else */
  constructor(
    private readonly dataSet: DataSet,
    private readonly settings: EvaluateSettings,
    private readonly run: ComputeHost['run'],
  ) {}

  /** What is wrong with an item is its result, too. */
  async measure(item: string): Promise<MeasuredItem | FailedItem> {
    try {
      return await this.measureItem(item);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const strayTruth = await this.strayTruth(item);
      return { error, ...(strayTruth ? { strayTruth } : undefined) };
    }
  }

  private async strayTruth(item: string): Promise<StrayTruth | undefined> {
    const { truths } = this.dataSet;
    const plane = await truths.read(item).catch(() => undefined);
    return plane && truths.stray(plane, this.settings.labelCount);
  }

  private async measureItem(item: string): Promise<MeasuredItem> {
    const stamp = await this.dataSet.stamp(item);
    const example = await this.dataSet.read(item);
    const { size, unary, image, truth, truthCounts, offSums } = example;
    const parameters = parametersAt(this.settings, size);
    const maps = await about(this.dataSet.fileOf(item), () =>
      this.run({
        size,
        unary,
        ...(image ? { image } : undefined),
        ...(this.settings.refinement
          ? { refinements: [], guided: true }
          : { refinements: parameters ? [{ parameters }] : [] }),
      }),
    );
    // Label maps are in range; what else may be wrong is the truth.
    return await about(this.dataSet.truthFileOf(item), () => {
      const compared = [maps.before, ...(parameters ? [maps.after[0][0]] : [])].map((labels) => ({ ...size, labels }));
      const [before, after] = compared.map((plane) => countLabels(this.settings, plane, truth));
      const [first, second] = compared.map((plane) => countInstances(this.settings, plane, truth));
      const entry: CountedEntry = {
        ...{ item, stamp, truth: truthCounts },
        ...(offSums > 0 ? { offSums } : undefined),
        before,
        ...(after ? { after } : undefined),
        ...(first ? { instances: { before: first, ...(second ? { after: second } : undefined) } } : undefined),
      };
      return { entry, example: { item, size, truth, ...(image ? { image } : undefined) }, maps };
    });
  }
}
