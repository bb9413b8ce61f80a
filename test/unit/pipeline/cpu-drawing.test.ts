// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { Background } from '../../../src/pipeline/cpu/drawing/background.js';
import { Contours } from '../../../src/pipeline/cpu/drawing/contours.js';
import { Edges } from '../../../src/pipeline/cpu/drawing/edges.js';
import { Foreground } from '../../../src/pipeline/cpu/drawing/foreground.js';
import { Guide } from '../../../src/pipeline/cpu/drawing/guide.js';
import { planBlur } from '../../../src/pipeline/drawing/blur-plan.js';
import { drawBackground } from '../../../src/reference/pipeline/draw-background.js';
import { drawBlur } from '../../../src/reference/pipeline/draw-blur.js';
import { drawContours } from '../../../src/reference/pipeline/draw-contours.js';
import { drawEdges } from '../../../src/reference/pipeline/draw-edges.js';
import { drawForeground } from '../../../src/reference/pipeline/draw-foreground.js';
import { drawGuide } from '../../../src/reference/pipeline/draw-guide.js';
import { drawHalve } from '../../../src/reference/pipeline/draw-halve.js';
import { drawnScene } from '../../support/drawn-scene.js';

describe.each([
  { scene: drawnScene(23, 17, 9, 6, 3), foreground: [1, 2] },
  { scene: drawnScene(48, 36, 24, 18, 2), foreground: [1] },
  { scene: drawnScene(7, 5, 7, 5, 4), foreground: [0, 3] },
  { scene: drawnScene(5, 3, 10, 9, 2), foreground: [0] },
  { scene: drawnScene(1, 1, 1, 1, 2), foreground: [1] },
  { scene: drawnScene(31, 1, 5, 1, 2), foreground: [] },
])('frame $scene.frame.width×$scene.frame.height, working $scene.labels.width×$scene.labels.height', (given) => {
  const { scene, foreground } = given;
  const { frame, labels } = scene;
  const isForeground = Array.from({ length: labels.labelCount }, (_, label) => foreground.includes(label));
  const guide = drawGuide(frame, labels, labels.marginals, foreground);
  const edges = drawEdges(guide, labels);

  test('guide and edges are the twins’, also of a second frame', () => {
    const [ownGuide, ownEdges] = [new Guide(), new Edges()];
    for (let frames = 0; frames < 2; frames++) {
      ownGuide.take(frame, labels, isForeground);
      ownEdges.take(ownGuide.pixels, labels.width, labels.height);
      expect(ownGuide.pixels).toBeAllClose(guide, { tolerance: 1e-5 });
      expect(ownEdges.pixels).toBeAllClose(edges, { tolerance: 1e-5 });
    }
  });

  test.each([true, false])('the foreground is the twin’s, refined: %s', (refines) => {
    const own = new Foreground();
    const expected = drawForeground(frame, labels, guide, edges, refines);
    for (let frames = 0; frames < 2; frames++) {
      expect(own.draw(scene, isForeground, refines).pixels).toBeAllClose(expected, { tolerance: 1e-5 });
    }
  });

  test.each([0.5, 3, 9])('the background blurred by %d pixels is the twins’', (sigmaXY) => {
    const layer = drawForeground(frame, labels, guide, edges, true);
    const own = new Background();
    own.blur(frame, { ...frame, pixels: layer }, 2 * sigmaXY);
    const found = own.blur(frame, { ...frame, pixels: layer }, sigmaXY);
    const levels = Math.max(1, Math.ceil(Math.log2(Math.max(frame.width, frame.height))));
    const { exponent, sigma, radius } = planBlur(sigmaXY, levels);
    let [width, height] = [Math.ceil(frame.width / 2), Math.ceil(frame.height / 2)];
    let expected = drawBackground(frame, layer);
    for (let level = 1; level < exponent; level++) {
      expected = drawHalve(expected, width, height);
      [width, height] = [Math.ceil(width / 2), Math.ceil(height / 2)];
    }
    const falloff = sigma > 0 ? 1 / (2 * sigma * sigma) : 0;
    for (const axis of ['x', 'y'] as const) expected = drawBlur(expected, { width, height }, axis, radius, falloff);
    expect([found.width, found.height, found.scale]).toEqual([width, height, 2 ** exponent]);
    expect(found.pixels).toBeAllClose(expected, { tolerance: 1e-5 });
  });

  test.each([1, 2, 5])('contours within %i pixels are the twin’s', (reach) => {
    const own = new Contours();
    const expected = drawContours(labels.labelMap, labels.marginals, labels, reach);
    for (let frames = 0; frames < 2; frames++) {
      own.take(labels, reach);
      expect(own.distances).toBeAllClose(expected.distance, { tolerance: 1e-5 });
      expect(own.beyond).toEqual(expected.beyond);
    }
  });
});
