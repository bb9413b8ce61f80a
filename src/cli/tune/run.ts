// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  checkTuneOptions,
  searchParameters,
  type TuneProgress,
  type TuneResult,
  type TuneSearchOptions,
  type TuneSpace,
  type TuneTrial,
  tryParameters,
} from '../../analysis/index.js';
import { writeAtomically } from '../batch/atomic-file.js';
import { byCodeUnits } from '../batch/items.js';
import type { JournalSettings } from '../batch/journal.js';
import { Progress } from '../batch/progress.js';
import { labelNumbers } from '../evaluate/comparison.js';
import { ComputeHost } from '../evaluate/compute-host.js';
import { csvLine } from '../evaluate/csv.js';
import { DataSet } from '../evaluate/data-set.js';
import { NetworkPredictor } from '../evaluate/network-predictor.js';
import { failedItems, signed, tellNotes } from '../evaluate/report-text.js';
import { checkTruth, refuseTruth } from '../evaluate/truth-check.js';
import { type TruthSummary, TruthTally } from '../evaluate/truth-tally.js';
import { about, Failure, messageOf, UsageError } from '../failure.js';
import { makeFolder } from '../files/folder.js';
import { jsonLines, parseJson } from '../files/json.js';
import { namedLine } from '../plain-text.js';
import { type Streams, warn } from '../streams.js';
import { ExampleSource } from './example-source.js';
import { describeObjective, type TuneCommandOptions, type TuneRequest } from './options.js';
import { type TuneReport, truthInWords } from './report.js';
import { tuneHtml } from './report-html.js';

/** Of a network's predictions: the search asks for each many times over. */
const KEPT_BYTES = 256e6;

const phases: Readonly<Record<TuneProgress['phase'], string>> = {
  baseline: 'without a CRF',
  search: 'searching',
  validation: 'cross-validating',
  curves: 'response curves',
};

/** Searches, and writes what it found. */
export async function runTune(
  { predictions, truth, options }: TuneRequest,
  streams: Streams,
  version: string,
): Promise<void> {
  const space = await readSpace(options.space);
  const computeHost = new ComputeHost(options.backend, streams);
  const network = await NetworkPredictor.find(options, computeHost, streams);
  const predictor = network && { network, keptBytes: KEPT_BYTES };
  const dataSet = await DataSet.open(predictions, truth, options, predictor);
  const items = chooseItems(dataSet.items, options);
  checkSearch(space, options, dataSet.hasPhotographs);
  const also = options.also && (await DataSet.open(options.also, truth, options, predictor));
  const settings = await settingsOf(dataSet, items, options, version);
  await checkTruth(dataSet, items);
  if (also) await checkTruth(also, also.items);
  const journals = path.join(options.out, 'journal');
  await makeFolder(journals);

  const counter = {
    labelCount: await dataSet.labelCount(),
    ignore: dataSet.truths.ignored,
    objective: options.objective,
    ...(settings.countAs ? { countAs: settings.countAs as number[] } : undefined),
  };
  const open = (of: DataSet, file: string, under: JournalSettings) =>
    ExampleSource.open(of, computeHost, counter, path.join(journals, file), under, (text) => warn(streams, text));
  const source = await open(dataSet, 'tune.jsonl', settings);
  const alsoSource = also && (await open(also, 'also.jsonl', await settingsOf(also, also.items, options, version)));
  let alsoFailed = 0;
  try {
    await computeHost.start();
    await dataSet.start();
    const failed = await checkAll(source, items, options, streams);
    if (source.exampleCount < 2) {
      throw new Failure(
        `${options.out}: ${source.exampleCount} examples can be used, expected at least 2: what is found on one has to be tried on another`,
      );
    }
    if (alsoSource && also) {
      alsoFailed = await checkAll(alsoSource, also.items, options, streams);
      if (alsoSource.exampleCount === 0) throw new Failure(`--also ${alsoSource.files}: no example can be used`);
    }
    const truth = truthOf(source, dataSet, counter.labelCount);
    const result = await search(source, space, options, dataSet.hasPhotographs, streams);
    const report: TuneReport = {
      settings,
      examples: source.items,
      failed,
      truth,
      offSums: source.offSums,
      ...result,
      also: alsoSource ? await tryOn(alsoSource, result, alsoFailed, options, streams) : null,
    };
    await writeFiles(options.out, report);
    tellNotes(report, streams);
    streams.out(options.json ? `${JSON.stringify(report)}\n` : describe(options.out, report));
    if (failed + alsoFailed > 0) throw failedItems(failed + alsoFailed);
  } finally {
    await source.close();
    await alsoSource?.close();
    await dataSet.close();
    await computeHost.close();
  }
}

