// SPDX-License-Identifier: MIT

import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import { encodeFloatNpy } from '../../../../src/cli/files/npy.js';
import { meanfield } from '../../../support/command-line.js';
import {
  commandLine,
  dataSet,
  evaluate,
  examples,
  finalFiles,
  labelCount,
  reportFiles,
} from '../../../support/evaluate.js';
import { killAtRandom } from '../../../support/killed-run.js';

describe('in parts', () => {
  test('merged shards equal one run byte for byte, in one folder or several', async () => {
    const folder = await dataSet();
    await evaluate(folder, 'whole');
    const whole = await reportFiles(folder, 'whole');
    for (const part of ['1/3', '2/3']) {
      const { exitCode, out, error } = await evaluate(folder, 'shared', '--shard', part);
      expect(exitCode).toBe(0);
      expect(error).toBe(`shard ${part} (--shard): 2 of 6 items\n`);
      expect(out).toContain('when all 3 parts are done: meanfield merge');
    }
    const early = await meanfield('merge', folder.file('shared'), '--out', folder.file('merged'));
    expect(early).toEqual({
      exitCode: 1,
      out: '',
      error: 'error: 2 of 6 items are not measured yet: run the missing parts, or run those that stopped again\n',
    });
    await evaluate(folder, 'elsewhere', '--shard', '3/3');
    const folders = [folder.file('elsewhere'), folder.file('shared')];
    const { exitCode, error } = await meanfield('merge', ...folders, '--out', folder.file('merged'));
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    const merged = await reportFiles(folder, 'merged');
    for (const name of finalFiles) expect(merged[name] === whole[name], name).toBe(true);
  });

  test("a Slurm array's task does its part", async () => {
    const folder = await dataSet();
    vi.stubEnv('SLURM_ARRAY_TASK_ID', '8');
    vi.stubEnv('SLURM_ARRAY_TASK_MIN', '7');
    vi.stubEnv('SLURM_ARRAY_TASK_COUNT', '2');
    try {
      const { exitCode, error } = await evaluate(folder, 'out');
      expect({ exitCode, error }).toEqual({ exitCode: 0, error: 'shard 2/2 (SLURM_ARRAY_TASK_ID): 3 of 6 items\n' });
    } finally {
      vi.unstubAllEnvs();
    }
    expect(await readdir(folder.file('out/journal'))).toEqual(['2-of-2.jsonl']);
  });

  test('what was done under other settings is not mixed in', async () => {
    const folder = await dataSet();
    await evaluate(folder, 'out');
    const journal = folder.file('out/journal/1-of-1.jsonl');
    expect(await evaluate(folder, 'out', '--iterations', '4')).toEqual({
      exitCode: 1,
      out: '',
      error: expect.stringMatching(
        /^error: .*1-of-1.jsonl: it was begun with parameters .* take another folder, or remove/,
      ),
    });
    expect((await evaluate(folder, 'out', '--bands', '3')).error).toContain(
      `${journal}: it was begun with bandWidths [2,4,8,16], now it is [3]`,
    );
    await evaluate(folder, 'part', '--shard', '1/2', '--ignore', 'none', '--label-count', '4');
    const mixed = await meanfield('merge', folder.file('part'), folder.file('out'), '--out', folder.file('merged'));
    expect(mixed.exitCode).toBe(1);
    expect(mixed.error).toMatch(/it was begun with ignore (null|255), now it is (null|255)/);
  });
});

describe('stopped and started again', () => {
  test('after any number of journal lines, whole or torn, the files are the same', async () => {
    const folder = await dataSet();
    await evaluate(folder, 'out');
    const whole = await reportFiles(folder, 'out');
    const journal = folder.file('out/journal/1-of-1.jsonl');
    const bytes = await readFile(journal);
    const lines = bytes.toString().split('\n');
    for (const kept of [1, 3, 6]) {
      const length = Buffer.byteLength(lines.slice(0, kept).join('\n')) + 1;
      for (const torn of [0, 40]) {
        await writeFile(journal, bytes);
        await truncate(journal, Math.min(length + torn, bytes.length));
        for (const name of finalFiles) await rm(folder.file(`out/${name}`));
        const { exitCode, out, error } = await evaluate(folder, 'out');
        expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
        expect(out).toContain(kept === 1 ? 'measured   6 images in' : `${kept - 1} taken from the journal`);
        expect(await reportFiles(folder, 'out')).toEqual(whole);
      }
    }
  });

  test('a changed file is measured again', async () => {
    const folder = await dataSet();
    await evaluate(folder, 'out');
    const before = await reportFiles(folder, 'out');
    const { logits, width, height } = examples.a;
    const worse = logits.map((value) => -value);
    await writeFile(folder.file('logits/a.npy'), Buffer.concat(encodeFloatNpy(worse, [labelCount, height, width])));
    const { out } = await evaluate(folder, 'out');
    expect(out).toContain('measured   1 images, 5 taken from the journal');
    expect((await reportFiles(folder, 'out'))['items.csv']).not.toBe(before['items.csv']);
  });

  test('killed at a random moment and started again it ends with the same files', async () => {
    const folder = await dataSet();
    await evaluate(folder, 'whole');
    await killAtRandom(commandLine(folder, 'killed'), folder.file('killed/journal/1-of-1.jsonl'));
    const { exitCode, error, out } = await evaluate(folder, 'killed');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toMatch(/[1-6] taken from the journal/);
    expect(await reportFiles(folder, 'killed')).toEqual(await reportFiles(folder, 'whole'));
  });
});
