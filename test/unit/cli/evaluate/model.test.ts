// SPDX-License-Identifier: MIT

import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { SegmentationMetrics } from '../../../../src/analysis/index.js';
import type { EvaluateReport } from '../../../../src/cli/evaluate/report.js';
import type { TuneReport } from '../../../../src/cli/tune/report.js';
import { type CrfParameters, DenseCrf } from '../../../../src/index.js';
import { CpuNetwork } from '../../../../src/pipeline/cpu.js';
import { type Folder, meanfield, temporaryFolder } from '../../../support/command-line.js';
import { killAtRandom } from '../../../support/killed-run.js';
import { redAndBlue, storeRedAndBlue } from '../../../support/red-and-blue.js';
import { tinyDescription, tinyNetwork } from '../../../support/tiny-network.js';

/** Larger and smaller than the 32 pixels at which the network works. */
const images = {
  b: redAndBlue(1, 48, 36),
  a: redAndBlue(2, 30, 40),
  'val/<i>c': redAndBlue(3, 20, 16),
  d: redAndBlue(4, 33, 33),
};

async function dataSet(): Promise<Folder> {
  const folder = await temporaryFolder();
  await storeRedAndBlue(folder, images);
  return folder;
}

function commandLine(folder: Folder, out: string, ...more: string[]): string[] {
  const data = [folder.file('photos'), folder.file('truth'), '--model', folder.file('tiny.onnx'), '--backend', 'cpu'];
  return ['evaluate', ...data, '--out', folder.file(out), ...more];
}

const evaluate = (folder: Folder, out: string, ...more: string[]) => meanfield(...commandLine(folder, out, ...more));

const finalFiles = ['items.csv', 'report.html', 'report.json', 'scores.csv'];

async function reportFiles(folder: Folder, out: string): Promise<Record<string, string>> {
  const found = await readdir(folder.file(out));
  expect(found.filter((name) => !['journal', 'pictures'].includes(name)).sort()).toEqual(finalFiles);
  const texts = finalFiles.map(async (name) => [name, await readFile(folder.file(`${out}/${name}`), 'utf8')]);
  return Object.fromEntries(await Promise.all(texts));
}

