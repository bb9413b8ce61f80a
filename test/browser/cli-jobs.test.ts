// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { type Folder, temporaryFolder } from '../support/command-line.js';
import { commandLine, dataSet } from '../support/evaluate.js';
import { redAndBlue, storeRedAndBlue } from '../support/red-and-blue.js';
import { expectSameFor } from '../support/same-for-jobs.js';

const onGpu = ['--backend', 'webgpu'];

async function pictures(): Promise<Folder> {
  const folder = await temporaryFolder();
  const images = Object.fromEntries([1, 2, 3, 4].map((seed) => [`i${seed}`, redAndBlue(seed, 20 + 3 * seed, 24)]));
  await storeRedAndBlue(folder, images);
  return folder;
}

/** One browser computes; what is read and measured beside it must not come into another order. */
describe('--jobs on WebGPU', () => {
  test('evaluate writes and tells the same for any number', async () => {
    const folder = await dataSet();
    const damaged = folder.file('logits/b.npy');
    await writeFile(damaged, 'not an array');
    const run = (out: string, jobs: string) => [...commandLine(folder, out, ...onGpu), '--jobs', jobs];
    const { exitCode, error } = await expectSameFor(folder, run, ['1', '3']);
    expect(exitCode).toBe(1);
    expect(error).toContain(`warning: ${damaged}: `);
  });

  test('evaluate with a network, too', async () => {
    const folder = await pictures();
    const data = [folder.file('photos'), folder.file('truth'), '--model', folder.file('tiny.onnx'), ...onGpu];
    const run = (out: string, jobs: string) => ['evaluate', ...data, '--out', folder.file(out), '--jobs', jobs];
    const { exitCode, error } = await expectSameFor(folder, run, ['1', '3']);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
  });

  test('segment writes and tells the same for any number', async () => {
    const folder = await pictures();
    const damaged = folder.file('photos/i2.png');
    await writeFile(damaged, 'not a picture');
    const run = (out: string, jobs: string) => [
      ...['segment', folder.file('photos'), '--model', folder.file('tiny.onnx'), ...onGpu],
      ...['--out', folder.file(out), '--jobs', jobs],
    ];
    const { exitCode, error, files } = await expectSameFor(folder, run, ['1', '3']);
    expect(exitCode).toBe(1);
    expect(error).toContain(`warning: ${damaged}: `);
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['/i1.labels.png', '/i3.labels.png', '/i4.labels.png']));
    expect(Object.keys(files)).not.toContain('/i2.labels.png');
  });
});
