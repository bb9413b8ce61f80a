// SPDX-License-Identifier: MIT

import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import { Journal } from '../../../../src/cli/batch/journal.js';
import { encodeFloatNpy } from '../../../../src/cli/files/npy.js';
import { type Folder, meanfield } from '../../../support/command-line.js';
import { storeExamples } from '../../../support/data-set.js';
import { dataSet, evaluate, examples, readReport, reportFiles } from '../../../support/evaluate.js';
import { encodeGreyPng, encodeRgbPng } from '../../../support/png.js';

describe('files that are wrong', () => {
  /** Damages five of six items, each in its own way. */
  async function damaged(): Promise<Folder> {
    const folder = await dataSet();
    await writeFile(folder.file('truth/a.png'), encodeGreyPng(new Uint8Array(24 * 22).fill(9), 24, 22, 8));
    await writeFile(folder.file('logits/b.npy'), 'nonsense, and not a short one');
    await rm(folder.file('photos/val/c.png'));
    await writeFile(folder.file('photos/ünï.png'), encodeRgbPng(new Uint8Array(3 * 4), 2, 2));
    await rm(folder.file('truth/val/=1+2, "x".png'));
    return folder;
  }

  const reasons = (folder: Folder): Record<string, string> => ({
    a: `${folder.file('truth/a.png')}: every pixel is 9, expected labels in 0..3, or 255 for ignored; --truth-values says which values are the labels 0, 1, ...`,
    b: `${folder.file('logits/b.npy')}: not a .npy file: it does not begin with \\x93NUMPY`,
    'val/=1+2, "x"': `${folder.file('logits/val/=1+2, "x".npy')}: there is no truth of the name val/=1+2, "x"`,
    'val/c': `${folder.file('logits/val/c.npy')}: there is no image of the name val/c`,
    ünï: `${folder.file('truth/ünï.png')}: it has 24 x 28 pixels, expected 2 x 2, the image's size`,
  });

  test('are named one by one, the others are measured, and the exit code says so', async () => {
    const folder = await damaged();
    const { exitCode, error } = await evaluate(folder, 'out');
    expect(exitCode).toBe(1);
    const expected = reasons(folder);
    expect(error.trim().split('\n')).toEqual([
      ...Object.keys(expected)
        .sort()
        .map((item) => `warning: ${expected[item]}`),
      'error: 5 items could not be measured; all others are',
    ]);
    const report = await readReport(folder, 'out');
    expect(report.measured).toBe(1);
    expect(report.failures).toEqual(
      Object.keys(expected)
        .sort()
        .map((item) => ({ item, reason: expected[item] })),
    );
    expect((await reportFiles(folder, 'out'))['report.html']).toContain('<h2>Not measured</h2>');
  });

  test('in parts they come to the same report, and mended they are measured', async () => {
    const folder = await damaged();
    await evaluate(folder, 'whole');
    for (const part of ['1/2', '2/2']) expect((await evaluate(folder, 'parts', '--shard', part)).exitCode).toBe(1);
    const merged = await meanfield('merge', folder.file('parts'), '--out', folder.file('parts'));
    expect(merged.exitCode).toBe(1);
    expect(merged.error).toBe('error: 5 items could not be measured; all others are\n');
    expect(await reportFiles(folder, 'parts')).toEqual(await reportFiles(folder, 'whole'));

    await storeExamples(folder, examples);
    const { exitCode, error, out } = await evaluate(folder, 'whole');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toContain('measured   6 images in');
    await evaluate(folder, 'mended');
    expect(await reportFiles(folder, 'whole')).toEqual(await reportFiles(folder, 'mended'));
  });

  test('--strict stops at the first', async () => {
    const folder = await damaged();
    const { exitCode, out, error } = await evaluate(folder, 'out', '--strict');
    expect({ exitCode, out, error }).toEqual({ exitCode: 1, out: '', error: `error: ${reasons(folder).a}\n` });
    expect(await readdir(folder.file('out'))).toEqual(['journal']);
  });

  test('--strict minds truth without predictions; otherwise it is counted', async () => {
    const folder = await dataSet();
    await rm(folder.file('logits/ünï.npy'));
    expect((await evaluate(folder, 'out', '--strict')).error).toBe(
      `error: ${folder.file('truth')}: nothing is predicted for ünï (--strict)\n`,
    );
    expect((await evaluate(folder, 'out')).exitCode).toBe(0);
    expect((await readReport(folder, 'out')).settings.unpredicted).toBe(1);
  });

  test('arrays of other label counts, sizes and values', async () => {
    const folder = await dataSet();
    const store = async (name: string, values: Float32Array, shape: number[]) =>
      writeFile(folder.file(`logits/${name}.npy`), Buffer.concat(encodeFloatNpy(values, shape)));
    await store('b', new Float32Array(3 * 20 * 24), [3, 20, 24]);
    await store('val/c', new Float32Array(4 * 40 * 24), [4, 40, 24]);
    await store('ünï', new Float32Array(4 * 28 * 24).fill(Number.NaN, 5, 6), [4, 28, 24]);
    const { error } = await evaluate(folder, 'out');
    expect(error).toContain('b.npy: it has 3 labels, expected 4 as the others\n');
    expect(error).toContain(
      "val/c.npy: its shape is [4, 40, 24], expected [label, y, x] with y at most 30 and x at most 24, the truth's size\n",
    );
    expect(error).toContain('ünï.npy: unary.logits[5]: got NaN, expected a finite float32 number');
  });

  test('empty folders, missing folders, and two files of one name', async () => {
    const folder = await dataSet();
    await mkdir(folder.file('empty'));
    const run = async (predictions: string, truth: string) =>
      (await meanfield('evaluate', predictions, truth, '--form', 'logits', '--out', folder.file('out'))).error;
    expect(await run(folder.file('empty'), folder.file('truth'))).toBe(
      `error: ${folder.file('empty')}: no .npy file in it\n`,
    );
    expect(await run(folder.file('logits'), folder.file('empty'))).toBe(
      `error: ${folder.file('empty')}: no .png or .npy file in it\n`,
    );
    expect(await run(folder.file('nowhere'), folder.file('truth'))).toBe(
      `error: ${folder.file('nowhere')}: no such file\n`,
    );
    await writeFile(folder.file('truth/a.npy'), '');
    expect(await run(folder.file('logits'), folder.file('truth'))).toContain('truth: a.npy and a.png have one name');
    expect(await folder.list()).not.toContain('out');
  });

  test('a full disk stops the run, leaves no half file, and is no reason to begin anew', async () => {
    const folder = await dataSet();
    await evaluate(folder, 'whole');
    const handle = await open(folder.file('crf.json'));
    const prototype = Object.getPrototypeOf(handle);
    await handle.close();
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const { appendFile: append, writeFile: write } = prototype;
    for (const [method, original, room] of [
      ['appendFile', append, 2],
      ['writeFile', write, 6],
    ] as const) {
      let calls = 0;
      const spy = vi.spyOn(prototype, method).mockImplementation(function (this: unknown, ...given: unknown[]) {
        calls++;
        return calls > room ? Promise.reject(full) : original.apply(this, given);
      });
      const { exitCode, error } = await evaluate(folder, 'full');
      spy.mockRestore();
      expect(exitCode).toBe(1);
      expect(error).toMatch(/^error: .*full\/.*: no space left on the device\n$/);
      const files = await readdir(folder.file('full'), { recursive: true });
      expect(files.filter((name) => name.includes('partial'))).toEqual([]);
    }
    const { exitCode, out } = await evaluate(folder, 'full');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/[1-6] taken from the journal/);
    expect(await reportFiles(folder, 'full')).toEqual(await reportFiles(folder, 'whole'));
  });
});

