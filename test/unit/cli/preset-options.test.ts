// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { crfPresets } from '../../../src/index.js';
import { type Folder, meanfield, temporaryFolder } from '../../support/command-line.js';
import { redAndBlue, storeRedAndBlue } from '../../support/red-and-blue.js';

/** A photo, its truth, a network, and the parameters of a preset as a file. */
async function dataSet(): Promise<Folder> {
  const folder = await temporaryFolder();
  await storeRedAndBlue(folder, { a: redAndBlue(2, 30, 40) });
  await writeFile(folder.file('crf.json'), JSON.stringify(crfPresets['deeplab-v2'].parameters));
  return folder;
}

async function run(...given: string[]): Promise<void> {
  const { exitCode, error } = await meanfield(...given);
  expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
}

/** What a command writes by the preset's name, by its parameters in a file, and without. */
async function threeWays(folder: Folder, write: (out: string, ...options: string[]) => Promise<string>) {
  const [byName, byFile, without] = [
    await write('by-name', '--options', 'deeplab-v2'),
    await write('by-file', '--options', folder.file('crf.json')),
    await write('without'),
  ];
  expect(byName).toBe(byFile);
  expect(byName).not.toBe(without);
}

test('--options of evaluate takes a preset by name', async () => {
  const folder = await dataSet();
  await threeWays(folder, async (out, ...options) => {
    const data = [folder.file('photos'), folder.file('truth'), '--model', folder.file('tiny.onnx')];
    await run('evaluate', ...data, '--backend', 'cpu', '--out', folder.file(out), ...options);
    return JSON.stringify(JSON.parse(await readFile(folder.file(`${out}/report.json`), 'utf8')).after);
  });
});

test('--options of segment takes a preset by name', async () => {
  const folder = await dataSet();
  await threeWays(folder, async (out, ...options) => {
    const network = ['--model', folder.file('tiny.onnx'), '--backend', 'cpu', '--write', 'label-map'];
    await run('segment', folder.file('photos/a.png'), ...network, '--out', folder.file(out), ...options);
    return (await readFile(folder.file(`${out}/a.labels.png`))).toString('base64');
  });
});
