// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { EvaluateReport } from '../../src/cli/evaluate/report.js';
import type { TuneReport } from '../../src/cli/tune/report.js';
import { meanfield, temporaryFolder } from '../support/command-line.js';
import { drawnExample, storeExamples } from '../support/data-set.js';
import { openPage, type TestPage } from '../support/page.js';

const labelCount = 3;
const names = ['a', 'b', 'val/<i>c" &'];
const examples = Object.fromEntries(names.map((name, index) => [name, drawnExample(index + 1, 24, 20, labelCount)]));

/** On WebGPU, in the browser that the command line starts. */
async function evaluateAndTune() {
  const folder = await temporaryFolder();
  await storeExamples(folder, examples);
  const bilateral = { sigmaXY: [6, 6], sigmaRGB: [8, 30], compatibility: [4, 4] };
  const space = { gaussian: null, bilateral, normalization: ['symmetric'], iterations: [2] };
  await writeFile(folder.file('space.json'), JSON.stringify(space));
  const kernels = [{ type: 'bilateral', sigmaXY: 12, sigmaRGB: 15, compatibility: 4 }];
  await writeFile(folder.file('crf.json'), JSON.stringify({ kernels, iterations: 3 }));
  const data = [folder.file('logits'), folder.file('truth'), '--form', 'logits', '--images', folder.file('photos')];
  const evaluate = async (backend: string) => {
    const more = ['--options', folder.file('crf.json'), '--backend', backend, '--out', folder.file(backend), '--json'];
    const { exitCode, out, error } = await meanfield('evaluate', ...data, ...more);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    return JSON.parse(out) as EvaluateReport & { run: { adapter: string } };
  };
  const tune = async () => {
    const more = [
      '--space',
      folder.file('space.json'),
      '--candidates',
      '4',
      '--folds',
      '3',
      '--out',
      folder.file('tuned'),
    ];
    const { exitCode, out, error } = await meanfield('tune', ...data, ...more, '--json');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    return JSON.parse(out) as TuneReport;
  };
  return { folder, webgpu: await evaluate('webgpu'), cpu: await evaluate('cpu'), tuned: await tune() };
}

const pages: TestPage[] = [];
afterAll(async () => {
  for (const page of pages) await page.finish();
});

describe('on WebGPU', () => {
  test('evaluate and tune work as on the CPU, and their pages are whole by themselves', async () => {
    const { folder, webgpu, cpu, tuned } = await evaluateAndTune();
    expect(webgpu.run.adapter).not.toBe('CPU');
    expect(webgpu.before).toEqual(cpu.before);
    // A pixel where two labels are equal up to rounding may fall either way.
    expect(webgpu.after?.meanIoU).toBeCloseTo(cpu.after?.meanIoU ?? Number.NaN, 2);
    expect(webgpu.images).toEqual(cpu.images);
    expect(tuned).toMatchObject({ exampleCount: 3, baseline: webgpu.before.meanIoU, failed: 0 });
    expect(tuned.best.score).toBeGreaterThan(tuned.baseline);

    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    for (const name of ['webgpu', 'tuned']) {
      const testPage = await openPage();
      pages.push(testPage);
      const { page } = testPage;
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      // The page's own policy lets no script in; that of a test comes by another way.
      await page.setBypassCSP(true);
      const address = pathToFileURL(folder.file(`${name}/report.html`)).href;
      await page.setViewport({ width: 1100, height: 800 });
      await page.goto(address);
      expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([address]);
      const pictures = 'Array.from(document.images, (image) => image.complete && image.naturalWidth > 0)';
      const drawn = (await page.evaluate(pictures)) as boolean[];
      expect(drawn.every(Boolean)).toBe(true);
      expect(drawn.length > 0).toBe(name === 'webgpu');
      expect(await page.evaluate('document.querySelectorAll("main i").length')).toBe(0);
      // Narrow windows scroll tables, not the page.
      await page.setViewport({ width: 420, height: 800 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(420);
      await page.evaluate(axe);
      const violations = await page.evaluate(
        'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html].join(": ")))',
      );
      expect(violations).toEqual([]);
    }
  });
});
