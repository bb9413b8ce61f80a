// SPDX-License-Identifier: MIT

import { appendFile, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { fileStamp, writeAtomically } from '../../src/cli/batch/atomic-file.js';
import { listItems } from '../../src/cli/batch/items.js';
import { Journal, readJournal } from '../../src/cli/batch/journal.js';
import { Progress } from '../../src/cli/batch/progress.js';
import { chooseShard, itemsOfShard, shardOption } from '../../src/cli/batch/shard.js';
import { temporaryFolder } from '../support/command-line.js';

describe('shards', () => {
  test('i/n, auto and auto/n are read, all else is refused', () => {
    for (const text of ['1/1', '3/8', 'auto', 'auto/4']) expect(shardOption(text)).toBe(text);
    for (const text of ['0/4', '5/4', '1', '1/0', 'auto/0', '1/4/2', '-1/4', ' 1/4', 'a/b']) {
      expect(() => shardOption(text)).toThrow(`--shard: got ${JSON.stringify(text)}, expected i/n`);
    }
  });

  test('without option and variables all is meant', () => {
    expect(chooseShard(undefined, {})).toEqual({ index: 0, count: 1, source: null });
    expect(chooseShard('2/3', {})).toEqual({ index: 1, count: 3, source: '--shard' });
  });

  test("Slurm's arrays may begin anywhere and have steps", () => {
    const array = { SLURM_ARRAY_TASK_ID: '14', SLURM_ARRAY_TASK_MIN: '10', SLURM_ARRAY_TASK_COUNT: '4' };
    const source = 'SLURM_ARRAY_TASK_ID';
    const stepped = { ...array, SLURM_ARRAY_TASK_STEP: '2' };
    expect(chooseShard(undefined, stepped)).toEqual({ index: 2, count: 4, source });
    expect(chooseShard('auto', stepped)).toEqual({ index: 2, count: 4, source });
    expect(() => chooseShard(undefined, array)).toThrow('SLURM_ARRAY_TASK_ID: got 14, expected one of 4 parts');
    // The option holds against the variables.
    expect(chooseShard('1/1', stepped)).toEqual({ index: 0, count: 1, source: '--shard' });
    expect(() => chooseShard(undefined, { SLURM_ARRAY_TASK_ID: '1' })).toThrow('without SLURM_ARRAY_TASK_COUNT');
    expect(() => chooseShard(undefined, { ...array, SLURM_ARRAY_TASK_ID: 'x' })).toThrow(
      'SLURM_ARRAY_TASK_ID: got "x"',
    );
  });

  test('Kubernetes says which part but not of how many', () => {
    const job = { JOB_COMPLETION_INDEX: '3' };
    expect(chooseShard('auto/8', job)).toEqual({ index: 3, count: 8, source: 'JOB_COMPLETION_INDEX' });
    expect(() => chooseShard(undefined, job)).toThrow('of how many it does not say: --shard auto/n');
    expect(() => chooseShard('auto/3', job)).toThrow('JOB_COMPLETION_INDEX: got 3, expected one of 3 parts');
    expect(() => chooseShard('auto', {})).toThrow('--shard: got "auto"');
  });

  test('parts have each item once', () => {
    const items = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const parts = [0, 1, 2].map((index) => itemsOfShard(items, { index, count: 3, source: null }));
    expect(parts).toEqual([
      ['a', 'd', 'g'],
      ['b', 'e'],
      ['c', 'f'],
    ]);
  });
});

describe('items', () => {
  test('names below a folder, sorted, other endings and hidden files left out', async () => {
    const folder = await temporaryFolder();
    await mkdir(folder.file('val/.cache'), { recursive: true });
    for (const name of ['b.npy', 'val/a.NPY', 'val/.cache/x.npy', '.y.npy', 'readme.txt', 'B.npy']) {
      await writeFile(folder.file(name), '');
    }
    const items = await listItems(folder.path, ['.npy', '.png']);
    expect([...items]).toEqual([
      ['B', folder.file('B.npy')],
      ['b', folder.file('b.npy')],
      ['val/a', folder.file('val/a.NPY')],
    ]);
    expect([...(await listItems(folder.file('b.npy'), ['.npy']))]).toEqual([['b', folder.file('b.npy')]]);
  });

  test('two files of one name, and no folder at all', async () => {
    const folder = await temporaryFolder();
    await writeFile(folder.file('a.npy'), '');
    await writeFile(folder.file('a.png'), '');
    await expect(listItems(folder.path, ['.npy', '.png'])).rejects.toThrow('a.npy and a.png have one name');
    await expect(listItems(folder.file('none'), ['.npy'])).rejects.toThrow(`${folder.file('none')}: no such file`);
  });
});

interface Entry {
  item: string;
  value?: number;
}

async function read(file: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  await readJournal<Entry>(file, (entry) => void entries.push(entry));
  return entries;
}

describe('journal', () => {
  test('what was appended is there after opening it again', async () => {
    const file = (await temporaryFolder()).file('j.jsonl');
    const journal = await Journal.open<Entry>(file, { task: 't' }, () => expect.unreachable());
    await journal.append({ item: 'a', value: 1 });
    await journal.append({ item: 'b' }, { item: 'c' });
    await journal.close();
    const seen: string[] = [];
    await (await Journal.open<Entry>(file, { task: 't' }, ({ item }) => void seen.push(item))).close();
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  test('torn at any byte it loses at most its last entry, and goes on', async () => {
    const folder = await temporaryFolder();
    const whole = folder.file('whole.jsonl');
    const journal = await Journal.open<Entry>(whole, { task: 't' }, () => undefined);
    await journal.append({ item: 'a', value: 1 }, { item: 'b', value: 2 });
    await journal.close();
    const bytes = await readFile(whole);
    const header = bytes.indexOf('\n') + 1;
    // A line that lacks nothing but its end is as good as whole.
    const ends = [bytes.indexOf('\n', header), bytes.length - 1];
    const file = folder.file('torn.jsonl');
    for (let length = header; length < bytes.length; length++) {
      await writeFile(file, bytes.subarray(0, length));
      const complete = await read(file);
      const again = await Journal.open<Entry>(file, { task: 't' }, () => undefined);
      await again.append({ item: 'new' });
      await again.close();
      expect(await read(file)).toEqual([...complete, { item: 'new' }]);
      expect(complete.length).toBe(ends.filter((end) => length >= end).length);
    }
  });

  test('other settings are named', async () => {
    const file = (await temporaryFolder()).file('j.jsonl');
    await (await Journal.open<Entry>(file, { task: 't', ignore: 255 }, () => undefined)).close();
    const open = (settings: object) => Journal.open<Entry>(file, { ...settings }, () => undefined);
    await expect(open({ task: 't', ignore: 0 })).rejects.toThrow(
      'it was begun with ignore 255, now it is 0; take another',
    );
    await expect(open({ task: 't' })).rejects.toThrow('it was begun with ignore 255, now it is not set');
    await expect(open({ task: 't', ignore: 255, more: 1 })).rejects.toThrow('begun with more not set, now it is 1');
  });

  test('a file of another kind is refused', async () => {
    const file = (await temporaryFolder()).file('j.jsonl');
    await writeFile(file, 'hello\n');
    await expect(read(file)).rejects.toThrow('not a journal');
    await writeFile(file, '');
    await expect(read(file)).rejects.toThrow('not a journal of this program: it is empty');
  });

  test('a full disk is named, and the next line begins anew', async () => {
    const file = (await temporaryFolder()).file('j.jsonl');
    const journal = await Journal.open<Entry>(file, { task: 't' }, () => undefined);
    const handle = await open(file);
    const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
    const write = vi.spyOn(Object.getPrototypeOf(handle), 'appendFile').mockRejectedValue(full);
    await handle.close();
    await expect(journal.append({ item: 'a' })).rejects.toThrow(`${file}: no space left on the device`);
    write.mockRestore();
    await appendFile(file, '{"item":"a","va');
    await journal.append({ item: 'b' });
    await journal.close();
    expect(await read(file)).toEqual([{ item: 'b' }]);
  });
});

test('a file written atomically is whole or as it was', async () => {
  const folder = await temporaryFolder();
  const file = folder.file('report.txt');
  await writeAtomically(file, ['old']);
  const stamp = await fileStamp(file);
  const failing = async function* () {
    yield 'half';
    throw new Error('no more');
  };
  await expect(writeAtomically(file, failing())).rejects.toThrow(`${file}: no more`);
  expect(await readFile(file, 'utf8')).toBe('old');
  expect(await fileStamp(file)).toBe(stamp);
  expect(await folder.list()).toEqual(['report.txt']);
  await writeAtomically(file, ['new', Uint8Array.of(33)]);
  expect(await readFile(file, 'utf8')).toBe('new!');
});

test('progress in a log file is a line now and then, with how much is done and the time that is left', async () => {
  const written: string[] = [];
  const stream = new Writable({
    write(piece, _encoding, done) {
      written.push(String(piece));
      done();
    },
  });
  const errors: string[] = [];
  const streams = {
    out: () => undefined,
    error: (text: string) => void errors.push(text),
    status: () => undefined,
    terminal: stream as unknown as NodeJS.WriteStream,
  };
  const progress = new Progress(streams, 4, 1, 'images');
  progress.advance('b');
  progress.warn('c.npy: no such file');
  progress.update(3, 4, 'd');
  progress.stop();
  const text = written.join('');
  expect(text).toContain('1/4 images');
  expect(text).toMatch(/3\/4 images \| \d+s \| \S+ left \| d/);
  expect(text).not.toMatch(/NaN|Infinity/);
  expect(errors).toEqual(['warning: c.npy: no such file\n']);
  // Where nobody watches nothing is written.
  const { terminal, ...silent } = streams;
  new Progress(silent, 4, 0, 'images').advance('a');
});
