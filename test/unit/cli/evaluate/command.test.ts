// SPDX-License-Identifier: MIT

import { mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { SegmentationMetrics } from '../../../../src/analysis/index.js';
import type { EvaluateReport } from '../../../../src/cli/evaluate/report.js';
import { encodeFloatNpy } from '../../../../src/cli/files/npy.js';
import { DenseCrf } from '../../../../src/index.js';
import { meanfield, temporaryFolder } from '../../../support/command-line.js';
import {
  dataSet,
  evaluate,
  examples,
  labelCount,
  parameters,
  readReport,
  reportFiles,
} from '../../../support/evaluate.js';
import { encodeGreyPng } from '../../../support/png.js';

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
