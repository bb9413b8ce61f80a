// SPDX-License-Identifier: MIT

import type { SegmentationScores } from '../../analysis/index.js';
import { Failure } from '../failure.js';
import { namedLine } from '../plain-text.js';
import type { Streams } from '../streams.js';
import type { EvaluateReport } from './report.js';
import { labelName, measuredNames } from './settings.js';
import { describeTruth } from './truth-tally.js';

/** What one process did: times differ from run to run, so they are in no file. */
export interface RunSummary {
  /** As `1-of-8`. */
  shard: string;
  measured: number;
  takenFromJournal: number;
  failed: number;
  seconds: number;
  imagesPerSecond: number | null;
  /** Images that were worked on at once. */
  jobs: number;
  /** null where nothing was refined. */
  adapter: string | null;
}

export function failedItems(count: number): Failure {
  return new Failure(`${count === 1 ? '1 item' : `${count} items`} could not be measured; all others are`);
}

export function describeRun(run: RunSummary, report?: EvaluateReport): string {
  const speed = run.imagesPerSecond === null ? '' : `, ${Number(run.imagesPerSecond.toPrecision(3))} images a second`;
  const together = run.jobs > 1 && run.measured > 0 ? `, ${run.jobs} at once` : '';
  const taken = run.takenFromJournal === 0 ? '' : `, ${run.takenFromJournal} taken from the journal`;
  const failed = run.failed === 0 ? '' : `, ${run.failed} failed`;
  const lines = [
    namedLine('measured', `${run.measured} images${taken}${failed} in ${run.seconds.toFixed(1)} s${speed}${together}`),
  ];
  if (run.adapter !== null) lines.push(namedLine('adapter', run.adapter));
  return lines.join('') + (report ? describeReport(report) : '');
}

/** The scores as a table. */
export function describeReport(report: EvaluateReport): string {
  const { before, after, images, instances } = report;
  const rows: [name: string, of: (scores: SegmentationScores) => number | null][] = [
    ...(instances ? [['foreground IoU', ({ labels }) => labels[1].iou] satisfies (typeof rows)[number]] : []),
    ['pixel accuracy', ({ pixelAccuracy }) => pixelAccuracy],
    ['mean accuracy', ({ meanAccuracy }) => meanAccuracy],
    ['mean IoU', ({ meanIoU }) => meanIoU],
    ['freq. weighted IoU', ({ frequencyWeightedIoU }) => frequencyWeightedIoU],
    ['mean Dice', ({ meanDice }) => meanDice],
    ...before.bands.map(({ width }, index): (typeof rows)[number] => [
      `mean IoU within ${width} px`,
      ({ bands }) => bands[index].meanIoU,
    ]),
    ...before.boundaries.map(({ tolerance }, index): (typeof rows)[number] => [
      `boundary F at ${tolerance}`,
      ({ boundaries }) => boundaries[index].f,
    ]),
  ];
  const table = rows.map(([name, of]) => {
    const [first, second] = [of(before), after ? of(after) : null];
    const gain = first === null || second === null ? '' : signed(second - first).padStart(10);
    return `${name.padEnd(24)}${format(first)}${after ? format(second) : ''}${gain}\n`;
  });
  if (instances) {
    const [first, second] = [instances.before.averagePrecision, instances.after?.averagePrecision ?? null];
    const gain = first === null || second === null ? '' : signed(second - first).padStart(10);
    table.push(`${'instance AP'.padEnd(24)}${format(first)}${after ? format(second) : ''}${gain}\n`);
  }
  const heading = `${''.padEnd(24)}${'before'.padStart(9)}${after ? `${'after'.padStart(9)}${'gain'.padStart(10)}` : ''}\n`;
  const gains = images
    ? namedLine('images', `${images.improved} improved, ${images.unchanged} unchanged, ${images.worsened} worsened`)
    : '';
  return heading + table.join('') + gains + namedLine('truth', truthInWords(report));
}

/** What truth holds, in words. */
export function truthInWords({ truth, settings }: EvaluateReport): string {
  return describeTruth(truth, settings.ignore, (label) => labelName(measuredNames(settings), label));
}

/** Says on standard error what people should hear before they trust the scores. */
export function tellNotes({ offSums }: Pick<EvaluateReport, 'offSums'>, streams: Streams): void {
  if (!offSums) return;
  const { images, first, share } = offSums;
  const which = images === 1 ? '1 image do' : `${images} images do`;
  streams.error(
    `note: the probabilities of ${which} not add up to 1, as those of ${(100 * share).toPrecision(3)} % of the pixels of ${first}\n`,
  );
}

export function signed(value: number): string {
  return `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(4)}`;
}

function format(value: number | null): string {
  return (value === null ? '-' : value.toFixed(4)).padStart(9);
}
