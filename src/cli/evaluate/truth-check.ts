// SPDX-License-Identifier: MIT

import { Failure } from '../failure.js';
import type { Streams } from '../streams.js';
import type { DataSet } from './data-set.js';
import { TruthTally } from './truth-tally.js';

/** So many images tell of most data sets that their truth is what it is taken for. */
const FIRST_LOOK = 16;

/**
 * Looks at truth before anything is measured against it: at some images, or, where these leave a doubt, at all. What can't be read is the
 * item's own error, later.
 *
 * @throws Failure for truth against which nothing can be measured.
 */
export async function checkTruth(dataSet: DataSet, items: readonly string[]): Promise<void> {
  const objection = await objectionTo(dataSet, items);
  if (objection !== undefined) throw new Failure(objection);
}

/** The same for a part of the items: a warning, as the others may have what these lack. */
export async function warnOfTruth(dataSet: DataSet, items: readonly string[], streams: Streams): Promise<void> {
  const objection = await objectionTo(dataSet, items);
  if (objection !== undefined) streams.error(`warning: of this part, ${objection}\n`);
}

async function objectionTo(dataSet: DataSet, items: readonly string[]): Promise<string | undefined> {
  const labelCount = await dataSet.labelCount();
  const { truths } = dataSet;
  const tally = new TruthTally(truths.codes(labelCount));
  for (const [index, item] of items.entries()) {
    if (index >= FIRST_LOOK && tally.objection(truths.isIgnoreSaid) === undefined) return undefined;
    const plane = await truths.read(item).catch(() => undefined);
    const stray = plane && truths.stray(plane, labelCount);
    if (!plane || stray) tally.addFailed(stray);
    else tally.add((await truths.decode(item, plane, labelCount)).counts);
  }
  const objection = tally.objection(truths.isIgnoreSaid);
  return objection && `${dataSet.settings.truth}: ${objection}`;
}

/** @throws Failure, said of where truth is. */
export function refuseTruth(tally: TruthTally, isIgnoreSaid: boolean, source: string): void {
  const objection = tally.objection(isIgnoreSaid);
  if (objection !== undefined) throw new Failure(`${source}: ${objection}`);
}
