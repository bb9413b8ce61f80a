// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Painter } from '../../../src/pipeline/drawing/painter.js';
import type { View } from '../../../src/pipeline/drawing/view.js';
import { createTestDevice } from '../../support/device.js';
import { green, red } from '../../support/disc.js';
import { disc, format, type PaintedDisc, paintDisc } from '../../support/painted-disc.js';
import type { StageDevice } from '../../support/stage-device.js';

let painted: PaintedDisc;
let gpu: StageDevice;
let painter: Painter;
let sources: PaintedDisc['sources'];

beforeAll(async () => {
  painted = await paintDisc();
  ({ gpu, painter, sources } = painted);
});
afterAll(() => painted.finish());

function at(image: { data: Uint8Array | Uint8ClampedArray; width: number }, x: number, y: number): number[] {
  return [...image.data.subarray(4 * (y * image.width + x), 4 * (y * image.width + x) + 4)];
}

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

test('the blur is that of the background alone: stripes become their mean right beside the foreground', async () => {
  // Black and white stripes of 2 pixels behind a red square.
  const [width, height] = [48, 32];
  const isSquare = (x: number, y: number) => x >= 16 && x < 32 && y >= 8 && y < 24;
  const rgba = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const stripe = (x >> 1) % 2 === 0 ? 0 : 255;
    rgba.set(isSquare(x, y) ? red : [stripe, stripe, stripe], 4 * i);
  }
  const labels = { width: 24, height: 16, labelCount: 2 };
  const inside = Float32Array.from({ length: 384 }, (_, i) => Number(isSquare(2 * (i % 24), 2 * Math.floor(i / 24))));
  const own = new Painter(gpu.device);
  await own.prepare({
    sources: {
      frame: gpu.texture(rgba, width, height),
      labels: {
        ...labels,
        labelMap: gpu.storage(Uint32Array.from(inside)),
        marginals: gpu.storage(Float32Array.from([...inside.map((q) => 1 - q), ...inside])),
      },
    },
    formats: [format],
  });
  const picture = await own.exportImage({ kind: 'blur', sigmaXY: 5 });
  for (const [x, y] of [
    [14, 16],
    [34, 16],
    [24, 5],
    [24, 26],
  ]) {
    const [r, g, b, a] = at(picture, x, y);
    expect([r - g, g - b, a], `${x}, ${y}`).toBeAllClose([0, 0, 255], { tolerance: 2 });
    expect(r).toBeGreaterThan(90);
    expect(r).toBeLessThan(165);
  }
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    if (isSquare(x, y) && isSquare(x - 2, y - 2) && isSquare(x + 2, y + 2))
      expect(at(picture, x, y)).toEqual([...red, 255]);
  }
  own.destroy();
});

test('over a colour, an image or nothing: the same foreground', async () => {
  const over = await painter.exportImage({ kind: 'colour', colour: '#0000ff' });
  const cut = await painter.exportImage({ kind: 'cut-out' });
  // Twice the size of the frame, all of one colour.
  const { width, height } = disc;
  const pixels = Uint8Array.from({ length: 16 * width * height }, (_, i) => [0, 0, 255, 255][i % 4]);
  const image = gpu.texture(pixels, 2 * width, 2 * height);
  expect((await painter.exportImage({ kind: 'image', image })).data).toEqual(over.data);
  for (let i = 0; i < disc.coverage.length; i++) {
    const opacity = cut.data[4 * i + 3] / 255;
    const mixed = [0, 1, 2].map((c) => opacity * cut.data[4 * i + c] + (1 - opacity) * (c === 2 ? 255 : 0));
    expect([...over.data.subarray(4 * i, 4 * i + 3)]).toBeAllClose(mixed, { tolerance: 1.5 });
  }
  for (const i of parts.outside) expect([...over.data.subarray(4 * i, 4 * i + 4)]).toEqual([0, 0, 255, 255]);
});

test('a background image fills the frame, its middle in the middle', async () => {
  // 4×1: the frame is 4:3, so that what is seen is the middle of the image: columns 1 and 2.
  const columns = [
    [255, 0, 0, 255],
    [0, 255, 0, 255],
    [0, 0, 255, 255],
    [255, 0, 0, 255],
  ];
  const image = gpu.texture(Uint8Array.from(columns.flat()), 4, 1);
  const picture = await painter.exportImage({ kind: 'image', image, foreground: [] });
  expect(at(picture, 10, 20)[0]).toBe(0);
  const [r, g, b] = at(picture, 31, 20);
  expect(r).toBe(0);
  expect(g + b).toBeGreaterThan(250);
  expect(Math.abs(g - b)).toBeLessThan(16);
});

test('labels that are chosen as foreground are what is kept', async () => {
  const none = await painter.exportImage({ kind: 'cut-out', foreground: [] });
  expect(none.data.every((value) => value === 0)).toBe(true);
  expect((await painter.exportImage({ kind: 'cut-out', foreground: [1, 0] })).data).toEqual(disc.rgba);
  const outside = await painter.exportImage({ kind: 'cut-out', foreground: [0] });
  for (const i of parts.inside) expect(outside.data[4 * i + 3]).toBe(0);
  for (const i of parts.outside)
    expect([...outside.data.subarray(4 * i, 4 * i + 4)]).toEqual([...disc.rgba.subarray(4 * i, 4 * i + 4)]);
});

