// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { EvaluateReport } from '../../../../src/cli/evaluate/report.js';
import type { TuneReport } from '../../../../src/cli/tune/report.js';
import { meanfield, temporaryFolder } from '../../../support/command-line.js';
import {
  describeWithNuclei,
  nucleiFolder,
  nucleiImages,
  storeMiddles,
  storeNetworkForMiddles,
} from '../../../support/nuclei-data.js';

const everyNth = (files: readonly string[], n: number) => files.filter((_, index) => index % n === 0);

describeWithNuclei('nuclei on held-out micrographs', () => {
  test('evaluate: foreground IoU and average precision of instances, before and after refinement', async () => {
    const folder = await temporaryFolder();
    const figures = async (images: readonly string[], out: string) => {
      const {
        exitCode,
        out: text,
        error,
      } = await meanfield(
        ...['evaluate', ...images, nucleiFolder('labels'), '--model', 'nuclei', '--backend', 'cpu'],
        ...['--instances', 'nucleus,border', '--instance-seeds', 'nucleus', '--bands', 'none', '--boundary', 'none'],
        ...['--out', folder.file(out), '--json'],
      );
      expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
      const { before, after, instances } = JSON.parse(text) as EvaluateReport;
      return [before, after].flatMap((scores, time) => [
        scores?.labels[1].iou,
        (time === 0 ? instances?.before : instances?.after)?.averagePrecision,
      ]);
    };
    // Foreground IoU and precision before, then after. All 59 images of fluorescence: 0.895, 0.604; 0.903, 0.632.
    const fluorescence = await figures(everyNth(nucleiImages('fluor'), 10), 'fluorescence');
    expect(fluorescence).toBeAllClose([0.91, 0.598, 0.928, 0.63], { tolerance: 0.01 });
    // All 17 of H&E: 0.807, 0.331; 0.806, 0.339.
    const colour = await figures(everyNth(nucleiImages('colour'), 4), 'colour');
    expect(colour).toBeAllClose([0.808, 0.259, 0.816, 0.306], { tolerance: 0.01 });
  });

  test('tune finds what gains on fluorescence, and says what it does to H&E', async () => {
    const folder = await temporaryFolder();
    const fluorescence = everyNth(nucleiImages('fluor'), 5);
    const colour = everyNth(nucleiImages('colour'), 4);
    // Middles of images, for speed.
    await storeMiddles(folder, [...fluorescence, ...colour]);
    const model = await storeNetworkForMiddles(folder);
    const space = {
      gaussian: { sigmaXY: [1, 1], compatibility: [1, 1] },
      bilateral: { sigmaXY: [15, 15], sigmaRGB: [5, 5], compatibility: [0.5, 8] },
      normalization: ['symmetric'],
      iterations: [3],
    };
    await writeFile(folder.file('space.json'), JSON.stringify(space));
    const middles = (files: readonly string[]) => files.map((file) => folder.file(`images/${path.basename(file)}`));
    const { exitCode, out, error } = await meanfield(
      ...['tune', ...middles(fluorescence), folder.file('labels'), '--model', model, '--backend', 'cpu'],
      ...['--foreground', 'nucleus,border', '--space', folder.file('space.json'), '--candidates', '4', '--folds', '2'],
      ...['--out', folder.file('tuned'), '--json', '--also', ...middles(colour)],
    );
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    const { baseline, best, crossValidation, also, recommended } = JSON.parse(out) as TuneReport;
    const { gain, interval } = crossValidation;
    expect({ recommended, gains: interval[0] > 0.002 }).toEqual({ recommended: true, gains: true });
    expect([baseline, best.score, gain]).toBeAllClose([0.9425, 0.9495, 0.0061], { tolerance: 0.002 });
    // These five gain as well; over whole images of H&E the network's own parameters lose 0.0007 of foreground IoU.
    expect(also).toMatchObject({ exampleCount: colour.length, failed: 0 });
    expect([also?.baseline, also?.gain]).toBeAllClose([0.88, 0.0096], { tolerance: 0.003 });
    expect(await readFile(folder.file('tuned/report.html'), 'utf8')).toContain('The best parameters help here too.');
  });
});
