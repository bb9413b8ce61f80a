// SPDX-License-Identifier: MIT

import path from 'node:path';
import {
  type InstanceCounts,
  InstanceMetrics,
  type MetricCounts,
  SegmentationMetrics,
  type SegmentationScores,
} from '../../analysis/index.js';
import { writeAtomically } from '../batch/atomic-file.js';
import { byCodeUnits } from '../batch/items.js';
import { describeDamage, expectSame, readJournal } from '../batch/journal.js';
import { about, Failure, UsageError } from '../failure.js';
import { makeFolder } from '../files/folder.js';
import { jsonLines } from '../files/json.js';
import { type Cell, csvLine } from './csv.js';
import type { IgnoreOption } from './data-set-options.js';
import { type CountedEntry, type EvaluateEntry, type FailedEntry, scoreOf } from './entries.js';
import { Pictures } from './pictures.js';
import { gainOf, Rankings } from './rankings.js';
import type { EvaluateReport, ItemRow } from './report.js';
import { htmlReport } from './report-html.js';
import {
  type EvaluateSettings,
  measuredIgnore,
  measuredLabelCount,
  measuredNames,
  type ShardSettings,
  truthCodes,
} from './settings.js';
import { refuseTruth } from './truth-check.js';
import { type TruthCounts, TruthTally } from './truth-tally.js';

export interface Results {
  report: EvaluateReport;
  /** Sorted by item. */
  rows: readonly ItemRow[];
  cellNames: readonly string[];
}

/** Confusion matrices larger than this are for programs, which count their own. */
const LARGEST_MATRIX = 64;

/**
 * Reads journals that together have every item, and writes all files of the report.
 *
 * @param ignore what --ignore says, where it says anything
 */
export async function writeReport(
  journals: readonly string[],
  pictureFolders: readonly string[],
  out: string,
  ignore?: IgnoreOption,
): Promise<EvaluateReport> {
  const { report, rows, cellNames } = await readResults(journals, ignore);
  const pictures = await readPictures(report, pictureFolders);
  await makeFolder(out);
  const write = (name: string, pieces: Iterable<string>) => writeAtomically(path.join(out, name), pieces);
  await write('scores.csv', scoreLines(report));
  await write('items.csv', itemLines(rows, cellNames));
  await write('report.html', [htmlReport(report, rows, pictures)]);
  // Last: who waits for it finds the others.
  await write('report.json', [jsonLines(report)]);
  return report;
}

/**
 * Adds up what journals have, in whole numbers: in whatever parts it was counted, the sum is the same.
 *
 * @throws Failure where items are missing, and for truth against which nothing can be measured.
 */
export async function readResults(journals: readonly string[], said?: IgnoreOption): Promise<Results> {
  const { settings, places } = await survey(journals);
  checkIgnore(said, settings);
  const { bandWidths, boundaryTolerances, boundaryUnit, parameters } = settings;
  const labelCount = measuredLabelCount(settings);
  const ignore = measuredIgnore(settings);
  const truth = new TruthTally(truthCodes(settings));
  const offSums: { item: string; share: number }[] = [];
  const empty = () => new SegmentationMetrics({ labelCount, ignore, bandWidths, boundaryTolerances, boundaryUnit });
  const before = empty();
  const after = parameters ? empty() : null;
  const instances = settings.instances
    ? { before: new InstanceMetrics({ ignore }), after: parameters ? new InstanceMetrics({ ignore }) : null }
    : null;
  const rows: ItemRow[] = [];
  const failures: FailedEntry[] = [];
  await forEachLastEntry(journals, places, (entry) => {
    if ('failure' in entry) {
      failures.push(entry);
      truth.addFailed(entry.strayTruth);
      return;
    }
    truth.add(truthOf(entry));
    if (entry.offSums !== undefined) offSums.push({ item: entry.item, share: entry.offSums });
    before.merge(entry.before);
    if (entry.after) after?.merge(entry.after);
    if (entry.instances) instances?.before.merge(entry.instances.before);
    if (entry.instances?.after) instances?.after?.merge(entry.instances.after);
    rows.push({ item: entry.item, ...scoreOf(entry), cells: cellsOf(entry) });
  });
  refuseTruth(truth, said !== undefined, String(settings.truth));
  rows.sort((a, b) => byCodeUnits(a.item, b.item));
  offSums.sort((a, b) => byCodeUnits(a.item, b.item));
  failures.sort((a, b) => byCodeUnits(a.item, b.item));
  const rankings = new Rankings();
  for (const { item, before: scoreBefore, after: scoreAfter } of rows) {
    rankings.add(item, { before: scoreBefore, after: scoreAfter });
  }
  const matrix = (metrics: SegmentationMetrics) => [...metrics.confusionMatrix()];
  const report: EvaluateReport = {
    settings,
    measured: rows.length,
    failures: failures.map(({ item, failure }) => ({ item, reason: failure })),
    truth: truth.summary(),
    offSums: offSums.length > 0 ? { images: offSums.length, first: offSums[0].item, share: offSums[0].share } : null,
    before: before.scores(),
    after: after?.scores() ?? null,
    images: after ? countGains(rows) : null,
    instances: instances && { before: instances.before.scores(), after: instances.after?.scores() ?? null },
    rankings: {
      worst: rankings.list('worst'),
      best: rankings.list('best'),
      lost: rankings.list('lost'),
      gained: rankings.list('gained'),
    },
    confusion: labelCount > LARGEST_MATRIX ? null : { before: matrix(before), after: after ? matrix(after) : null },
  };
  return { report, rows, cellNames: cellNamesOf(settings) };
}

