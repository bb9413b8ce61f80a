// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { SegmentationMetrics } from '../../src/analysis/index.js';
import type { EvaluateReport } from '../../src/cli/evaluate/report.js';
import { encodeFloatNpy } from '../../src/cli/files/npy.js';
import { encodeGreyPng, encodeRgbPng } from '../../src/cli/files/png.js';
import { type CrfParameters, DenseCrf } from '../../src/index.js';
import { type Folder, meanfield, temporaryFolder } from '../support/command-line.js';
import { type DrawnExample, drawnExample, storeExamples } from '../support/data-set.js';

// Whole command lines, a dozen in a test: seconds where several tests share a core.
vi.setConfig({ testTimeout: 60_000 });

const labelCount = 4;
const parameters: CrfParameters = {
  kernels: [
    { type: 'gaussian', sigmaXY: 1.5, compatibility: 1 },
    { type: 'bilateral', sigmaXY: 12, sigmaRGB: 15, compatibility: 4 },
  ],
  iterations: 3,
};

/** Names that a page, a CSV file or a shell might stumble over. */
const names = ['b', 'a', 'val/<script>alert(1)<', 'val/=1+2, "x"', 'ünï', 'val/c'];

const examples: Readonly<Record<string, DrawnExample>> = Object.fromEntries(
  names.map((name, index) => [
    name.replace('<script>', '<i>'),
    drawnExample(index + 1, 24, 20 + 2 * index, labelCount),
  ]),
);

async function dataSet(): Promise<Folder> {
  const folder = await temporaryFolder();
  await storeExamples(folder, examples);
  await writeFile(folder.file('crf.json'), JSON.stringify(parameters));
  return folder;
}

function commandLine(folder: Folder, out: string, ...more: string[]): string[] {
  const data = [folder.file('logits'), folder.file('truth'), '--form', 'logits', '--images', folder.file('photos')];
  const refinement = ['--options', folder.file('crf.json'), '--backend', 'cpu'];
  return ['evaluate', ...data, ...refinement, '--out', folder.file(out), ...more];
}

const evaluate = (folder: Folder, out: string, ...more: string[]) => meanfield(...commandLine(folder, out, ...more));

const finalFiles = ['items.csv', 'report.html', 'report.json', 'scores.csv'];

/** The report's files as text; its folder has nothing else but journal and pictures, and no leftovers. */
async function reportFiles(folder: Folder, out: string): Promise<Record<string, string>> {
  const found = await readdir(folder.file(out));
  expect(found.filter((name) => !['journal', 'pictures'].includes(name)).sort()).toEqual(finalFiles);
  const texts = finalFiles.map(async (name) => [name, await readFile(folder.file(`${out}/${name}`), 'utf8')]);
  return Object.fromEntries(await Promise.all(texts));
}

async function readReport(folder: Folder, out: string): Promise<EvaluateReport> {
  return JSON.parse(await readFile(folder.file(`${out}/report.json`), 'utf8'));
}