describe('wrong usage', () => {
  const usage = async (message: string, ...commandArguments: string[]) =>
    expect(await meanfield(...commandArguments)).toEqual({ exitCode: 2, out: '', error: `error: ${message}\n` });
  const evaluateIn = (folder: Folder, ...more: string[]) =>
    meanfield('evaluate', folder.file('logits'), folder.file('truth'), '--out', folder.file('out'), ...more);

  test('of options alone', async () => {
    await usage(
      "required option '--out <folder>' not specified; see meanfield evaluate --help",
      ...['evaluate', 'p', 't'],
    );
    const base = ['evaluate', 'p', 't', '--out', 'o'];
    await usage(
      '--shard: got "3/2", expected i/n with i in 1..n, auto (from Slurm), or auto/n (from Slurm or Kubernetes)',
      ...base,
      '--shard',
      '3/2',
    );
    await usage(
      '--bands: got "1,-2", expected numbers separated by commas, each above 0 and at most 1024, or none',
      ...base,
      '--bands',
      '1,-2',
    );
    await usage('--ignore: got "x", expected a whole number up to 65535, or none', ...base, '--ignore', 'x');
    await usage('--iterations: got 3, but --no-refine refines nothing', ...base, '--no-refine', '--iterations', '3');
    await usage(
      '--form: got "pixels", expected one of logits, probabilities, unary, labels',
      ...base,
      '--form',
      'pixels',
    );
    await usage(
      '--confidence: got 0.5, but it is for --form labels',
      ...base,
      '--form',
      'logits',
      '--confidence',
      '0.5',
    );
    await usage("missing required argument 'folders'; see meanfield merge --help", 'merge', '--out', 'o');
  });

  test('of options and files', async () => {
    const folder = await dataSet();
    await writeFile(folder.file('names.json'), '["a", "b"]');
    const cases: [string, ...string[]][] = [
      [`${folder.file('logits')} has .npy files: --form must say whether they are logits, probabilities or unary`],
      ['--label-count: got 3, but', '--names', folder.file('names.json'), '--label-count', '3'],
      [
        'crf.json: kernels[1] is a bilateral kernel, which needs --images',
        '--form',
        'logits',
        '--options',
        folder.file('crf.json'),
      ],
    ];
    for (const [message, ...options] of cases) {
      const { exitCode, error } = await evaluateIn(folder, ...options);
      expect(error).toContain(message);
      expect(exitCode).toBe(2);
    }
    const truthAsPredictions = [folder.file('truth'), folder.file('truth'), '--out', folder.file('out')];
    await usage(
      'predictions are labels: --label-count, --names or --prediction-values must say how many labels there are',
      ...['evaluate', ...truthAsPredictions],
    );
    expect(await folder.list()).not.toContain('out');
  });

  test('parameters that cannot be, before anything is made', async () => {
    const folder = await dataSet();
    await writeFile(folder.file('bad.json'), '{"kernels":[{"type":"gaussian","sigmaXY":-1}]}');
    const options = ['--form', 'logits', '--options', folder.file('bad.json'), '--backend', 'cpu'];
    const { exitCode, error } = await evaluateIn(folder, ...options);
    expect({ exitCode, error }).toEqual({
      exitCode: 1,
      error: `error: ${folder.file('bad.json')}: kernels[0].sigmaXY: got -1, expected a finite number of at least 1e-30 and of at most 1e+30 (pixels)\n`,
    });
    expect(await folder.list()).not.toContain('out');
  });

  test('merge of a folder that is none of evaluate', async () => {
    const folder = await dataSet();
    const { exitCode, error } = await meanfield('merge', folder.path, '--out', folder.file('out'));
    expect({ exitCode, error }).toEqual({
      exitCode: 1,
      error: `error: ${folder.path}: no journal of an evaluation in it, expected a folder that evaluate has written to\n`,
    });
    await mkdir(folder.file('odd/journal'), { recursive: true });
    const [file, unused] = [folder.file('odd/journal/x.jsonl'), () => expect.unreachable()];
    const ofTune = await Journal.open(file, { command: 'tune' }, unused, unused);
    await ofTune.close();
    expect((await meanfield('merge', folder.file('odd'), '--out', folder.file('out'))).error).toContain(
      'x.jsonl: not the journal of an evaluation',
    );
  });
});