describe('overlay', () => {
  const { width, height } = disc;
  const radius = 0.3 * height;

  test('mixes label colours in, and leaves a transparent label alone', async () => {
    const picture = await painter.exportImage({ kind: 'overlay', opacity: 0.5, outline: 0 });
    expect(at(picture, width / 2, height / 2)).toBeAllClose([110, 10, 142, 255], { tolerance: 1 });
    expect(at(picture, 2, 2)).toEqual([...green, 255]);
  });

  test.each([1, 2.5])('has an outline where the disc ends, in a target %f times as large', async (zoom) => {
    const size = { width: zoom * width, height: zoom * height };
    const picture = await painter.exportImage({ kind: 'overlay', opacity: 0, outline: 3 }, size);
    const y = Math.floor(size.height / 2);
    const isLine = (x: number, row: number) => {
      const [r, g, b] = at(picture, x, row);
      return r + g < 40 && b > 220;
    };
    for (let angle = 0; angle < 6; angle += 0.5) {
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const found: number[] = [];
      for (let away = 0; away < 0.45 * size.height; away += 0.25) {
        if (isLine(Math.floor(size.width / 2 + away * cos), Math.floor(y + away * sin))) found.push(away);
      }
      const middle = found.reduce((sum, away) => sum + away, 0) / found.length;
      // The working size is four times smaller: a quarter of its pixel is a frame pixel.
      expect(Math.abs(middle - zoom * radius), `angle ${angle}`).toBeLessThan(1.5 * zoom);
      const length = (found.at(-1) as number) - found[0];
      expect(length).toBeGreaterThan(1);
      expect(length).toBeLessThan(4.5);
    }
  });

  test('has edges that are neither jagged nor wide: most colours between two pure ones on few pixels', async () => {
    const picture = await painter.exportImage({ kind: 'labels' }, { width: 4 * width, height: 4 * height });
    let between = 0;
    for (let i = 0; i < picture.width * picture.height; i++) {
      const alpha = picture.data[4 * i + 3];
      if (alpha > 0 && alpha < 255) between++;
    }
    const circumference = 2 * Math.PI * 4 * radius;
    expect(between).toBeGreaterThan(0.7 * circumference);
    expect(between).toBeLessThan(2 * circumference);
  });
});

test('confidence is white where Q is 1, black where labels are equal', async () => {
  const labels = { width: 2, height: 1, labelCount: 2 };
  const own = new Painter(gpu.device);
  await own.prepare({
    sources: {
      frame: gpu.texture(new Uint8Array(32).fill(255), 8, 1),
      labels: {
        ...labels,
        labelMap: gpu.storage(Uint32Array.of(0, 1)),
        marginals: gpu.storage(Float32Array.of(0.5, 0, 0.5, 1)),
      },
    },
    formats: [format],
  });
  const { data } = await own.exportImage({ kind: 'confidence' });
  // Bilinear between the two centres, at 2 and 6 of 8 pixels.
  const expected = [0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1].map((shade) => 255 * shade);
  expect(data.filter((_, i) => i % 4 === 0)).toBeAllClose(expected, { tolerance: 1 });
  own.destroy();
});

describe('placement', () => {
  test('the split shows the frame left of it', async () => {
    const { data, width } = await painter.exportImage({ kind: 'cut-out', split: 0.25 });
    const cut = await painter.exportImage({ kind: 'cut-out' });
    for (let i = 0; i < data.length; i++) {
      const isLeft = Math.floor(i / 4) % width < width / 4;
      expect(data[i]).toBe(isLeft ? disc.rgba[i] : cut.data[i]);
    }
    expect((await painter.exportImage({ kind: 'blur', split: 1 })).data).toEqual(disc.rgba);
  });

  test("'contain' leaves transparent margins, 'cover' none", async () => {
    // The frame is 64×48; in 96×48 there are 16 pixels left and right.
    const contained = await painter.exportImage({ kind: 'original' }, { width: 96, height: 48 });
    expect(at(contained, 15, 20)).toEqual([0, 0, 0, 0]);
    expect(at(contained, 80, 20)).toEqual([0, 0, 0, 0]);
    expect(at(contained, 16, 20)).toEqual(at({ data: disc.rgba, width: disc.width }, 0, 20));
    expect(at(contained, 48, 24)).toEqual([...red, 255]);
    const covering = await painter.exportImage({ kind: 'original', fit: 'cover' }, { width: 96, height: 48 });
    for (const [x, y] of [
      [0, 0],
      [95, 47],
    ]) {
      expect(at(covering, x, y)).toEqual([...green, 255]);
    }
  });

  test('made smaller, every frame pixel counts', async () => {
    // Single white pixels on black, eight apart: what single samples would miss or double.
    const [width, height] = [40, 32];
    const isWhite = (i: number) => (i % width) % 8 === 3 && Math.floor(i / width) % 8 === 2;
    const rgba = Uint8Array.from({ length: 4 * width * height }, (_, i) => (isWhite(i >> 2) || i % 4 === 3 ? 255 : 0));
    const own = new Painter(gpu.device);
    await own.prepare({ sources: { frame: gpu.texture(rgba, width, height) }, formats: [format] });
    const { data } = await own.exportImage({ kind: 'original' }, { width: 5, height: 4 });
    expect(data.filter((_, i) => i % 4 === 0)).toBeAllClose(new Float32Array(20).fill(255 / 64), { tolerance: 1 });
    own.destroy();
  });
});