describe('numbers', () => {
  test('equal those of the library, image by image', async () => {
    const folder = await dataSet();
    const { exitCode, out, error } = await evaluate(folder, 'out');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toMatch(/measured {3}6 images in .* images a second\n/);
    expect(out).toMatch(/mean IoU +0\.\d{4} +0\.\d{4} +\+0\.\d{4}\n/);

    const options = { labelCount, ignore: 255, bandWidths: [2, 4, 8, 16], boundaryTolerances: [1, 2, 4] };
    const [before, after] = [new SegmentationMetrics(options), new SegmentationMetrics(options)];
    for (const { width, height, logits, truth, image } of Object.values(examples)) {
      const expected = { labels: truth.slice().fill(255, 0, width), width, height };
      const crf = await DenseCrf.create({ width, height, labelCount, parameters, backend: 'cpu' });
      await crf.start({ image: { data: image, width, height }, unary: { logits } });
      before.add({ labels: await crf.labelMap(), width, height }, expected);
      await crf.refine({});
      after.add({ labels: await crf.labelMap(), width, height }, expected);
    }
    const report = await readReport(folder, 'out');
    expect(report.before).toEqual(before.scores());
    expect(report.after).toEqual(after.scores());
    expect(report.confusion?.after).toEqual([...after.confusionMatrix()]);
    expect(report).toMatchObject({ measured: 6, failures: [], images: { improved: 6, unchanged: 0, worsened: 0 } });
    expect(report.settings).toMatchObject({ parameters, backend: 'cpu', form: 'logits', ignore: 255, items: 6 });
  });

  test('label PNGs as predictions, not refined; single files; names for the labels', async () => {
    const folder = await temporaryFolder();
    const truth = Uint8Array.of(0, 0, 1, 1, 2, 2, 255, 2);
    const prediction = Uint8Array.of(0, 1, 1, 1, 2, 0, 0, 2);
    await writeFile(folder.file('p.png'), encodeGreyPng(prediction, 4, 2, 8));
    await writeFile(folder.file('t.png'), encodeGreyPng(truth, 4, 2, 8));
    await writeFile(folder.file('names.txt'), 'ground\ncat\n"dog", small\n');
    const files = [folder.file('p.png'), folder.file('t.png'), '--names', folder.file('names.txt')];
    const { exitCode, out, error } = await meanfield('evaluate', ...files, '--out', folder.file('out'), '--json');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    const { before, after, images, run } = JSON.parse(out);
    expect({ after, images }).toEqual({ after: null, images: null });
    expect(run).toMatchObject({ shard: '1-of-1', measured: 1, failed: 0, adapter: null });
    expect(before.pixelAccuracy).toBe(5 / 7);
    expect(before.meanIoU).toBeCloseTo((1 / 3 + 2 / 3 + 2 / 3) / 3, 14);
    const { 'scores.csv': scores, 'items.csv': items } = await reportFiles(folder, 'out');
    expect(scores).toContain('before,iou,2,"""dog"", small",0.6666666666666666\r\n');
    expect(items.split('\r\n')[0]).toMatch(/^item,pixels,pixelAccuracy before,meanIoU before,meanIoU within 2 before,/);
  });

  test('coarse probabilities are brought to full size', async () => {
    const folder = await temporaryFolder();
    const shares = Float32Array.of(0.9, 0.1, 0.1, 0.9);
    await writeFile(folder.file('p.npy'), Buffer.concat(encodeFloatNpy(shares, [2, 1, 2])));
    await writeFile(folder.file('t.png'), encodeGreyPng(Uint8Array.of(0, 0, 0, 1, 1, 1), 6, 1, 8));
    const files = [folder.file('p.npy'), folder.file('t.png'), '--form', 'probabilities', '--no-refine'];
    const { exitCode, error } = await meanfield('evaluate', ...files, '--out', folder.file('out'));
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect((await readReport(folder, 'out')).before).toMatchObject({ pixels: 6, pixelAccuracy: 1 });
  });
});

