// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import type { TuneOptions, TuneResult } from '../../src/analysis/index.js';
import { openPage } from '../support/page.js';

type Library = typeof import('../../src/analysis/index.js');

/** Runs in the page: a handful of drawn images that somebody labelled, on either backend. */
async function tuneInPage(backend: 'webgpu' | 'cpu') {
  const { tune } = (await window.importModule('src/analysis/index.ts')) as unknown as Library;
  const [width, height] = [24, 20];
  const examples = [0, 1, 2].map((index) => {
    const canvas = new OffscreenCanvas(width, height);
    const drawing = canvas.getContext('2d', { willReadFrequently: true });
    if (!drawing) throw new Error('no canvas');
    drawing.fillStyle = '#306090';
    drawing.fillRect(0, 0, width, height);
    drawing.fillStyle = '#d0a040';
    drawing.fillRect(6 + index, 5, 10, 9);
    const image = drawing.getImageData(0, 0, width, height);
    const truth = Uint8Array.from({ length: width * height }, (_, i) => (image.data[4 * i] > 100 ? 1 : 0));
    const logits = new Float32Array(2 * width * height);
    // Noise that is the same every time, stronger than the signal here and there.
    for (let i = 0; i < truth.length; i++) {
      logits[truth.length + i] = (truth[i] ? 0.6 : -0.6) + Math.sin(12.9898 * (i + 1) * (index + 1)) * 1.1;
    }
    return { name: `image ${index}`, width, height, image, unary: { logits }, truth };
  });
  const bilateral = { sigmaXY: [4, 20], sigmaRGB: [10, 10], compatibility: [1, 8] } as const;
  const options: TuneOptions = {
    labelCount: 2,
    backend,
    candidates: 4,
    folds: 3,
    resamples: 200,
    space: { gaussian: null, bilateral, normalization: ['symmetric'], iterations: [3] },
  };
  let turns = 0;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    turns++;
    port2.postMessage(null);
  };
  port2.postMessage(null);
  const result = await tune(examples, options);
  port1.close();
  const controller = new AbortController();
  const onProgress: NonNullable<TuneOptions['onProgress']> = ({ phase }) => {
    if (phase === 'validation') controller.abort(new Error('stopped'));
  };
  const aborted = await tune(examples, { ...options, signal: controller.signal, onProgress }).catch(String);
  return { result, turns, aborted };
}

test('labelled images in a page tune the engine there, on WebGPU as on the CPU', async () => {
  const { page, finish } = await openPage();
  const results: TuneResult[] = [];
  for (const backend of ['webgpu', 'cpu'] as const) {
    const { result, turns, aborted } = await page.evaluate(tuneInPage, backend);
    expect(result.baseline).toBeLessThan(0.8);
    expect(result.best.score).toBeGreaterThan(0.97);
    expect(result.recommended).toBe(true);
    expect(turns).toBeGreaterThan(3);
    expect(aborted).toBe('Error: stopped');
    results.push(result);
  }
  expect(results[0].baseline).toBe(results[1].baseline);
  expect(results[0].parameters.kernels).toHaveLength(1);
  await finish();
});