/** What truth holds, of the examples that can be used. Throws Failure where nothing can be measured against it. */
function truthOf(source: ExampleSource, { truths, settings }: DataSet, labelCount: number): TruthSummary {
  const tally = new TruthTally(truths.codes(labelCount));
  source.tallyTruth(tally);
  refuseTruth(tally, truths.isIgnoreSaid, String(settings.truth));
  return tally.summary();
}

/** Returns how many examples had to be left out. */
async function checkAll(
  source: ExampleSource,
  items: readonly string[],
  { strict }: TuneCommandOptions,
  streams: Streams,
): Promise<number> {
  const progress = new Progress(streams, items.length, 0, 'examples');
  try {
    return await source.check(items, strict === true, progress);
  } finally {
    progress.stop();
  }
}

/** Before anything is read: what the search itself would find after hours of reading. */
function checkSearch(space: TuneSpace, options: TuneCommandOptions, hasImages: boolean): void {
  try {
    checkTuneOptions(searchOptionsOf(space, options), hasImages);
  } catch (error) {
    throw blamed(error, options);
  }
}

function searchOptionsOf(space: TuneSpace, options: TuneCommandOptions): TuneSearchOptions {
  const { objective, candidates, folds, confidenceLevel: confidence, seed } = options;
  return { space, objective, ...defined({ candidates, folds, confidence, seed }) };
}

async function search(
  source: ExampleSource,
  space: TuneSpace,
  options: TuneCommandOptions,
  hasImages: boolean,
  streams: Streams,
): Promise<TuneResult> {
  const progress = new Progress(streams, 1, 0, 'refinements');
  const searchOptions: TuneSearchOptions = {
    ...searchOptionsOf(space, options),
    onProgress: ({ phase, done, total }) => progress.update(done, total, phases[phase]),
  };
  try {
    return await searchParameters(source, searchOptions, hasImages);
  } catch (error) {
    throw blamed(error, options);
  } finally {
    progress.stop();
  }
}

/** What was found, on examples that it was not looked for on. */
async function tryOn(
  source: ExampleSource,
  { best }: TuneResult,
  failed: number,
  options: TuneCommandOptions,
  streams: Streams,
): Promise<TuneReport['also']> {
  streams.status('trying the best parameters on the examples of --also');
  const { objective, confidenceLevel: confidence, seed } = options;
  try {
    const trial = await tryParameters(source, best.parameters, { objective, ...defined({ confidence, seed }) });
    return { ...trial, files: source.files, examples: source.items, failed };
  } finally {
    streams.status('');
  }
}

/** What the user wrote into the space's file is the file's. */
function blamed(error: unknown, { space }: TuneCommandOptions): unknown {
  if (!(error instanceof Error) || error.name !== 'ArgumentError') return error;
  return new Failure(space === undefined ? messageOf(error) : `${space}: ${messageOf(error).replace(/^space\./, '')}`);
}

function defined<Values extends object>(values: Values): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Values]?: Exclude<Values[Key], undefined> };
}

