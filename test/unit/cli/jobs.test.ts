// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { inOrder } from '../../../src/cli/batch/in-order.js';
import { chooseJobs } from '../../../src/cli/batch/jobs.js';
import { meanfield, temporaryFolder } from '../../support/command-line.js';
import { commandLine, dataSet } from '../../support/evaluate.js';
import { redAndBlue, storeRedAndBlue } from '../../support/red-and-blue.js';
import { expectSameFor, filesBelow } from '../../support/same-for-jobs.js';

/** Resolves when it is told to. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Lets everything that can go on do so. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('several at once', () => {
  test.each([1, 2, 3, 8])('results are taken in the order of the items, with %i lanes', async (lanes) => {
    const items = [0, 1, 2, 3, 4, 5, 6];
    const gates = items.map(gate);
    const taken: string[] = [];
    let most = 0;
    let now = 0;
    const end = inOrder(
      items,
      lanes,
      async (item) => {
        most = Math.max(most, ++now);
        await gates[item].opened;
        now--;
        return item * item;
      },
      async (result, item) => void taken.push(`${item}: ${result}`),
    );
    for (const { open } of [...gates].reverse()) {
      await settle();
      open();
    }
    await end;
    expect(taken).toEqual(items.map((item) => `${item}: ${item * item}`));
    expect(most).toBe(Math.min(lanes, items.length));
  });

  test('a slow one holds the others back after two rounds', async () => {
    const slow = gate();
    const begun: number[] = [];
    const items = Array.from({ length: 20 }, (_, item) => item);
    const work = async (item: number) => {
      begun.push(item);
      if (item === 0) await slow.opened;
    };
    const end = inOrder(items, 3, work, async () => undefined);
    for (let turn = 0; turn < 50; turn++) await settle();
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    slow.open();
    await end;
    expect(begun).toEqual(items);
  });

  test('what fails is told in its turn, and ends the work', async () => {
    const [slow, never] = [gate(), gate()];
    const taken: number[] = [];
    const begun: number[] = [];
    const work = async (item: number) => {
      begun.push(item);
      if (item === 0) await slow.opened;
      if (item === 1) throw new Error('of item 1');
      if (item === 2) await never.opened;
      return item;
    };
    const end = inOrder([0, 1, 2, 3, 4, 5, 6, 7, 8], 3, work, async (item) => void taken.push(item));
    end.catch(() => undefined);
    for (let turn = 0; turn < 20; turn++) await settle();
    expect(taken).toEqual([]);
    slow.open();
    await expect(end).rejects.toThrow('of item 1');
    expect(taken).toEqual([0]);
    const before = begun.length;
    never.open();
    for (let turn = 0; turn < 20; turn++) await settle();
    expect(begun.length).toBe(before);
  });

  test('what the taker throws ends the work', async () => {
    const take = async (item: number) => {
      if (item === 1) throw new Error('the disk is full');
    };
    await expect(inOrder([0, 1, 2, 3], 2, async (item) => item, take)).rejects.toThrow('the disk is full');
    await inOrder([], 2, async (item) => item, take);
  });
});

describe('how many', () => {
  const machine = { cores: 8, freeMemory: 8e9 };
  const demand = { images: 100, pixels: 512 * 512, labelCount: 21, bytes: 400e6 };

  test('as many as cores, memory, images and the work allow', () => {
    expect(chooseJobs(undefined, demand, machine)).toBe(8);
    expect(chooseJobs(undefined, demand, { ...machine, freeMemory: 2e9 })).toBe(2);
    expect(chooseJobs(undefined, demand, { ...machine, freeMemory: 0 })).toBe(1);
    expect(chooseJobs(undefined, { ...demand, images: 3 }, machine)).toBe(3);
    expect(chooseJobs(undefined, { ...demand, pixels: 64 * 64 }, machine)).toBe(2);
    expect(chooseJobs(undefined, { ...demand, pixels: 0, bytes: 0 }, machine)).toBe(1);
    expect(chooseJobs(undefined, demand, { cores: 1000, freeMemory: 1e12 })).toBe(64);
  });

  test('what was asked for, but no more than there are images', () => {
    expect(chooseJobs(20, demand, { cores: 1, freeMemory: 0 })).toBe(20);
    expect(chooseJobs(20, { ...demand, images: 3 }, machine)).toBe(3);
    expect(chooseJobs(1, demand, machine)).toBe(1);
  });

  test.each(['0', '65', '1.5', 'all', ''])('--jobs %j is refused', async (count) => {
    const { exitCode, error } = await meanfield('evaluate', 'a', 'b', '--out', 'c', '--jobs', count);
    expect({ exitCode, error }).toEqual({
      exitCode: 2,
      error: `error: --jobs: got ${JSON.stringify(count)}, expected a whole number in 1..64\n`,
    });
  });
});

describe('evaluate --jobs', () => {
  test('journal, report and pictures are the same bytes, and so is what is told of images that fail', async () => {
    const folder = await dataSet();
    const damaged = folder.file('logits/b.npy');
    await writeFile(damaged, 'not an array');
    const run = (out: string, jobs: string) => [...commandLine(folder, out), '--jobs', jobs];
    const { exitCode, error } = await expectSameFor(folder, run, ['1', '2']);
    expect(exitCode).toBe(1);
    expect(error).toContain(`warning: ${damaged}: `);
  });

  test('a network in each thread predicts the same', async () => {
    const folder = await temporaryFolder();
    const images = Object.fromEntries([1, 2, 3, 4].map((seed) => [`i${seed}`, redAndBlue(seed, 20 + 3 * seed, 24)]));
    await storeRedAndBlue(folder, images);
    const data = [folder.file('photos'), folder.file('truth'), '--model', folder.file('tiny.onnx'), '--backend', 'cpu'];
    const run = (out: string, jobs: string) => ['evaluate', ...data, '--out', folder.file(out), '--jobs', jobs];
    const { exitCode, error } = await expectSameFor(folder, run, ['1', '2']);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
  });

  test('a run that --strict stops has done the same items, and goes on with another number', async () => {
    const folder = await dataSet();
    const file = folder.file('logits/val/c.npy');
    const whole = await readFile(file);
    await writeFile(file, 'not an array');
    const run = (out: string, jobs: string) => [...commandLine(folder, out), '--strict', '--jobs', jobs];
    const stopped = async (jobs: string) => {
      const { exitCode, error } = await meanfield(...run(`strict-${jobs}`, jobs));
      return { exitCode, error, journal: await filesBelow(folder.file(`strict-${jobs}/journal`)) };
    };
    const [one, two] = [await stopped('1'), await stopped('2')];
    expect(two).toEqual(one);
    expect(one.exitCode).toBe(1);
    expect(Object.keys(one.journal)).toEqual(['/1-of-1.jsonl']);
    await writeFile(file, whole);
    const resumed = await meanfield(...run('strict-2', '2'), '--json');
    expect(resumed.exitCode).toBe(0);
    expect(JSON.parse(resumed.out).run).toMatchObject({ jobs: 2 });
  });
});

describe('segment --jobs', () => {
  test('pictures and journal are the same bytes, and so is what is told of pictures that fail', async () => {
    const folder = await temporaryFolder();
    const images = Object.fromEntries([1, 2, 3, 4].map((seed) => [`i${seed}`, redAndBlue(seed, 20 + 3 * seed, 24)]));
    await storeRedAndBlue(folder, images);
    const damaged = folder.file('photos/i2.png');
    await writeFile(damaged, 'not a picture');
    const network = ['--model', folder.file('tiny.onnx'), '--backend', 'cpu'];
    const run = (out: string, jobs: string) => [
      ...['segment', folder.file('photos'), ...network, '--out', folder.file(out), '--jobs', jobs],
    ];
    const { exitCode, error, files } = await expectSameFor(folder, run, ['1', '2']);
    expect(exitCode).toBe(1);
    expect(error).toContain(`warning: ${damaged}: `);
    expect(
      Object.keys(files)
        .filter((name) => name.endsWith('.labels.png'))
        .sort(),
    ).toEqual(['i1', 'i3', 'i4'].map((name) => `/${name}.labels.png`));
  });
});
