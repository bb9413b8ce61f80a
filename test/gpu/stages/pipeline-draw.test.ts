// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawBackground as backgroundOnCpu } from '../../../src/reference/pipeline/draw-background.js';
import { drawBlur as blurOnCpu } from '../../../src/reference/pipeline/draw-blur.js';
import { drawContours as contoursOnCpu } from '../../../src/reference/pipeline/draw-contours.js';
import { drawEdges as edgesOnCpu } from '../../../src/reference/pipeline/draw-edges.js';
import { drawForeground as foregroundOnCpu } from '../../../src/reference/pipeline/draw-foreground.js';
import { drawGuide as guideOnCpu } from '../../../src/reference/pipeline/draw-guide.js';
import { drawHalve as halveOnCpu } from '../../../src/reference/pipeline/draw-halve.js';
import { drawBackground } from '../../../src/stages/pipeline/draw-background.js';
import { drawBlur } from '../../../src/stages/pipeline/draw-blur.js';
import { drawContours } from '../../../src/stages/pipeline/draw-contours.js';
import { drawEdges } from '../../../src/stages/pipeline/draw-edges.js';
import { drawForeground } from '../../../src/stages/pipeline/draw-foreground.js';
import { drawGuide } from '../../../src/stages/pipeline/draw-guide.js';
import { drawHalve } from '../../../src/stages/pipeline/draw-halve.js';
import { drawnScene } from '../../support/drawn-scene.js';
import { randomFloats, randomImage } from '../../support/random.js';
import { StageDevice } from '../../support/stage-device.js';

let gpu: StageDevice;
beforeAll(async () => {
  gpu = await StageDevice.create();
});
afterAll(() => gpu.finish());