async function readSpace(file: string | undefined): Promise<TuneSpace> {
  if (file === undefined) return {};
  // Still unchecked: the search looks at each key and value and trusts no type.
  return await about(file, async () => parseJson(await readFile(file, 'utf8')) as TuneSpace);
}

/** A subset by the hashes of seed and name: more examples add to it, and no other item's name matters. */
function chooseItems(items: readonly string[], { examples, seed = 1 }: TuneCommandOptions): string[] {
  if (examples === undefined || examples === items.length) return [...items];
  if (examples > items.length) {
    throw new UsageError(`--examples: got ${examples}, but there are ${items.length} predictions`);
  }
  const rank = (item: string) => createHash('sha256').update(`${seed} ${item}`).digest('hex');
  const shuffled = items.map((item) => ({ item, at: rank(item) })).sort((a, b) => byCodeUnits(a.at, b.at));
  const chosen = shuffled.slice(0, examples).map(({ item }) => item);
  return chosen.sort(byCodeUnits);
}

async function settingsOf(
  dataSet: DataSet,
  items: readonly string[],
  options: TuneCommandOptions,
  version: string,
): Promise<JournalSettings> {
  const labelCount = await dataSet.labelCount();
  const { foreground } = options;
  const chosen = foreground && labelNumbers('--foreground', foreground, dataSet.names, labelCount);
  // The space, its candidates and the seed change what is asked, not the answers: another search may use them again.
  return {
    command: 'tune',
    version,
    ...dataSet.settings,
    labelCount,
    ...(chosen
      ? { countAs: Array.from({ length: labelCount }, (_, label) => (chosen.includes(label) ? 1 : 0)) }
      : undefined),
    backend: options.backend,
    objective: options.objective,
    examples: items.length,
  };
}

async function writeFiles(out: string, report: TuneReport): Promise<void> {
  const write = (name: string, pieces: Iterable<string>) => writeAtomically(path.join(out, name), pieces);
  const json = (value: unknown) => [jsonLines(value)];
  const note = `${report.reason} Tuned by meanfield ${report.settings.version} for ${describeObjective(report.objective)}.`;
  await write('curves.csv', curveLines(report));
  await write('report.html', [tuneHtml(report)]);
  await write('report.json', json(report));
  await write('best.json', json(report.best.parameters));
  await write('crf.json', json({ note, ...report.parameters }));
}

function* curveLines({ curves }: TuneReport): Generator<string> {
  yield csvLine(['parameter', 'value', 'score', 'best']);
  for (const { parameter, points, best } of curves) {
    for (const { value, score } of points) yield csvLine([parameter, value, score, value === best ? 1 : 0]);
  }
}

/** One sentence. */
function describeAlso({ exampleCount, baseline, score, gain, confidence, interval }: TuneTrial): string {
  const level = `${Number((100 * confidence).toPrecision(4))} %`;
  const [low, high] = interval.map(signed);
  return `${exampleCount} examples of --also: ${baseline.toFixed(4)} without, ${score.toFixed(4)} with the best, ${signed(gain)} (${level}: ${low} to ${high})`;
}

function describe(out: string, report: TuneReport): string {
  const { baseline, best, crossValidation, objective, also } = report;
  return [
    namedLine('objective', describeObjective(objective)),
    namedLine('examples', `${report.exampleCount}, ${report.refinements} refinements`),
    namedLine('truth', truthInWords(report)),
    namedLine('no CRF', baseline.toFixed(4)),
    namedLine(
      'tuned',
      `${(baseline + crossValidation.gain).toFixed(4)}, cross-validated (${best.score.toFixed(4)} on the examples themselves)`,
    ),
    namedLine('best', JSON.stringify(best.parameters)),
    namedLine('verdict', report.reason),
    ...(also ? [namedLine('also', describeAlso(also))] : []),
    namedLine('wrote', `${path.join(out, 'crf.json')}  for --options`),
  ].join('');
}
