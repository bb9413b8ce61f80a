// SPDX-License-Identifier: MIT

import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { type Folder, meanfield, temporaryFolder } from '../../../support/command-line.js';
import { drawnExample, storeExamples } from '../../../support/data-set.js';
import { dataSet, evaluate, finalFiles, reportFiles } from '../../../support/evaluate.js';

const journalOf = (folder: Folder, out: string) => folder.file(`${out}/journal/1-of-1.jsonl`);

/** Many more images than the report has pictures of: on the way through them others are among the first than in the end. */
async function manyImages(): Promise<Folder> {
  const folder = await temporaryFolder();
  const names = Array.from({ length: 30 }, (_, index) => `image ${index}`);
  await storeExamples(folder, Object.fromEntries(names.map((name, index) => [name, drawnExample(index, 10, 9, 3)])));
  await writeFile(
    folder.file('crf.json'),
    JSON.stringify({ kernels: [{ type: 'gaussian', sigmaXY: 2, compatibility: 2 }], iterations: 2 }),
  );
  return folder;
}

test('a finished run measures nothing again', async () => {
  const folder = await manyImages();
  const first = await evaluate(folder, 'out');
  expect(first.out).toMatch(/^measured {3}30 images in /);
  const whole = await reportFiles(folder, 'out');
  const [journal, pictures] = [
    await readFile(journalOf(folder, 'out')),
    await readdir(folder.file('out/pictures/1-of-1')),
  ];
  expect(pictures.length).toBeGreaterThan(8);
  for (let time = 0; time < 2; time++) {
    expect((await evaluate(folder, 'out')).out).toMatch(/^measured {3}0 images, 30 taken from the journal in /);
    expect(await reportFiles(folder, 'out')).toEqual(whole);
  }
  expect(await readFile(journalOf(folder, 'out'))).toEqual(journal);
  expect(await readdir(folder.file('out/pictures/1-of-1'))).toEqual(pictures);
});

test('what lacks only its picture is measured again, and what comes into a list when others leave it', async () => {
  const folder = await manyImages();
  await evaluate(folder, 'out');
  const whole = await reportFiles(folder, 'out');
  const [picture] = await readdir(folder.file('out/pictures/1-of-1'));
  await rm(folder.file(`out/pictures/1-of-1/${picture}`));
  expect((await evaluate(folder, 'out')).out).toMatch(/^measured {3}1 images, 29 taken from the journal in /);
  expect(await reportFiles(folder, 'out')).toEqual(whole);

  // The worst is gone: the fifth worst has no picture yet.
  const [worst] = JSON.parse(whole['report.json']).rankings.worst;
  await rm(folder.file(`truth/${worst.item}.png`));
  const { out, exitCode } = await evaluate(folder, 'out');
  expect(exitCode).toBe(1);
  expect(out).toMatch(/^measured {3}[1-4] images, 2[5-8] taken from the journal, 1 failed in /);
  await evaluate(folder, 'anew');
  const withoutPlace = async (name: string) => (await reportFiles(folder, name))['report.html'];
  expect(await withoutPlace('out')).toBe(await withoutPlace('anew'));
});

test('a flipped bit gives the same report, or one clear error', async () => {
  const folder = await dataSet();
  await evaluate(folder, 'out');
  const whole = await reportFiles(folder, 'out');
  const journal = journalOf(folder, 'out');
  const bytes = await readFile(journal);
  const begin = bytes.indexOf('\n');
  const samples = 16;
  let [refused, mended] = [0, 0];
  for (let sample = 0; sample < samples; sample++) {
    // Evenly over the file, each of the eight bits in its turn.
    const byte = Math.floor((sample * bytes.length) / samples);
    const flipped = Buffer.from(bytes);
    flipped[byte] ^= 1 << (sample % 8);
    await writeFile(journal, flipped);
    for (const name of finalFiles) await rm(folder.file(`out/${name}`), { force: true });
    const { exitCode, out, error } = await evaluate(folder, 'out');
    if (byte <= begin) {
      refused++;
      expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
      expect(error).toMatch(/^error: .*1-of-1\.jsonl: line 1 is damaged, .*\n$/);
      continue;
    }
    mended++;
    const line = bytes.subarray(0, byte).toString('latin1').split('\n').length;
    expect(error).toBe(
      `warning: ${journal}: line ${line} is damaged and not believed; what no other line says is done again\n`,
    );
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/^measured {3}1 images, 5 taken from/),
    });
    expect(await reportFiles(folder, 'out')).toEqual(whole);
  }
  expect(refused).toBeGreaterThan(0);
  expect(mended).toBeGreaterThan(10);
});

test('merge says which lines of which journal are damaged', async () => {
  const folder = await dataSet();
  for (const part of ['1/2', '2/2']) await evaluate(folder, 'parts', '--shard', part);
  const file = folder.file('parts/journal/2-of-2.jsonl');
  const bytes = await readFile(file);
  bytes[bytes.lastIndexOf('\n', bytes.length - 2) + 60] ^= 4;
  await writeFile(file, bytes);
  const { exitCode, out, error } = await meanfield('merge', folder.file('parts'), '--out', folder.file('merged'));
  expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
  expect(error).toMatch(
    /^error: 1 of 6 items are not measured yet: .*2-of-2\.jsonl: line 4 is damaged and not believed/,
  );
  expect((await evaluate(folder, 'parts', '--shard', '2/2')).out).toContain('measured   1 images, 2 taken from');
  expect((await meanfield('merge', folder.file('parts'), '--out', folder.file('merged'))).exitCode).toBe(0);
});

test('a journal of an older version is refused with a way out', async () => {
  const folder = await dataSet();
  await evaluate(folder, 'out');
  const { settings } = JSON.parse((await reportFiles(folder, 'out'))['report.json']);
  await writeFile(journalOf(folder, 'out'), `${JSON.stringify(settings)}\n{"item":"a","before":3}\n`);
  for (const command of [
    () => evaluate(folder, 'out'),
    () => meanfield('merge', folder.file('out'), '--out', folder.file('m')),
  ]) {
    const { exitCode, error } = await command();
    expect(exitCode).toBe(1);
    expect(error).toMatch(
      /^error: .*1-of-1\.jsonl: a journal without checksums: an older version wrote it; take another folder, or remove this file to begin anew\n$/,
    );
  }
});