describe.each([
  { scene: drawnScene(23, 17, 9, 6, 3), workgroupSize: 1, foreground: [1, 2] },
  { scene: drawnScene(24, 16, 12, 8, 2), workgroupSize: 3, foreground: [1] },
  { scene: drawnScene(7, 5, 7, 5, 4), workgroupSize: 64, foreground: [0, 3] },
  { scene: drawnScene(5, 3, 10, 9, 2), workgroupSize: 64, foreground: [0] },
  { scene: drawnScene(1, 1, 1, 1, 2), workgroupSize: 2, foreground: [1] },
  { scene: drawnScene(31, 1, 5, 1, 2), workgroupSize: 64, foreground: [] },
])('frame $scene.frame.width×$scene.frame.height, working $scene.labels.width×$scene.labels.height', (given) => {
  const { scene, workgroupSize, foreground } = given;
  const { frame, labels: size } = scene;
  const { labelCount, marginals, labelMap } = size;
  const [pixelCount, framePixels] = [size.width * size.height, frame.width * frame.height];
  const constants = { workgroupSize };
  const drawing = (refines = 1) => gpu.uniform(frame.width, frame.height, size.width, size.height, labelCount, refines);
  const frameView = () => gpu.texture(frame.data, frame.width, frame.height).createView();
  const guide = guideOnCpu(frame, size, marginals, foreground);
  const edges = edgesOnCpu(guide, size);

  test('guide', async () => {
    const found = gpu.filled(4 * pixelCount + 1, 7);
    const isForeground = Uint32Array.from({ length: labelCount }, (_, label) => Number(foreground.includes(label)));
    await gpu.run(drawGuide, {
      constants,
      bindings: {
        drawing: drawing(),
        frame: frameView(),
        marginals: gpu.storage(marginals),
        isForeground: gpu.storage(isForeground),
        guide: found,
      },
      items: pixelCount,
    });
    const values = await gpu.floats(found, 4 * pixelCount + 1);
    expect(values.subarray(0, -1)).toBeAllClose(guide, { tolerance: 1e-5, shape: [size.height, size.width, 4] });
    // What lies behind the last pixel is nobody's.
    expect(values[4 * pixelCount]).toBe(7);
  });

  test('edges', async () => {
    const found = gpu.filled(4 * pixelCount, 7);
    await gpu.run(drawEdges, {
      constants,
      bindings: { drawing: drawing(), guide: gpu.storage(guide), edges: found },
      items: pixelCount,
    });
    expect(await gpu.floats(found, 4 * pixelCount)).toBeAllClose(edges, { tolerance: 1e-6 });
  });

  test.each([true, false])('foreground, refined: %s', async (refines) => {
    const found = gpu.filled(2 * framePixels, 7);
    await gpu.run(drawForeground, {
      constants,
      bindings: {
        drawing: drawing(Number(refines)),
        frame: frameView(),
        guide: gpu.storage(guide),
        edges: gpu.storage(edges),
        foreground: found,
      },
      items: framePixels,
    });
    const expected = foregroundOnCpu(frame, size, guide, edges, refines);
    expect(await channels(found, framePixels)).toBeAllClose(expected, {
      // Half a step of 16 bits is 0.76e-5.
      tolerance: 1e-5,
      shape: [frame.height, frame.width, 4],
    });
  });

  test('background', async () => {
    const layer = foregroundOnCpu(frame, size, guide, edges, true);
    const expected = backgroundOnCpu(frame, layer);
    const found = gpu.filled(expected.length, 7);
    await gpu.run(drawBackground, {
      constants,
      bindings: {
        drawing: drawing(),
        frame: frameView(),
        foreground: gpu.storage(Uint32Array.from({ length: 2 * framePixels }, (_, i) => words(layer, 2 * i))),
        background: found,
      },
      items: expected.length / 4,
    });
    expect(await gpu.floats(found, expected.length)).toBeAllClose(expected, { tolerance: 1e-5 });
  });

  test.each([1, 2, 5])('contours within %i pixels', async (reach) => {
    const bindings = {
      contours: gpu.uniform(size.width, size.height, labelCount, reach),
      labelMap: gpu.storage(labelMap),
      marginals: gpu.storage(marginals),
      rowCrossings: gpu.filled(2 * pixelCount, 7),
      nearest: gpu.filled(4 * pixelCount, 7),
    };
    await gpu.run(drawContours, { constants, bindings, items: pixelCount, entry: 'rows' });
    await gpu.run(drawContours, { constants, bindings, items: pixelCount, entry: 'columns' });
    const found = await gpu.words(bindings.nearest, 4 * pixelCount);
    const expected = contoursOnCpu(labelMap, marginals, size, reach);
    expect(found.filter((_, i) => i % 4 === 0)).toEqual(labelMap);
    expect(found.filter((_, i) => i % 4 === 1)).toEqual(expected.beyond);
    const distances = new Float32Array(found.filter((_, i) => i % 4 === 2).buffer);
    expect(distances).toBeAllClose(expected.distance, { tolerance: 1e-5, shape: [size.height, size.width] });
  });
});

/** Unpacks the foreground layer. */
async function channels(buffer: GPUBuffer, pixels: number): Promise<Float32Array> {
  const halves = new Uint16Array((await gpu.words(buffer, 2 * pixels)).buffer);
  return Float32Array.from(halves, (half) => half / 65535);
}

/** Two channels as the layer packs them. */
function words(layer: Float32Array, first: number): number {
  const [low, high] = [Math.round(65535 * layer[first]), Math.round(65535 * layer[first + 1])];
  return (low + 65536 * high) >>> 0;
}

