// SPDX-License-Identifier: MIT

import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { byCodeUnits } from '../batch/items.js';
import { about, Failure } from '../failure.js';
import { ifThere } from '../files/folder.js';
import type { Streams } from '../streams.js';
import type { IgnoreOption } from './data-set-options.js';
import { journalsFolder, picturesFolders } from './folders.js';
import { describeReport, failedItems, tellNotes } from './report-text.js';
import { writeReport } from './results.js';

/** As commander gives them. */
export interface MergeOptions {
  out: string;
  /** What the parts ignored, said again: it is no slip. */
  ignore?: IgnoreOption;
  json?: boolean;
}

/** Makes the report of all parts of an evaluation. */
export async function merge(
  folders: readonly string[],
  { out, json, ignore }: MergeOptions,
  streams: Streams,
): Promise<void> {
  const journals: string[] = [];
  const pictures: string[] = [];
  for (const folder of new Set(folders.map((given) => path.resolve(given)))) {
    const found = (await list(journalsFolder(folder))).filter((file) => file.endsWith('.jsonl'));
    if (found.length === 0) {
      throw new Failure(`${folder}: no journal of an evaluation in it, expected a folder that evaluate has written to`);
    }
    journals.push(...found);
    pictures.push(...(await list(picturesFolders(folder))));
  }
  const report = await writeReport(journals, pictures, out, ignore);
  tellNotes(report, streams);
  streams.out(json ? `${JSON.stringify(report)}\n` : describeReport(report));
  if (report.failures.length > 0) throw failedItems(report.failures.length);
}

async function list(folder: string): Promise<string[]> {
  const names = (await about(folder, () => ifThere(readdir(folder)))) ?? [];
  return names.sort(byCodeUnits).map((name) => path.join(folder, name));
}
