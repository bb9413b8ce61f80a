// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Painter } from '../../../src/pipeline/drawing/painter.js';
import { drawDisc, green, red } from '../../support/disc.js';
import { StageDevice } from '../../support/stage-device.js';

const disc = drawDisc();
const format = 'rgba8unorm';
let gpu: StageDevice;
let painter: Painter;
let sources: Parameters<Painter['prepare']>[0]['sources'];

beforeAll(async () => {
  gpu = await StageDevice.create();
  const frame = gpu.texture(disc.rgba, disc.width, disc.height);
  const labels = { ...disc.labels, labelMap: gpu.storage(disc.labelMap), marginals: gpu.storage(disc.marginals) };
  sources = { frame, labels };
  painter = new Painter(gpu.device);
  await painter.prepare({
    sources,
    formats: [format],
    views: ['original', 'overlay', 'labels', 'confidence', 'cut-out', 'colour', 'image', 'blur'],
    colours: ['#00000000', '#0000ff'],
  });
});
afterAll(async () => {
  painter.destroy();
  await gpu.finish();
});

/** Pixels that are all disc, all background, or partly each. */
const parts = {
  inside: [...disc.coverage.keys()].filter((i) => disc.coverage[i] === 1),
  outside: [...disc.coverage.keys()].filter((i) => disc.coverage[i] === 0),
  edge: [...disc.coverage.keys()].filter((i) => disc.coverage[i] > 0 && disc.coverage[i] < 1),
};

test('the original is the frame, byte by byte', async () => {
  expect((await painter.exportImage({ kind: 'original' })).data).toEqual(disc.rgba);
});

test('a mirrored original is the frame with its rows turned round', async () => {
  const { data } = await painter.exportImage({ kind: 'original', mirror: true });
  const turned = disc.rgba.map((_, i) => {
    const [x, y] = [Math.floor(i / 4) % disc.width, Math.floor(i / 4 / disc.width)];
    return disc.rgba[4 * (y * disc.width + disc.width - 1 - x) + (i % 4)];
  });
  expect(data).toEqual(turned);
});

describe('cut-out', () => {
  test('has the opacity of the disc and its colour alone', async () => {
    const cut = await painter.exportImage({ kind: 'cut-out' });
    let worst = 0;
    for (let i = 0; i < disc.coverage.length; i++) {
      const [r, g, b, a] = cut.data.subarray(4 * i, 4 * i + 4);
      worst = Math.max(worst, Math.abs(a / 255 - disc.coverage[i]));
      // No halo: what is seen at all is red.
      if (a > 25) expect([r, g, b], `pixel ${i}, coverage ${disc.coverage[i]}`).toBeAllClose(red, { tolerance: 12 });
    }
    expect(worst).toBeLessThan(0.06);
    expect(parts.edge.length).toBeGreaterThan(50);
  });

  test('without refinement has a halo, which shows that the test above can fail', async () => {
    const cut = await painter.exportImage({ kind: 'cut-out', refineEdges: false });
    const greenest = Math.max(...parts.edge.map((i) => (cut.data[4 * i + 3] > 25 ? cut.data[4 * i + 1] : 0)));
    expect(greenest).toBeGreaterThan(100);
  });
});

test('the blur leaves the foreground as it was and takes none of it into the background', async () => {
  const { data } = await painter.exportImage({ kind: 'blur', sigmaXY: 6 });
  for (const i of parts.inside) expect(data.subarray(4 * i, 4 * i + 4)).toEqual(disc.rgba.subarray(4 * i, 4 * i + 4));
  for (const i of parts.outside) expect([...data.subarray(4 * i, 4 * i + 3)]).toBeAllClose(green, { tolerance: 1 });
});