/** Pixels were counted, or not, when they were measured. */
function checkIgnore(said: IgnoreOption | undefined, { ignore }: EvaluateSettings): void {
  if (said === undefined || said === (ignore ?? 'none')) return;
  throw new UsageError(`--ignore: got ${said}, but the parts ignore ${ignore ?? 'nothing'}`);
}

/** A journal of an earlier version lacks it. */
function truthOf({ item, truth }: Omit<CountedEntry, 'truth'> & { truth?: TruthCounts }): TruthCounts {
  if (truth) return truth;
  throw new Failure(`${item}: the journal does not say what its truth holds; remove the journal to measure it again`);
}

/** By item: its last entry, as journal and line. Settings must be the same, and all items there. */
async function survey(
  journals: readonly string[],
): Promise<{ settings: EvaluateSettings; places: ReadonlyMap<string, string> }> {
  const places = new Map<string, string>();
  let settings: EvaluateSettings | undefined;
  const damage: string[] = [];
  for (const [index, file] of journals.entries()) {
    let line = 0;
    const found = await about(file, () =>
      readJournal<EvaluateEntry>(file, ({ item }) => {
        places.set(item, `${index} ${line}`);
        line++;
      }),
    );
    const { shard, ...rest } = found.settings as ShardSettings;
    if (found.damagedLines.length > 0) damage.push(`; ${describeDamage(file, found.damagedLines)}`);
    if (rest.command !== 'evaluate') throw new Failure(`${file}: not the journal of an evaluation`);
    const common = rest as EvaluateSettings;
    if (settings) await about(file, () => expectSame(common, settings as EvaluateSettings));
    settings = common;
  }
  if (!settings) throw new Failure('no journal to read');
  const missing = settings.items - places.size;
  if (missing > 0) {
    throw new Failure(
      `${missing} of ${settings.items} items are not measured yet: run the missing parts, or run those that stopped again${damage.join('')}`,
    );
  }
  return { settings, places };
}

async function forEachLastEntry(
  journals: readonly string[],
  places: ReadonlyMap<string, string>,
  visit: (entry: EvaluateEntry) => void,
): Promise<void> {
  for (const [index, file] of journals.entries()) {
    let line = 0;
    await readJournal<EvaluateEntry>(file, (entry) => {
      if (places.get(entry.item) === `${index} ${line}`) visit(entry);
      line++;
    });
  }
}

