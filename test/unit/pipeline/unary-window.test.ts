// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { planIngest } from '../../../src/pipeline/frames/plan.js';
import { unaryWindow } from '../../../src/pipeline/outputs/unary-window.js';
import { resolveUnary } from '../../../src/problem/given-unary.js';
import { resizeFrame } from '../../../src/reference/pipeline/resize.js';
import { unaryEnergies } from '../../../src/reference/unary.js';

const upsamplings = ['half-pixel', 'align-corners'] as const;
type Upsampling = (typeof upsamplings)[number];

function placed(width: number, height: number, frame: readonly [number, number], fit: 'stretch' | 'letterbox') {
  return planIngest({ size: { kind: 'fixed', width, height }, fit }, frame[0], frame[1]);
}

test('257 pixels and 33 samples', () => {
  const stretched = placed(257, 257, [640, 480], 'stretch');
  const output = { width: 33, height: 33 };
  expect(unaryWindow(stretched, output, 'half-pixel')).toEqual({ x: 0, y: 0, width: 33, height: 33 });
  expect(unaryWindow(stretched, output, 'align-corners')).toEqual({
    x: 0.4375,
    y: 0.4375,
    width: 32.125,
    height: 32.125,
  });
  const letterboxed = placed(257, 257, [640, 480], 'letterbox');
  expect(letterboxed.window).toEqual({ x: 0, y: 32, width: 257, height: 193 });
  // The picture's first line is the input's 32nd, on whose centre sample 4 lies.
  const window = unaryWindow(letterboxed, output, 'align-corners');
  expect(window).toEqual({ x: 0.4375, y: 4.4375, width: 32.125, height: 24.125 });
});

/**
 * A network that says where it is: along each axis sample k gives the position in the input at which it lies, in pixels from the edge.
 * What comes back at a pixel must then be the place in the input that shows that pixel.
 */
test.each(
  upsamplings.flatMap((upsampling) =>
    (['stretch', 'letterbox'] as const).flatMap((fit) =>
      [257, 65, 64].map((input) => ({ upsampling, fit, input, output: input === 64 ? 16 : (input - 1) / 8 + 1 })),
    ),
  ),
)('$fit into $input, $output samples, $upsampling: nothing shifts', ({ upsampling, fit, input, output }) => {
  const [width, height] = [300, 200];
  const placement = placed(input, input, [width, height], fit);
  const lies = positionsOf(input, output, upsampling);
  const values = Float32Array.from({ length: 2 * output * output }, (_, i) => {
    const [label, y, x] = [Math.floor(i / output ** 2), Math.floor(i / output) % output, i % output];
    return lies[label === 0 ? x : y];
  });
  const size = { width, height, labelCount: 2 };
  const window = unaryWindow(placement, { width: output, height: output }, upsampling);
  const found = unaryEnergies(resolveUnary({ unary: values, width: output, height: output, window }, size), size);
  const { window: picture } = placement;
  const step = lies[1] - lies[0];
  let worst = 0;
  let compared = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const across = picture.x + ((x + 0.5) * picture.width) / width;
      const down = picture.y + ((y + 0.5) * picture.height) / height;
      // Near the picture's border values are held, as there are no samples further out.
      if (Math.min(across - picture.x, picture.x + picture.width - across) < step) continue;
      if (Math.min(down - picture.y, picture.y + picture.height - down) < step) continue;
      const place = y * width + x;
      worst = Math.max(worst, Math.abs(found[place] - across), Math.abs(found[width * height + place] - down));
      compared++;
    }
  }
  expect(worst).toBeLessThan(1e-3);
  expect(compared).toBeGreaterThan((width * height) / 3);
});

test('a picture that goes into the input and straight back is where it was', () => {
  // A ramp survives linear resampling exactly, away from the border.
  const [width, height] = [50, 30];
  const data = Uint8Array.from(
    { length: 4 * width * height },
    (_, i) => 3 * ((i >> 2) % width) + 2 * Math.floor(i / 4 / width),
  );
  const placement = placed(97, 97, [width, height], 'letterbox');
  const seen = resizeFrame({ data, width, height }, placement, [200, 0, 0]);
  // A network of one channel that gives every eighth pixel's red.
  const unary = Float32Array.from(
    { length: 13 * 13 },
    (_, i) => seen[4 * (8 * Math.floor(i / 13) * 97 + 8 * (i % 13))],
  );
  const size = { width, height, labelCount: 1 };
  const window = unaryWindow(placement, { width: 13, height: 13 }, 'align-corners');
  const found = unaryEnergies(resolveUnary({ unary, width: 13, height: 13, window }, size), size);
  let worst = 0;
  for (let y = 6; y < height - 6; y++) {
    for (let x = 6; x < width - 6; x++) {
      const place = y * width + x;
      worst = Math.max(worst, Math.abs(found[place] - data[4 * place]));
    }
  }
  expect(worst).toBeLessThan(1e-3);
});

function positionsOf(input: number, output: number, upsampling: Upsampling): number[] {
  return Array.from({ length: output }, (_, k) =>
    upsampling === 'half-pixel' ? ((k + 0.5) * input) / output : 0.5 + (k * (input - 1)) / (output - 1),
  );
}
