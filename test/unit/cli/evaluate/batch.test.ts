// SPDX-License-Identifier: MIT

import { appendFile, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { fileStamp, writeAtomically } from '../../../../src/cli/batch/atomic-file.js';
import { listItems } from '../../../../src/cli/batch/items.js';
import { Journal, type JournalSettings, readJournal } from '../../../../src/cli/batch/journal.js';
import { Progress } from '../../../../src/cli/batch/progress.js';
import { chooseShard, itemsOfShard, shardOption } from '../../../../src/cli/batch/shard.js';
import { temporaryFolder } from '../../../support/command-line.js';

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

/** Opens a journal that nothing is wrong with. */
function openJournal(file: string, settings: JournalSettings, visit: (entry: Entry) => void = () => undefined) {
  return Journal.open<Entry>(file, settings, visit, (text) => expect.fail(text));
}

describe('journal', () => {
  test('what was appended is there after opening it again', async () => {
    const file = (await temporaryFolder()).file('j.jsonl');
    const journal = await openJournal(file, { task: 't' }, () => expect.unreachable());
    await journal.append({ item: 'a', value: 1 });
    await journal.append({ item: 'b' }, { item: 'c' });
    await journal.close();
    const seen: string[] = [];
    await (await openJournal(file, { task: 't' }, ({ item }) => void seen.push(item))).close();
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  test('torn at any byte it loses at most its last entry, and goes on', async () => {
    const folder = await temporaryFolder();
    const whole = folder.file('whole.jsonl');
    const journal = await openJournal(whole, { task: 't' });
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
      const again = await openJournal(file, { task: 't' });
      await again.append({ item: 'new' });
      await again.close();
      expect(await read(file)).toEqual([...complete, { item: 'new' }]);
      expect(complete.length).toBe(ends.filter((end) => length >= end).length);
    }
  });

  test('with a single bit flipped, wherever, it is refused, or loses what the damaged lines said, and says which', async () => {
    const file = (await temporaryFolder()).file('j.jsonl');
    const journal = await openJournal(file, { task: 't' });
    // A name that a reader of lines might take for two.
    const entries = [{ item: 'a\u2028\u0085b', value: 1 }, { item: 'b' }, { item: 'c', value: -0.5 }];
    for (const entry of entries) await journal.append(entry);
    await journal.close();
    expect(await read(file)).toEqual(entries);
    const bytes = await readFile(file);
    const begin = bytes.indexOf('\n');
    // Every third bit: all eight of a byte in their turn, and nearly every byte.
    for (let bit = 0; bit < 8 * bytes.length; bit += 3) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] ^= 1 << (bit & 7);
      await writeFile(file, flipped);
      const found: Entry[] = [];
      const { damagedLines, lastEnd } = await readJournal<Entry>(file, (entry) => void found.push(entry)).catch(
        (error: unknown) => {
          expect(String(error)).toMatch(/^Failure: line 1 is damaged, .* begin anew$/);
          expect(bit >> 3).toBeLessThanOrEqual(begin);
          return { damagedLines: [1], lastEnd: '' };
        },
      );
      expect(entries).toEqual(expect.arrayContaining(found));
      // The very last byte is the end of a line that lacks nothing else; in its place there is now something that was never written.
      expect(damagedLines.length > 0 || lastEnd !== '', `bit ${bit}`).toBe(true);
      expect(found.length).toBeLessThan(entries.length);
    }
  });

  test('lines of another journal are not believed', async () => {
    const folder = await temporaryFolder();
    const [one, other] = [folder.file('one.jsonl'), folder.file('other.jsonl')];
    for (const [file, task] of [
      [one, 's'],
      [other, 't'],
    ] as const) {
      const journal = await openJournal(file, { task });
      await journal.append({ item: 'a' });
      await journal.close();
    }
    await appendFile(one, await readFile(other));
    const warnings: string[] = [];
    const seen: Entry[] = [];
    const visit = (entry: Entry) => void seen.push(entry);
    await (await Journal.open<Entry>(one, { task: 's' }, visit, (text) => void warnings.push(text))).close();
    expect(seen).toEqual([{ item: 'a' }]);
    expect(warnings).toEqual([
      `${one}: lines 3, 4 are damaged and not believed; what no other line says is done again`,
    ]);
  });

  test('other settings are named', async () => {
    const file = (await temporaryFolder()).file('j.jsonl');
    await (await openJournal(file, { task: 't', ignore: 255 })).close();
    const open = (settings: object) => openJournal(file, { ...settings });
    await expect(open({ task: 't', ignore: 0 })).rejects.toThrow(
      'it was begun with ignore 255, now it is 0; take another',
    );
    await expect(open({ task: 't' })).rejects.toThrow('it was begun with ignore 255, now it is not set');
    await expect(open({ task: 't', ignore: 255, more: 1 })).rejects.toThrow('begun with more not set, now it is 1');
  });

  test('a file of another kind is refused', async () => {
    const file = (await temporaryFolder()).file('j.jsonl');
    await writeFile(file, 'hello\n');
    await expect(read(file)).rejects.toThrow(
      'line 1 is damaged, or this is not a journal of this program; take another',
    );
    await writeFile(file, '{"command":"evaluate","version":"0.0.9"}\n{"item":"a"}\n');
    await expect(read(file)).rejects.toThrow('a journal without checksums: an older version wrote it; take another');
    await writeFile(file, '');
    await expect(read(file)).rejects.toThrow('not a journal of this program: it is empty');
  });

  test('a full disk is named, and the next line begins anew', async () => {
    const file = (await temporaryFolder()).file('j.jsonl');
    const journal = await openJournal(file, { task: 't' });
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
  progress.update(3, 4, 'd\u001b[2J\nd');
  progress.stop();
  const text = written.join('');
  expect(text).toContain('1/4 images');
  expect(text).toMatch(/3\/4 images \| \d+s \| \S+ left \| d\\u001b\[2J\\u000ad/);
  expect(text).not.toMatch(/NaN|Infinity/);
  expect(errors).toEqual(['warning: c.npy: no such file\n']);
  // Where nobody watches nothing is written.
  const { terminal, ...silent } = streams;
  new Progress(silent, 4, 0, 'images').advance('a');
});