describe('a network in the place of predictions', () => {
  test("gives the library's numbers, with the network's own labels and parameters scaled to each image", async () => {
    const folder = await dataSet();
    const { exitCode, out, error } = await evaluate(folder, 'out', '--json');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    const report = JSON.parse(out) as EvaluateReport;

    const network = await CpuNetwork.create({ ...tinyDescription, bytes: tinyNetwork() });
    const options = { labelCount: 3, ignore: 255, bandWidths: [2, 4, 8, 16], boundaryTolerances: [1, 2, 4] };
    const [before, after, unscaled] = [0, 1, 2].map(() => new SegmentationMetrics(options));
    for (const image of Object.values(images)) {
      const { width, height, data, truth } = image;
      // The network's sigmas are meant at 32 pixels.
      const sigmaXY = Math.max(width, height) / 32;
      const parameters: CrfParameters = { kernels: [{ type: 'gaussian', sigmaXY, compatibility: 1 }], iterations: 2 };
      const crf = await DenseCrf.create({ width, height, labelCount: 3, parameters, backend: 'cpu' });
      await crf.start({ image: { data, width, height }, unary: await network.run({ data, width, height }) });
      before.add({ labels: await crf.labelMap(), width, height }, { labels: truth, width, height });
      await crf.refine({});
      after.add({ labels: await crf.labelMap(), width, height }, { labels: truth, width, height });
      crf.setParameters(tinyDescription.crf);
      await crf.refine({});
      unscaled.add({ labels: await crf.labelMap(), width, height }, { labels: truth, width, height });
    }
    await network.destroy();
    expect(report.before).toEqual(before.scores());
    expect(report.after).toEqual(after.scores());
    expect(after.scores()).not.toEqual(before.scores());
    expect(after.scores()).not.toEqual(unscaled.scores());
    expect(report.settings).toMatchObject({
      ...{ form: 'network', network: 'red and blue', labelCount: 3, names: tinyDescription.labels, sigmasAt: 32 },
      ...{ backend: 'cpu', parameters: tinyDescription.crf },
    });
    const page = (await reportFiles(folder, 'out'))['report.html'];
    expect(page).toContain('1 red');
    expect(page).toContain('red and blue');
    expect(page).toContain('<p class="legend">');
    expect(page).not.toContain('<i>c');
  });

  test('single files, given parameters in pixels of the image, and no refinement', async () => {
    const folder = await dataSet();
    const parameters = { kernels: [{ type: 'gaussian', sigmaXY: 2, compatibility: 2 }], iterations: 3 };
    await writeFile(folder.file('crf.json'), JSON.stringify(parameters));
    const files = [folder.file('photos/a.png'), folder.file('photos/d.png'), folder.file('truth')];
    const base = ['evaluate', ...files, '--model', folder.file('tiny.onnx'), '--backend', 'cpu', '--json'];
    const refined = await meanfield(...base, '--options', folder.file('crf.json'), '--out', folder.file('refined'));
    expect(JSON.parse(refined.out)).toMatchObject({
      measured: 2,
      settings: { parameters, sigmasAt: null, unpredicted: 0, items: 2 },
    });
    const plain = await meanfield(...base, '--no-refine', '--out', folder.file('plain'));
    expect(JSON.parse(plain.out)).toMatchObject({ after: null, settings: { parameters: null, backend: 'cpu' } });
    expect(JSON.parse(plain.out).before).toEqual(JSON.parse(refined.out).before);
  });

  test('merged parts equal one run byte for byte', async () => {
    const folder = await dataSet();
    await evaluate(folder, 'whole');
    for (const part of ['2/3', '1/3', '3/3']) await evaluate(folder, 'parts', '--shard', part);
    const { exitCode, error } = await meanfield('merge', folder.file('parts'), '--out', folder.file('parts'));
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(await reportFiles(folder, 'parts')).toEqual(await reportFiles(folder, 'whole'));
  });

  test('stopped between any two images, and killed at a random moment, it goes on to the same files', async () => {
    const folder = await dataSet();
    await evaluate(folder, 'whole');
    const whole = await reportFiles(folder, 'whole');
    const journal = folder.file('whole/journal/1-of-1.jsonl');
    const bytes = await readFile(journal);
    const lines = bytes.toString().split('\n');
    for (const kept of [1, 3]) {
      await writeFile(journal, bytes);
      await truncate(journal, Buffer.byteLength(lines.slice(0, kept).join('\n')) + 1);
      for (const name of finalFiles) await rm(folder.file(`whole/${name}`));
      const { out } = await evaluate(folder, 'whole');
      if (kept > 1) expect(out).toContain(`${kept - 1} taken from the journal`);
      expect(await reportFiles(folder, 'whole')).toEqual(whole);
    }

    await killAtRandom(commandLine(folder, 'killed'), folder.file('killed/journal/1-of-1.jsonl'));
    const { exitCode, error, out } = await evaluate(folder, 'killed');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toMatch(/[1-4] taken from the journal/);
    expect(await reportFiles(folder, 'killed')).toEqual(whole);
  });

  test('another network, or another description of it, is not mixed in', async () => {
    const folder = await dataSet();
    await evaluate(folder, 'out');
    const description = { ...tinyDescription, input: { ...tinyDescription.input, longSide: 24 } };
    await writeFile(folder.file('tiny.json'), JSON.stringify(description));
    const { exitCode, error } = await evaluate(folder, 'out');
    expect(exitCode).toBe(1);
    expect(error).toMatch(/it was begun with networkDescription .*; take another folder/);
  });

  test('tune asks it as evaluate does', async () => {
    const folder = await dataSet();
    const space = {
      ...{ gaussian: { sigmaXY: [1, 3], compatibility: [1, 4] }, bilateral: null },
      ...{ normalization: ['symmetric'], iterations: [2] },
    };
    await writeFile(folder.file('space.json'), JSON.stringify(space));
    const more = ['--candidates', '4', '--folds', '2', '--space', folder.file('space.json'), '--json'];
    const [, ...rest] = commandLine(folder, 'tuned', ...more);
    const also = [folder.file('photos/a.png'), folder.file('photos/d.png')];
    const { exitCode, out, error } = await meanfield('tune', ...rest, '--also', ...also);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    const tuned = JSON.parse(out) as TuneReport;
    const evaluated = await evaluate(folder, 'out', '--options', folder.file('tuned/best.json'), '--json');
    const report = JSON.parse(evaluated.out) as EvaluateReport;
    expect(tuned.baseline).toBe(report.before.meanIoU);
    expect(tuned.best.score).toBe(report.after?.meanIoU);
    expect(tuned.best.score).toBeGreaterThan(tuned.baseline);
    expect(tuned.settings).toMatchObject({ network: 'red and blue', names: tinyDescription.labels });

    // What it does to others is what evaluate finds there.
    const [, , ...onBoth] = commandLine(folder, 'both', '--options', folder.file('tuned/best.json'), '--json');
    const both = JSON.parse((await meanfield('evaluate', ...also, ...onBoth)).out) as EvaluateReport;
    expect(tuned.also).toMatchObject({ exampleCount: 2, examples: ['a', 'd'], failed: 0, confidence: 0.95 });
    expect([tuned.also?.baseline, tuned.also?.score]).toEqual([both.before.meanIoU, both.after?.meanIoU]);
    expect(tuned.also?.interval[0]).toBeLessThanOrEqual(tuned.also?.gain ?? Number.NaN);
    expect(tuned.also?.interval[1]).toBeGreaterThanOrEqual(tuned.also?.gain ?? Number.NaN);
    const page = await readFile(folder.file('tuned/report.html'), 'utf8');
    expect(page).toContain('On other examples');
    expect(page).toContain('<strong>no CRF</strong>');
    await writeFile(folder.file('photos/b.png'), 'not a picture');
    const spoilt = await meanfield(
      'tune',
      ...rest,
      '--out',
      folder.file('spoilt'),
      '--also',
      folder.file('photos/b.png'),
    );
    expect(spoilt.exitCode).toBe(1);
    expect(spoilt.error).toContain(`error: --also ${folder.file('photos/b.png')}: no example can be used`);
  });
});

