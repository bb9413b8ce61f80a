// SPDX-License-Identifier: MIT

import { readFile, rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { SegmentationMetrics } from '../../../src/analysis/index.js';
import { Journal } from '../../../src/cli/batch/journal.js';
import { readResults } from '../../../src/cli/evaluate/results.js';
import { Finding } from '../suite.js';
import { type Damage, damaged, damages } from './damage.js';
import { readSafely } from './safety.js';
import { storedFile } from './workplace.js';

/** What happened to a journal between two runs. */
export interface DamagedJournal {
  entryCount: number;
  damages: readonly Damage[];
}

export const damagedJournals: fc.Arbitrary<DamagedJournal> = fc.record({
  entryCount: fc.integer({ min: 1, max: 4 }),
  damages: fc.array(damages, { minLength: 1, maxLength: 2 }),
});

const options = {
  labelCount: 2,
  ignore: null,
  bandWidths: [2],
  boundaryTolerances: [1],
  boundaryUnit: 'pixels' as const,
};

const unheard = () => undefined;

function settingsFor(items: number) {
  return {
    ...options,
    ...{ command: 'evaluate', version: '0.1.0', names: null, colours: null, parameters: null, sigmasAt: null },
    ...{ backend: null, items, itemsHash: 'ab12', unpredicted: 0, instances: null, shard: '1-of-1' },
  };
}

function entriesOf(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const metrics = new SegmentationMetrics(options);
    const plane = (shift: number) => ({
      labels: Uint8Array.from({ length: 30 }, (_unused, i) => Number((i + shift) % 7 < 3)),
      width: 6,
      height: 5,
    });
    metrics.add(plane(index), plane(0));
    const ones = plane(0).labels.filter((label) => label === 1).length;
    const truth = { labels: [[0, 30 - ones] as const, [1, ones] as const], ignoredPixels: 0 };
    return { item: `image-${index}`, stamp: `30@${1000 + index}`, truth, before: metrics.counts() };
  });
}

/** What is read again is what was written, or less of it; never something else, and never a report of something else. */
export async function checkJournal({ entryCount, damages: what }: DamagedJournal): Promise<void> {
  const settings = settingsFor(entryCount);
  const entries = entriesOf(entryCount);
  const whole = await writtenJournal(settings, entries);
  const bytes = what.reduce(damaged, whole);
  const file = await storedFile('journal.jsonl', bytes);
  const reopened = await readSafely('journals', file, async (name) => {
    const found: unknown[] = [];
    const journal = await Journal.open(name, settings, (entry) => found.push(entry), unheard);
    await journal.close();
    return found;
  });
  for (const entry of reopened ?? []) {
    if (entries.some((written) => isDeepStrictEqual(written, entry))) continue;
    throw new Finding('a journal gives an entry that nobody wrote', JSON.stringify(entry).slice(0, 300));
  }
  await checkReport(bytes, whole);
}

async function writtenJournal(settings: object, entries: readonly object[]): Promise<Buffer> {
  const file = await storedFile('whole.jsonl', '');
  await rm(file);
  const journal = await Journal.open(file, { ...settings }, unheard, unheard);
  await journal.append(...entries);
  await journal.close();
  return await readFile(file);
}

async function checkReport(bytes: Buffer, whole: Buffer): Promise<void> {
  const expected = await readResults([await storedFile('whole.jsonl', whole)]);
  const results = await readSafely('reports', await storedFile('journal.jsonl', bytes), (name) => readResults([name]));
  if (!results || isDeepStrictEqual(results.report, expected.report)) return;
  throw new Finding('a damaged journal gives another report', JSON.stringify(results.report.before).slice(0, 300));
}
