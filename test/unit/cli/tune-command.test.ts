// SPDX-License-Identifier: MIT

import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { tune } from '../../../src/analysis/index.js';
import type { TuneReport } from '../../../src/cli/tune/report.js';
import { type Folder, meanfield, temporaryFolder } from '../../support/command-line.js';
import { type DrawnExample, drawnExample, storeExamples } from '../../support/data-set.js';

const labelCount = 3;
const names = ['a', 'b', 'val/<i>c', 'd'];
const space = {
  gaussian: { sigmaXY: [1, 3], compatibility: [1, 1] },
  bilateral: { sigmaXY: [4, 12], sigmaRGB: [8, 30], compatibility: [4, 4] },
  normalization: ['symmetric'],
  iterations: [1, 3],
} as const;
const files = ['best.json', 'crf.json', 'curves.csv', 'report.html', 'report.json'];

const drawn = (): Record<string, DrawnExample> =>
  Object.fromEntries(names.map((name, index) => [name, drawnExample(index + 1, 18, 16, labelCount)]));

/** Truth is the argmax of the logits: nothing is to be gained. */
function spoilt(): Record<string, DrawnExample> {
  const examples = drawn();
  for (const { truth, logits } of Object.values(examples)) {
    for (let i = 0; i < truth.length; i++) {
      const scores = Array.from({ length: labelCount }, (_, label) => logits[label * truth.length + i]);
      truth[i] = scores.indexOf(Math.max(...scores));
    }
  }
  return examples;
}

async function dataSet(examples: Record<string, DrawnExample>): Promise<Folder> {
  const folder = await temporaryFolder();
  await storeExamples(folder, examples);
  await writeFile(folder.file('space.json'), JSON.stringify(space));
  return folder;
}

const run = (folder: Folder, out: string, ...more: string[]) =>
  meanfield(
    ...['tune', folder.file('logits'), folder.file('truth'), '--form', 'logits', '--images', folder.file('photos')],
    ...['--space', folder.file('space.json'), '--candidates', '4', '--folds', '2', '--backend', 'cpu'],
    ...['--out', folder.file(out), ...more],
  );

async function outFiles(folder: Folder, out: string): Promise<Record<string, string>> {
  expect((await readdir(folder.file(out))).filter((name) => name !== 'journal').sort()).toEqual(files);
  const texts = files.map(async (name) => [name, await readFile(folder.file(`${out}/${name}`), 'utf8')]);
  return Object.fromEntries(await Promise.all(texts));
}

