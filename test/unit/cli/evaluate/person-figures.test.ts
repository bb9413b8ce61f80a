// SPDX-License-Identifier: MIT

import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EvaluateReport } from '../../../../src/cli/evaluate/report.js';
import { meanfield, temporaryFolder } from '../../../support/command-line.js';

/** Street photographs with outlines of the person, which are not part of this repository. */
const data = process.env.MEANFIELD_DATA;
if (data === undefined) process.stderr.write('Left out, MEANFIELD_DATA is not set: person on street photographs\n');

describe.skipIf(data === undefined)('person on the street photographs that its parameters were not found on', () => {
  const people = path.join(data ?? '', 'people');

  test('the CRF gains, makes none worse, and is better than the guided filter', async () => {
    if (!existsSync(people)) throw new Error(`MEANFIELD_DATA: got "${data}", expected a folder with people`);
    const folder = await temporaryFolder();
    const photos = readdirSync(path.join(people, 'photos')).sort();
    const others = photos.filter((_name, index) => index % 2 === 1).map((name) => path.join(people, 'photos', name));
    const figures = async (refinement: string) => {
      const { exitCode, out } = await meanfield(
        ...['evaluate', ...others, path.join(people, 'truth'), '--model', 'person', '--backend', 'cpu'],
        ...[
          '--refinement',
          refinement,
          '--bands',
          'none',
          '--boundary',
          '2',
          '--out',
          folder.file(refinement),
          '--json',
        ],
      );
      expect(exitCode).toBe(0);
      const { after, images } = JSON.parse(out) as EvaluateReport;
      return { iou: Number(after?.labels[1].iou), f: Number(after?.boundaries[0].f), worsened: images?.worsened };
    };
    const [crf, guided] = [await figures('crf'), await figures('guided')];
    expect([crf.iou, crf.f]).toBeAllClose([0.946, 0.879], { tolerance: 0.002 });
    expect(crf.worsened).toBeLessThanOrEqual(1);
    expect(crf.iou).toBeGreaterThan(guided.iou);
    expect(crf.f).toBeGreaterThan(guided.f);
  });
});