async function readPictures(
  { rankings }: EvaluateReport,
  folders: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> {
  const pictures = new Map<string, Buffer>();
  for (const { item } of Object.values(rankings).flat()) {
    for (const folder of folders) {
      const picture = pictures.get(item) ?? (await new Pictures(folder).read(item));
      if (picture) pictures.set(item, picture);
    }
  }
  return pictures;
}

function countGains(rows: readonly ItemRow[]): NonNullable<EvaluateReport['images']> {
  const gains = rows.map((row) => gainOf(row) ?? 0);
  return {
    improved: gains.filter((gain) => gain > 0).length,
    unchanged: gains.filter((gain) => gain === 0).length,
    worsened: gains.filter((gain) => gain < 0).length,
  };
}

function cellNamesOf({ bandWidths, boundaryTolerances, parameters, instances }: EvaluateSettings): string[] {
  const names = [
    'pixelAccuracy',
    'meanIoU',
    ...bandWidths.map((width) => `meanIoU within ${width}`),
    ...boundaryTolerances.map((tolerance) => `boundaryF at ${tolerance}`),
    ...(instances ? ['averagePrecision'] : []),
  ];
  const times = parameters ? ['before', 'after'] : ['before'];
  return [
    'pixels',
    ...times.flatMap((time) => names.map((name) => `${name} ${time}`)),
    ...(parameters ? ['gain'] : []),
  ];
}

function cellsOf(entry: CountedEntry): Cell[] {
  const scores = (counts: MetricCounts) => SegmentationMetrics.fromCounts(counts).scores();
  const cells = (
    { pixelAccuracy, meanIoU, bands, boundaries }: SegmentationScores,
    instances: InstanceCounts | undefined,
  ): Cell[] => [
    pixelAccuracy,
    meanIoU,
    ...bands.map((band) => band.meanIoU),
    ...boundaries.map(({ f }) => f),
    ...(instances ? [InstanceMetrics.fromCounts(instances).scores().averagePrecision] : []),
  ];
  const before = scores(entry.before);
  if (!entry.after) return [before.pixels, ...cells(before, entry.instances?.before)];
  const after = scores(entry.after);
  const gain = gainOf({ before: before.meanIoU, after: after.meanIoU });
  const { instances } = entry;
  return [before.pixels, ...cells(before, instances?.before), ...cells(after, instances?.after), gain];
}

function* itemLines(rows: readonly ItemRow[], cellNames: readonly string[]): Generator<string> {
  yield csvLine(['item', ...cellNames]);
  for (const { item, cells } of rows) yield csvLine([item, ...cells]);
}

function* scoreLines({ settings, before, after, instances }: EvaluateReport): Generator<string> {
  const names = measuredNames(settings);
  yield csvLine(['refinement', 'measure', 'label', 'name', 'value']);
  for (const [time, scores] of [
    ['before', before],
    ['after', after],
  ] as const) {
    if (!scores) continue;
    for (const [measure, label, value] of valuesOf(scores)) {
      yield csvLine([time, measure, label, label === null ? null : (names?.[label] ?? null), value]);
    }
    const found = instances?.[time];
    if (!found) continue;
    yield csvLine([time, 'averagePrecision', null, null, found.averagePrecision]);
    for (const { iou, precision } of found.thresholds) {
      yield csvLine([time, `precision above IoU ${iou}`, null, null, precision]);
    }
  }
}

/** Every score, a line each. */
export function* valuesOf(
  scores: SegmentationScores,
): Generator<[measure: string, label: number | null, value: number | null]> {
  for (const name of ['images', 'pixels', 'pixelAccuracy', 'meanAccuracy', 'meanIoU'] as const) {
    yield [name, null, scores[name]];
  }
  for (const name of ['frequencyWeightedIoU', 'meanDice'] as const) yield [name, null, scores[name]];
  for (const { label, ...values } of scores.labels) {
    for (const [name, value] of Object.entries(values)) yield [name, label, value];
  }
  for (const { width, pixels, pixelAccuracy, meanIoU, iou } of scores.bands) {
    yield [`pixels within ${width}`, null, pixels];
    yield [`pixelAccuracy within ${width}`, null, pixelAccuracy];
    yield [`meanIoU within ${width}`, null, meanIoU];
    for (const [label, value] of iou.entries()) yield [`iou within ${width}`, label, value];
  }
  for (const { tolerance, f, labels } of scores.boundaries) {
    yield [`boundaryF at ${tolerance}`, null, f];
    for (const { label, ...values } of labels) {
      for (const [name, value] of Object.entries(values)) yield [`boundary ${name} at ${tolerance}`, label, value];
    }
  }
}