describe('what is wrong', () => {
  test('an image in the middle is named, and the others are measured', async () => {
    const folder = await dataSet();
    await writeFile(folder.file('photos/b.png'), 'not a picture');
    const { exitCode, error } = await evaluate(folder, 'out');
    expect(exitCode).toBe(1);
    expect(error).toMatch(
      /^warning: .*photos\/b\.png: not a PNG, JPEG or WebP image.*\nerror: 1 item could not be measured; all others are\n$/,
    );
    const strict = await evaluate(folder, 'strict', '--strict');
    expect(strict).toMatchObject({ exitCode: 1, error: expect.stringMatching(/^error: .*photos\/b\.png: not a PNG/) });
  });

  test('a network that does not open is told once, before any image', async () => {
    const folder = await dataSet();
    const described = (more: object) =>
      writeFile(folder.file('tiny.json'), JSON.stringify({ ...tinyDescription, ...more }));
    const model = folder.file('tiny.onnx');
    await described({ labels: ['a', 'b', 'c', 'd'] });
    expect(await evaluate(folder, 'out')).toEqual({
      exitCode: 1,
      out: '',
      error: `error: --model ${model}: labels: got an array of 4, expected 3 names, as the output has that many channels\n`,
    });
    await rm(folder.file('tiny.json'));
    expect((await evaluate(folder, 'out')).error).toContain('tiny.json: no such file; it has to describe');
    await rm(model);
    expect((await evaluate(folder, 'out')).error).toContain('tiny.onnx: no such file');
  });

  test('usage', async () => {
    const folder = await dataSet();
    const usage = async (message: string, ...given: string[]) =>
      expect(await meanfield(...given)).toEqual({ exitCode: 2, out: '', error: `error: ${message}\n` });
    for (const command of ['evaluate', 'tune']) {
      const base = [command, folder.file('photos'), folder.file('truth'), '--out', folder.file('out')];
      await usage(
        '--form: got "logits", but --model nuclei says it',
        ...[...base, '--model', 'nuclei', '--form', 'logits'],
      );
      await usage(
        '--label-count: got 3, but --model nuclei says it',
        ...[...base, '--model', 'nuclei', '--label-count', '3'],
      );
      await usage(
        '--model: got "colour-prompt", expected a network that needs nobody to tell it what to look for',
        ...[...base, '--model', 'colour-prompt'],
      );
      await usage(
        `got ${folder.file('photos')} alone, expected PREDICTIONS (or IMAGES with --model) and TRUTH`,
        ...[command, folder.file('photos'), '--out', folder.file('out')],
      );
    }
    await mkdir(folder.file('empty'));
    const empty = await meanfield(
      'evaluate',
      folder.file('empty'),
      folder.file('truth'),
      '--model',
      'nuclei',
      '--out',
      'o',
    );
    expect(empty.error).toBe(`error: ${folder.file('empty')}: no .png or .jpg or .jpeg or .webp file in it\n`);
    expect(await folder.list()).not.toContain('out');
  });
});

describe('--refinement', () => {
  test('guided takes the place of the CRF, and none is --no-refine', async () => {
    const folder = await dataSet();
    const reports: EvaluateReport[] = [];
    for (const more of [['crf'], ['guided'], ['none']]) {
      const { exitCode, out, error } = await evaluate(folder, `${more}`, '--refinement', ...more, '--json');
      expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
      reports.push(JSON.parse(out) as EvaluateReport);
    }
    const [crf, guided, none] = reports;
    expect(guided.settings).toMatchObject({ refinement: 'guided', parameters: { kernels: [] } });
    expect(guided.before).toEqual(crf.before);
    expect(guided.after).not.toEqual(guided.before);
    expect(guided.after).not.toEqual(crf.after);
    expect([none.after, none.settings.parameters]).toEqual([null, null]);
    // A run of one kind is not gone on with by another.
    const mixed = await evaluate(folder, 'guided', '--refinement', 'crf');
    expect(mixed.exitCode).toBe(1);
  });

  test.each([
    [['--refinement', 'guided', '--iterations', '3'], '--iterations: it is for --refinement crf'],
    [['--refinement', 'guided', '--no-refine'], '--refinement: got guided, but --no-refine refines nothing'],
    [['--refinement', 'best'], '--refinement'],
  ])('refuses %o', async (more, message) => {
    const folder = await dataSet();
    const { exitCode, error } = await evaluate(folder, 'out', ...more);
    expect(exitCode).toBe(2);
    expect(error).toContain(message);
  });
});
