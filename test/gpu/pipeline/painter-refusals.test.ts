// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, expect, test } from 'vitest';
import { Painter } from '../../../src/pipeline/drawing/painter.js';
import type { View } from '../../../src/pipeline/drawing/view.js';
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

const encoder = () => gpu.device.createCommandEncoder();
const target = () => ({ view: {} as GPUTextureView, width: 8, height: 8, format }) as const;

test.each<[unknown, RegExp]>([
  [null, /view: got null/],
  [{ kind: 'cutout' }, /view\.kind: got "cutout", expected one of 'original'/],
  [{ kind: 'overlay', opacity: 2 }, /view\.opacity: got 2/],
  [{ kind: 'overlay', outline: -1 }, /view\.outline: got -1/],
  [{ kind: 'cut-out', opacity: 1 }, /view\.opacity: got 1, expected one of the keys/],
  [{ kind: 'original', split: 1.5 }, /view\.split: got 1\.5/],
  [{ kind: 'original', mirror: 1 }, /view\.mirror: got 1/],
  [{ kind: 'original', fit: 'fill' }, /view\.fit: got "fill"/],
  [{ kind: 'colour' }, /view\.colour: got undefined, expected a colour/],
  [{ kind: 'colour', colour: 'red' }, /view\.colour: got "red"/],
  [{ kind: 'image', image: {} }, /view\.image: got an object/],
  [{ kind: 'blur', sigmaXY: 0 }, /view\.sigmaXY: got 0/],
  [{ kind: 'blur', sigmaXY: 81 }, /view\.sigmaXY: got 81, expected .* at most 80/],
  [{ kind: 'blur', foreground: [2] }, /view\.foreground\[0\]: got 2, expected a whole number in 0\.\.1/],
  [{ kind: 'blur', foreground: 1 }, /view\.foreground: got 1, expected an array/],
])('the view %j', (view, message) => {
  expect(() => painter.encode(encoder(), view as View, target())).toThrow(message);
});

test('targets', () => {
  const view: View = { kind: 'original' };
  expect(() => painter.encode(encoder(), view, null as never)).toThrow(/target: got null/);
  expect(() => painter.encode(encoder(), view, {} as never)).toThrow(/target: got an object .* a canvas context/);
  expect(() => painter.encode(encoder(), view, { ...target(), width: 0 })).toThrow(/target\.width: got 0/);
  expect(() => painter.encode(encoder(), view, { ...target(), format: 'rgba16float' })).toThrow(
    /target\.format: got "rgba16float", expected a prepared format: 'rgba8unorm'/,
  );
  const frame = sources.frame;
  expect(() => painter.encode(encoder(), view, frame)).toThrow(/target\.usage: got \d+, expected .*RENDER_ATTACHMENT/);
});

test('sources, views and colours', async () => {
  const own = new Painter(gpu.device);
  const view: View = { kind: 'original' };
  expect(() => own.encode(encoder(), view, target())).toThrow(/sources: got undefined, expected a call of prepare/);
  const { labels, frame } = sources;
  if (!labels) throw new Error('no labels');
  const refused: [object, RegExp][] = [
    [{ sources: { frame: null } }, /sources\.frame: got null, expected a GPUTexture/],
    [{ sources: { frame }, views: ['blur'] }, /sources\.labels: got undefined, expected labels: the view 'blur'/],
    [{ sources: { frame, labels: { ...labels, width: 0 } } }, /sources\.labels\.width: got 0/],
    [
      { sources: { frame, labels: { ...labels, width: 1000 } } },
      /sources\.labels\.labelMap\.size: got \d+, expected at least/,
    ],
    [{ sources: { frame, labels: { ...labels, labelCount: 3 } } }, /sources\.labels\.marginals\.size: got/],
    [{ sources, views: ['all'] }, /views\[0\]: got "all"/],
    [{ sources, colours: ['#123456'] }, /colours\.length: got 1, expected a colour for each of 2 labels/],
    [{ sources, colours: ['#123456', '#12345'] }, /colours\[1\]: got "#12345"/],
  ];
  for (const [options, message] of refused) {
    await expect(own.prepare({ formats: [format], ...options } as never)).rejects.toThrow(message);
  }
  await own.prepare({ sources, formats: [format] });
  expect(() => own.encode(encoder(), { kind: 'blur' }, target())).toThrow(
    /view\.kind: got "blur", expected a prepared view: original/,
  );
  await expect(own.exportImage(view, { width: 0, height: 5 })).rejects.toThrow(/size\.width: got 0/);
  await expect(own.exportImage(view, { width: 65536, height: 5 })).rejects.toThrow(/maxTextureDimension2D/);
  own.destroy();
  expect(() => own.encode(encoder(), view, target())).toThrow(/destroyed/);
  await expect(own.prepare({ sources })).rejects.toThrow(/destroyed/);
});

test('a format that nothing can be drawn in, after which all goes on', async () => {
  const own = new Painter(gpu.device);
  await own.prepare({ sources, views: ['overlay'], formats: [format] });
  const before = own.bytes;
  await expect(own.prepare({ sources, views: ['blur'], formats: ['rgba8snorm'] })).rejects.toThrow(/rgba8snorm/i);
  expect(own.bytes).toBe(before);
  expect((await own.exportImage({ kind: 'blur', split: 1 })).data).toEqual(disc.rgba);
  own.destroy();
});