describe.each([
  { width: 9, height: 5, workgroupSize: 1 },
  { width: 8, height: 6, workgroupSize: 3 },
  { width: 1, height: 7, workgroupSize: 64 },
  { width: 1, height: 1, workgroupSize: 64 },
])('$width×$height, workgroups of $workgroupSize', ({ width, height, workgroupSize }) => {
  const constants = { workgroupSize };
  const source = randomFloats(4 * width * height, 3);

  test('halving', async () => {
    const expected = halveOnCpu(source, width, height);
    const halved = gpu.filled(expected.length, 7);
    await gpu.run(drawHalve, {
      constants,
      bindings: { halve: gpu.uniform(width, height), source: gpu.storage(source), halved },
      items: expected.length / 4,
    });
    expect(await gpu.floats(halved, expected.length)).toBeAllClose(expected, { tolerance: 1e-6 });
  });

  test.each([
    ['x', 0, 0],
    ['x', 3, 0.4],
    ['y', 2, 0.1],
    ['y', 20, 0.01],
  ] as const)('blur along %s, radius %i', async (axis, radius, falloff) => {
    const blurred = gpu.filled(source.length, 7);
    await gpu.run(drawBlur, {
      constants,
      bindings: {
        blur: gpu.uniform(width, height, Number(axis === 'y'), radius, { float: falloff }),
        source: gpu.storage(source),
        blurred,
      },
      items: width * height,
    });
    const expected = blurOnCpu(source, { width, height }, axis, radius, falloff);
    expect(await gpu.floats(blurred, source.length)).toBeAllClose(expected, { tolerance: 1e-5 });
  });
});

describe('the CPU twins', () => {
  test('find the contour of a tilted edge where it is', () => {
    // Q of label 1 rises linearly across the line x·cos + y·sin = c: the contour is that line.
    const [width, height] = [12, 11];
    for (const angle of [0, 0.3, 0.7, 1.2, Math.PI / 2]) {
      const away = Float32Array.from({ length: width * height }, (_, i) => {
        return ((i % width) - 5.3) * Math.cos(angle) + (Math.floor(i / width) - 4.8) * Math.sin(angle);
      });
      const q = away.map((d) => Math.min(Math.max(0.5 + 0.2 * d, 0), 1));
      const marginals = Float32Array.from([...q.map((value) => 1 - value), ...q]);
      const labelMap = Uint32Array.from(q, (value) => Number(value > 0.5));
      const { distance, beyond } = contoursOnCpu(labelMap, marginals, { width, height }, 6);
      for (let i = 0; i < away.length; i++) {
        // Near the border the nearest point of the line may lie outside.
        const [x, y] = [(i % width) - away[i] * Math.cos(angle), Math.floor(i / width) - away[i] * Math.sin(angle)];
        if (x < 0.5 || y < 0.5 || x > width - 1.5 || y > height - 1.5 || Math.abs(away[i]) > 2.3) continue;
        expect(Math.abs(distance[i] - Math.abs(away[i])), `angle ${angle}, pixel ${i}`).toBeLessThan(0.15);
        expect(beyond[i]).toBe(1 - labelMap[i]);
      }
    }
  });

  test('conserve what they halve', () => {
    const source = randomFloats(4 * 9 * 5, 2);
    const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
    expect(4 * sum(halveOnCpu(source, 9, 5))).toBeCloseTo(sum(source), 3);
  });

  test('see through nothing that the network is fairly sure of, and keep the border where labels are equal', () => {
    const frame = { data: randomImage(6, 2), width: 6, height: 1 };
    const marginals = Float32Array.of(0.1, 0.15, 0.4, 0.5, 0.85, 0.95);
    const guide = guideOnCpu(frame, { width: 6, height: 1 }, marginals, [0]);
    const opacities = guide.filter((_, i) => i % 4 === 3);
    expect(opacities.subarray(0, 2)).toBeAllClose([0, 0]);
    expect(opacities[2]).toBeLessThan(0.4);
    expect(opacities.subarray(3)).toBeAllClose([0.5, 1, 1]);
  });

  test('give the whole frame to the foreground where all is foreground', () => {
    const frame = { data: randomImage(48, 2), width: 8, height: 6 };
    const size = { width: 4, height: 3 };
    const guide = guideOnCpu(frame, size, new Float32Array(12).fill(1), [0]);
    const layer = foregroundOnCpu(frame, size, guide, edgesOnCpu(guide, size), true);
    expect(layer).toBeAllClose(
      Float32Array.from(frame.data, (byte) => byte / 255),
      { tolerance: 1e-6 },
    );
  });
});