describe('a search', () => {
  test('finds what the library finds, and every command reads its parameters', async () => {
    const examples = drawn();
    const folder = await dataSet(examples);
    const { exitCode, out, error } = await run(folder, 'out');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toMatch(/verdict {4}Refinement gains \+0\.\d{4} on examples it was not tuned on/);

    const texts = await outFiles(folder, 'out');
    const report = JSON.parse(texts['report.json']) as TuneReport;
    const sorted = names.toSorted();
    const expected = await tune(
      sorted.map((name) => {
        const { width, height, logits, truth, image } = examples[name];
        const ignoring = truth.slice().fill(255, 0, width);
        return { width, height, unary: { logits }, truth: ignoring, image: { data: image, width, height } };
      }),
      { labelCount, ignore: 255, backend: 'cpu', space, candidates: 4, folds: 2 },
    );
    expect(report).toMatchObject(expected);
    expect(report).toMatchObject({ examples: sorted, failed: 0, recommended: true });

    const refined = await meanfield(
      ...['refine', folder.file('photos/a.png'), '--logits', folder.file('logits/a.npy'), '--backend', 'cpu'],
      ...['--options', folder.file('out/crf.json'), '--label-map', folder.file('a.png')],
    );
    expect(refined).toMatchObject({ exitCode: 0, error: '' });
    const evaluated = await meanfield(
      ...[
        'evaluate',
        folder.file('logits'),
        folder.file('truth'),
        '--form',
        'logits',
        '--images',
        folder.file('photos'),
      ],
      ...['--options', folder.file('out/crf.json'), '--backend', 'cpu', '--out', folder.file('scores'), '--json'],
    );
    expect(evaluated.error).toBe('');
    expect(JSON.parse(evaluated.out).after.meanIoU).toBe(report.best.score);
    expect(JSON.parse(evaluated.out).before.meanIoU).toBe(report.baseline);

    expect(texts['report.html']).toContain("default-src 'none'");
    expect(texts['report.html']).not.toMatch(/<script|<i>c|(?:src|href)="/);
    // Three sigmas, iterations, and the bootstrap.
    expect(texts['report.html'].match(/<svg/g)).toHaveLength(5);
    expect(texts['curves.csv']).toContain('kernels[1].sigmaRGB,30,');
  });

  test('that was stopped anywhere goes on and ends with the same files', async () => {
    const folder = await dataSet(drawn());
    await run(folder, 'out');
    const whole = await outFiles(folder, 'out');
    const journal = folder.file('out/journal/tune.jsonl');
    const bytes = await readFile(journal);
    for (const share of [0.15, 0.6]) {
      await writeFile(journal, bytes);
      await truncate(journal, Math.floor(share * bytes.length));
      for (const name of files) await rm(folder.file(`out/${name}`));
      expect(await run(folder, 'out')).toMatchObject({ exitCode: 0, error: '' });
      expect(await outFiles(folder, 'out')).toEqual(whole);
      expect((await readFile(journal)).length).toBeLessThan(1.2 * bytes.length);
    }
    for (const share of [0.3, 0.5, 0.7]) {
      const flipped = Buffer.from(bytes);
      flipped[Math.floor(share * bytes.length)] ^= 1;
      await writeFile(journal, flipped);
      const { exitCode, error } = await run(folder, 'out');
      expect(exitCode).toBe(0);
      expect(error).toMatch(/^warning: .*tune\.jsonl: line \d+ is damaged and not believed; .*\n$/);
      expect(await outFiles(folder, 'out')).toEqual(whole);
    }
    // What was asked before is not asked again.
    const length = (await readFile(journal)).length;
    await run(folder, 'out');
    expect((await readFile(journal)).length).toBe(length);
    // Other iteration counts are another question.
    await writeFile(folder.file('space.json'), JSON.stringify({ ...space, iterations: [2, 3] }));
    await run(folder, 'out');
    expect((await readFile(journal)).length).toBeGreaterThan(length);
    expect(await outFiles(folder, 'out')).not.toEqual(whole);
  });

  test('where nothing is to be gained says so, in parameters that do nothing', async () => {
    const folder = await dataSet(spoilt());
    const { exitCode, out } = await run(folder, 'out');
    expect(exitCode).toBe(0);
    expect(out).toContain('verdict    Leave it off: no parameters in the space did better than no CRF.');
    const texts = await outFiles(folder, 'out');
    const { note, ...parameters } = JSON.parse(texts['crf.json']);
    expect(parameters).toEqual({ kernels: [], iterations: 0 });
    expect(note).toMatch(/^Leave it off.* Tuned by meanfield .* for mean IoU\.$/);
    expect(JSON.parse(texts['best.json']).kernels).toHaveLength(2);
    expect(texts['report.html']).toContain('<strong>Leave it off.</strong>');
    const refined = await meanfield(
      ...['refine', '-', '--logits', folder.file('logits/a.npy'), '--backend', 'cpu', '--options'],
      ...[folder.file('out/crf.json'), '--label-map', folder.file('a.png')],
    );
    expect(refined).toMatchObject({ exitCode: 0, error: '' });
  });

  test('takes a subset that the seed chooses, and another objective', async () => {
    const folder = await dataSet(drawn());
    const chosen: string[][] = [];
    for (const seed of ['1', '1', '2', '3']) {
      const more = ['--examples', '2', '--seed', seed, '--objective', 'boundary-f@2', '--json'];
      const { exitCode, out, error } = await run(folder, `seed${chosen.length}`, ...more);
      expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
      const report = JSON.parse(out) as TuneReport;
      expect(report).toMatchObject({ objective: { measure: 'boundaryF', tolerance: 2 }, exampleCount: 2 });
      chosen.push([...report.examples]);
    }
    expect(chosen[0]).toEqual(chosen[1]);
    expect(new Set(chosen.map((items) => items.join())).size).toBeGreaterThan(1);
  });
});

describe('what is wrong', () => {
  test('a file is left out and named, or stops the search', async () => {
    const folder = await dataSet(drawn());
    await writeFile(folder.file('truth/b.png'), 'not a picture');
    const { exitCode, error } = await run(folder, 'out');
    expect(exitCode).toBe(1);
    expect(error.split('\n')).toEqual([
      expect.stringMatching(/^warning: .*truth\/b\.png: not a PNG, JPEG or WebP image/),
      'error: 1 item could not be measured; all others are',
      '',
    ]);
    const report = JSON.parse((await outFiles(folder, 'out'))['report.json']) as TuneReport;
    expect(report).toMatchObject({ failed: 1, exampleCount: 3, examples: ['a', 'd', 'val/<i>c'] });
    expect((await run(folder, 'strict', '--strict')).error).toMatch(/^error: .*truth\/b\.png: not a PNG/);
    expect(await readdir(folder.file('strict'))).toEqual(['journal']);
  });

  test('a space that cannot be names its file', async () => {
    const folder = await dataSet(drawn());
    const attempt = async (text: string, message: unknown) => {
      await writeFile(folder.file('space.json'), text);
      expect(await run(folder, 'out')).toEqual({
        exitCode: 1,
        out: '',
        error: typeof message === 'string' ? `error: ${folder.file('space.json')}: ${message}\n` : message,
      });
    };
    await attempt(
      '{"gaussian":{"sigmaXY":[2,1]}}',
      'gaussian.sigmaXY[1]: got 1, expected a finite number of at least 2 and of at most 1e+30 (pixels)',
    );
    await attempt(
      '{"spatial":null}',
      'spatial: got null, expected one of the keys gaussian, bilateral, sigmaUnit, normalization, iterations',
    );
    await attempt('[]', 'space: got an array of 0, expected an object');
    await attempt('{', expect.stringMatching(/: not JSON: line 1, column 2: expected a closing brace, got the end/));
    expect(await folder.list()).not.toContain('out');
  });

  test('usage', async () => {
    const folder = await dataSet(drawn());
    const usage = async (message: string, ...more: string[]) =>
      expect(await run(folder, 'out', ...more)).toEqual({ exitCode: 2, out: '', error: `error: ${message}\n` });
    await usage('--candidates: got "3", expected a whole number in 4..4096', '--candidates', '3');
    await usage('--examples: got 5, but there are 4 predictions', '--examples', '5');
    await usage(
      '--objective: got "boundary-f", expected one of mean-iou, pixel-accuracy, mean-accuracy, weighted-iou, mean-dice, each ' +
        'perhaps with @WIDTH of a band in pixels, or boundary-f@TOLERANCE',
      ...['--objective', 'boundary-f'],
    );
    expect(await folder.list()).not.toContain('out');
  });

  test('a bilateral kernel without photographs, and a single example', async () => {
    const folder = await dataSet(drawn());
    const base = ['tune', folder.file('logits'), folder.file('truth'), '--form', 'logits', '--backend', 'cpu'];
    const noImages = await meanfield(...base, '--space', folder.file('space.json'), '--out', folder.file('out'));
    expect(noImages.error).toContain(
      'space.json: bilateral: got an object (Object), expected null: a bilateral kernel needs images',
    );
    const one = [folder.file('logits/a.npy'), folder.file('truth/a.png'), '--form', 'logits', '--backend', 'cpu'];
    expect((await meanfield('tune', ...one, '--out', folder.file('one'))).error).toContain(
      '1 examples can be used, expected at least 2',
    );
  });
});