test('a frame that is transparent itself stays so', async () => {
  const rgba = disc.rgba.map((byte, i) => (i % 4 === 3 ? 128 : byte));
  const own = new Painter(gpu.device);
  await own.prepare({ sources: { ...sources, frame: gpu.texture(rgba, disc.width, disc.height) }, formats: [format] });
  expect((await own.exportImage({ kind: 'original' })).data).toBeAllClose(rgba, { tolerance: 1 });
  const cut = await own.exportImage({ kind: 'cut-out' });
  expect(at(cut, disc.width / 2, disc.height / 2)).toBeAllClose([...red, 128], { tolerance: 1 });
  own.destroy();
});

describe('targets', () => {
  test('a texture gets premultiplied colours; a view of it the same', async () => {
    const { width, height } = disc;
    const size = { width, height };
    // RENDER_ATTACHMENT | COPY_SRC
    const texture = gpu.device.createTexture({ size: [width, height], format, usage: 0x11 });
    const cut = await painter.exportImage({ kind: 'cut-out' });
    for (const target of [texture, { view: texture.createView(), format, ...size } as const]) {
      const encoder = gpu.device.createCommandEncoder();
      painter.encode(encoder, { kind: 'cut-out' }, target);
      const buffer = gpu.zeros(64 * height);
      encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow: 256 }, [width, height]);
      gpu.device.queue.submit([encoder.finish()]);
      const drawn = new Uint8Array((await gpu.words(buffer, 64 * height)).buffer);
      for (const i of parts.edge) {
        const alpha = cut.data[4 * i + 3];
        expect(drawn[4 * i + 3]).toBe(alpha);
        expect(drawn[4 * i]).toBeLessThanOrEqual(alpha);
        expect(Math.abs(drawn[4 * i] - (cut.data[4 * i] * alpha) / 255)).toBeLessThanOrEqual(1);
      }
    }
    texture.destroy();
  });
});

test('from frame to frame nothing is created, whatever slider moves', async () => {
  const test = await createTestDevice();
  const { device } = test;
  const own = new Painter(device);
  // TEXTURE_BINDING | COPY_DST; RENDER_ATTACHMENT
  const textures = [6, 6, 16].map((usage) => device.createTexture({ size: [64, 48], format, usage }));
  const [frame, image, target] = textures;
  const [labelMap, marginals] = [768, 1536].map((bytes) => device.createBuffer({ size: bytes, usage: 0x80 }));
  const options = {
    sources: { frame, labels: { ...disc.labels, labelMap, marginals } },
    views: ['overlay', 'labels', 'confidence', 'cut-out', 'colour', 'image', 'blur'] as const,
    formats: [format] as const,
  };
  await own.prepare(options);
  const views = (value: number): View[] => [
    { kind: 'original', split: value, mirror: value > 0.5, fit: 'cover' },
    { kind: 'overlay', opacity: value, outline: 9 * value },
    { kind: 'labels', outline: 3 * value },
    { kind: 'confidence', split: value },
    { kind: 'cut-out', refineEdges: value > 0.5, foreground: value > 0.5 ? [0] : [1] },
    { kind: 'colour', colour: value > 0.5 ? '#ff0000' : '#00ff0080' },
    { kind: 'image', image },
    { kind: 'blur', sigmaXY: 1 + 70 * value },
  ];
  const draw = (value: number) => {
    for (const view of views(value)) {
      const encoder = device.createCommandEncoder();
      own.encode(encoder, view, target);
      device.queue.submit([encoder.finish()]);
    }
  };
  draw(0);
  const [before, liveBytes] = [test.counts(), test.liveBytes];
  for (const value of [0.1, 0.3, 0.6, 1]) {
    own.setColours(['#000000', value > 0.5 ? '#ffffff' : '#888888']);
    await own.prepare(options);
    draw(value);
  }
  expect(test.counts()).toEqual(before);
  expect(test.liveBytes).toBe(liveBytes);
  expect(own.bytes).toBe(liveBytes - labelMap.size - marginals.size);
  // Other sources take the place of the old ones.
  const other = device.createTexture({ size: [32, 24], format, usage: 6 });
  await own.prepare({ ...options, sources: { ...options.sources, frame: other } });
  expect(test.liveBytes).toBeLessThan(liveBytes);
  draw(0.5);
  own.destroy();
  for (const owned of [...textures, other, labelMap, marginals]) owned.destroy();
  await test.finish();
});