test('instances: found by watershed in the label map, compared with ids in the truth', async () => {
  const folder = await temporaryFolder();
  // Two nuclei that touch, with a border predicted between them; the second image has both as one.
  const [width, height] = [24, 12];
  const map = (label: (x: number) => number) =>
    encodeGreyPng(
      Uint16Array.from({ length: width * height }, (_, i) => label(i % width)),
      width,
      height,
      16,
    );
  await mkdir(folder.file('p'));
  await mkdir(folder.file('t'));
  await writeFile(
    folder.file('p/a.png'),
    map((x) => (x === 11 || x === 12 ? 2 : 1)),
  );
  await writeFile(
    folder.file('p/b.png'),
    map(() => 1),
  );
  // An id of 255 is an instance like any other.
  for (const name of ['a', 'b'])
    await writeFile(
      folder.file(`t/${name}.png`),
      map((x) => (x < 12 ? 255 : 300)),
    );
  await writeFile(folder.file('names.json'), '["ground", "nucleus", "border"]');
  const data = [
    folder.file('p'),
    folder.file('t'),
    '--names',
    folder.file('names.json'),
    '--instances',
    'nucleus,border',
  ];
  const { exitCode, error, out } = await meanfield(
    ...['evaluate', ...data, '--instance-seeds', '1', '--out', folder.file('out'), '--json'],
  );
  expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
  const report = JSON.parse(out) as EvaluateReport;
  expect(report.settings).toMatchObject({ ignore: null, instances: { labels: [1, 2], seedLabels: [1] } });
  expect(report.before).toMatchObject({ pixelAccuracy: 1, meanIoU: 1, labels: { length: 2 } });
  // All of `a` is right; in `b` one instance of IoU 1/2 matches neither of two.
  expect(report.instances?.before).toMatchObject({ truthInstances: 4, predictedInstances: 3, averagePrecision: 1 / 2 });
  const texts = await reportFiles(folder, 'out');
  expect(texts['report.html']).toContain('average precision');
  expect(texts['scores.csv']).toContain('before,precision above IoU 0.5,,,0.5\r\n');
  expect(texts['items.csv']).toMatch(/averagePrecision before\r\na,288,.*,1\r\nb,288,.*,0\r\n/);

  const wrong = async (...more: string[]) =>
    (
      await meanfield(
        'evaluate',
        folder.file('p'),
        folder.file('t'),
        '--label-count',
        '3',
        ...more,
        '--out',
        folder.file('o'),
      )
    ).error;
  expect(await wrong('--instances', 'nucleus')).toBe('error: --instances: got "nucleus", expected labels in 0..2\n');
  expect(await wrong('--instances', '1', '--instance-seeds', '2')).toContain(
    '--instance-seeds: got 2, which --instances',
  );
  expect(await wrong('--instance-seeds', '2')).toBe('error: --instance-seeds: got 2, but it is for --instances\n');
});

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
    const program = [path.resolve(import.meta.dirname, '../../scripts/run.mjs'), 'src/cli/main.ts'];
    const child = spawn(process.execPath, [...program, ...commandLine(folder, 'killed')], { stdio: 'ignore' });
    const journal = folder.file('killed/journal/1-of-1.jsonl');
    const lineCount = async () => (await readFile(journal, 'utf8').catch(() => '')).split('\n').length;
    const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    while ((await lineCount()) <= 2 && child.exitCode === null) await wait(5);
    await wait(60 * Math.random());
    const ended = once(child, 'exit');
    if (child.exitCode === null) {
      child.kill('SIGKILL');
      await ended;
    }
    const { exitCode, error, out } = await evaluate(folder, 'killed');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toMatch(/[1-6] taken from the journal/);
    expect(await reportFiles(folder, 'killed')).toEqual(await reportFiles(folder, 'whole'));
  });
});

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
    a: `${folder.file('truth/a.png')}: truth.labels[y 0, x 0]: got 9, expected a label in 0..3, or 255 for ignored`,
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
    expect(error).toContain("val/c.npy: it has 24 x 40 pixels, expected at most 24 x 30, the truth's size\n");
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

test('the page needs nothing from outside, and names stay text', async () => {
  const folder = await dataSet();
  await evaluate(folder, 'out');
  const { 'report.html': page, 'items.csv': items } = await reportFiles(folder, 'out');
  expect(page).toContain("content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\"");
  expect(page).toContain('val/&lt;i>alert(1)&lt;');
  expect(page).not.toContain('<i>');
  expect(page).not.toMatch(/<script|<link|(?:src|href)="(?!data:)|url\(|@import/);
  expect(page.match(/<svg/g)).toHaveLength(4);
  expect(page.match(/<img src="data:image\/webp;base64,/g)?.length).toBeGreaterThanOrEqual(8);
  expect(items).toContain('\r\n"val/=1+2, ""x""",');
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
      'predictions are labels: --label-count or --names must say how many labels there are',
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
      error: `error: ${folder.file('bad.json')}: kernels[0].sigmaXY: got -1, expected a finite number greater than 0\n`,
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
    await appendFile(folder.file('odd/journal/x.jsonl'), '{"command":"tune"}\n');
    expect((await meanfield('merge', folder.file('odd'), '--out', folder.file('out'))).error).toContain(
      'x.jsonl: not the journal of an evaluation',
    );
  });
});
