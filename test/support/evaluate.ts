// SPDX-License-Identifier: MIT

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { expect } from 'vitest';
import type { EvaluateReport } from '../../src/cli/evaluate/report.js';
import type { CrfParameters } from '../../src/index.js';
import { type Folder, meanfield, temporaryFolder } from './command-line.js';
import { type DrawnExample, drawnExample, storeExamples } from './data-set.js';

export const labelCount = 4;
export const parameters: CrfParameters = {
  kernels: [
    { type: 'gaussian', sigmaXY: 1.5, compatibility: 1 },
    { type: 'bilateral', sigmaXY: 12, sigmaRGB: 15, compatibility: 4 },
  ],
  iterations: 3,
};

/** Names that a page, a CSV file or a shell might stumble over. */
export const names = ['b', 'a', 'val/<script>alert(1)<', 'val/=1+2, "x"', 'ünï', 'val/c'];

export const examples: Readonly<Record<string, DrawnExample>> = Object.fromEntries(
  names.map((name, index) => [
    name.replace('<script>', '<i>'),
    drawnExample(index + 1, 24, 20 + 2 * index, labelCount),
  ]),
);

export async function dataSet(): Promise<Folder> {
  const folder = await temporaryFolder();
  await storeExamples(folder, examples);
  await writeFile(folder.file('crf.json'), JSON.stringify(parameters));
  return folder;
}

export function commandLine(folder: Folder, out: string, ...more: string[]): string[] {
  const data = [folder.file('logits'), folder.file('truth'), '--form', 'logits', '--images', folder.file('photos')];
  const refinement = ['--options', folder.file('crf.json'), '--backend', 'cpu'];
  return ['evaluate', ...data, ...refinement, '--out', folder.file(out), ...more];
}

export const evaluate = (folder: Folder, out: string, ...more: string[]) =>
  meanfield(...commandLine(folder, out, ...more));

export const finalFiles = ['items.csv', 'report.html', 'report.json', 'scores.csv'];

/** The report's files as text; its folder has nothing else but journal and pictures, and no leftovers. */
export async function reportFiles(folder: Folder, out: string): Promise<Record<string, string>> {
  const found = await readdir(folder.file(out));
  expect(found.filter((name) => !['journal', 'pictures'].includes(name)).sort()).toEqual(finalFiles);
  const texts = finalFiles.map(async (name) => [name, await readFile(folder.file(`${out}/${name}`), 'utf8')]);
  return Object.fromEntries(await Promise.all(texts));
}

export async function readReport(folder: Folder, out: string): Promise<EvaluateReport> {
  return JSON.parse(await readFile(folder.file(`${out}/report.json`), 'utf8'));
}
