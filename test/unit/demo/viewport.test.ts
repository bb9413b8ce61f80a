// SPDX-License-Identifier: MIT

import { beforeEach, describe, expect, test } from 'vitest';
import { Viewport } from '../../../demo/view/viewport.js';

describe('what is seen of a photo', () => {
  let viewport: Viewport;
  beforeEach(() => {
    viewport = new Viewport();
    viewport.show({ width: 3000, height: 2000 });
    viewport.room.value = { width: 900, height: 700, density: 2 };
  });

  test('is all of it at first, as large as there is room', () => {
    expect(viewport.part.value).toEqual({ left: 0, top: 0, width: 1, height: 1 });
    expect(viewport.size.value).toEqual({ width: 1800, height: 1200 });
    expect(viewport.scale.value).toBeCloseTo(0.6, 12);
  });

  test('is all of it also where the room is no whole number of pixels', () => {
    viewport.show({ width: 40, height: 30 });
    viewport.room.value = { width: 1100, height: 627.9, density: 1 };
    expect(viewport.part.value).toEqual({ left: 0, top: 0, width: 1, height: 1 });
  });

  test('is all of it, whatever was done, while nobody knows how much room there is', () => {
    const unknown = new Viewport();
    unknown.zoomBy(3);
    unknown.pan({ x: 0.3, y: 0.1 });
    unknown.reveal({ x: 1, y: 1 });
    expect(unknown.part.value).toEqual({ left: 0, top: 0, width: 1, height: 1 });
    expect(unknown.size.value).toBeUndefined();
    expect(unknown.toPhoto({ x: 0.3, y: 0.7 })).toEqual({ x: 0.3, y: 0.7 });
  });

  test('begins at a whole pixel at the photo’s own size, and has as many as the screen', () => {
    viewport.zoomTo(viewport.ownSize.value, { x: 0.3217, y: 0.6043 });
    expect(viewport.scale.value).toBeCloseTo(1, 12);
    const { left, top, width, height } = viewport.part.value;
    const size = viewport.size.value;
    expect(size).toEqual({ width: 1800, height: 1400 });
    expect(width * 3000).toBeCloseTo(1800, 6);
    expect(height * 2000).toBeCloseTo(1400, 6);
    for (const start of [left * 3000, top * 2000]) expect(start).toBeCloseTo(Math.round(start), 6);
  });

  test.each([
    { x: 0.5, y: 0.5 },
    { x: 0.37, y: 0.71 },
    { x: 0.02, y: 0.97 },
  ])('has the place %o where it was after a zoom, and all of it again after zooming back', (place) => {
    // From the middle of the room, in pixels of the screen: what is seen grows on both sides of it.
    const onScreen = () => {
      const { x, y } = viewport.toScreen(place);
      const { width, height } = viewport.size.value ?? { width: 0, height: 0 };
      return { x: (x - 0.5) * width, y: (y - 0.5) * height };
    };
    const before = onScreen();
    viewport.zoomBy(4, place);
    const after = onScreen();
    // To the pixel, but near the photo's edge.
    expect(Math.abs(after.x - before.x)).toBeLessThan(2);
    expect(Math.abs(after.y - before.y)).toBeLessThan(place.y > 0.9 ? 110 : 2);
    viewport.zoomBy(1 / 4, place);
    expect(viewport.part.value).toEqual({ left: 0, top: 0, width: 1, height: 1 });
  });

  test('goes no farther than the photo, and no nearer than 16 pixels of the screen to one of its own', () => {
    viewport.zoomBy(1e6);
    expect(viewport.scale.value).toBeCloseTo(16, 9);
    viewport.pan({ x: 1e6, y: -1e6 });
    const { left, top, height } = viewport.part.value;
    expect(left).toBe(0);
    expect(top + height).toBeCloseTo(1, 9);
    viewport.zoomBy(1e-6);
    expect(viewport.zoom.value).toBe(1);
  });

  test('follows a place that would be out of sight, and stays where the place is seen', () => {
    viewport.zoomTo(5);
    const before = viewport.part.value;
    viewport.reveal(viewport.toPhoto({ x: 0.5, y: 0.9 }));
    expect(viewport.part.value).toEqual(before);
    viewport.reveal({ x: 0.99, y: 0.01 });
    const { x, y } = viewport.toScreen({ x: 0.99, y: 0.01 });
    expect(Math.min(x, y)).toBeGreaterThan(0);
    expect(Math.max(x, y)).toBeLessThan(1);
  });

  test('maps places to the screen and back', () => {
    viewport.zoomTo(3, { x: 0.2, y: 0.6 });
    const { x, y } = viewport.toPhoto(viewport.toScreen({ x: 0.27, y: 0.55 }));
    expect([x, y].map((value) => value.toFixed(9))).toEqual(['0.270000000', '0.550000000']);
  });

  test('fills the room with a photo that is taller than wide, as soon as it is zoomed', () => {
    viewport.show({ width: 1000, height: 3000 });
    expect(viewport.size.value).toEqual({ width: 467, height: 1400 });
    viewport.zoomTo(10);
    expect(viewport.size.value).toEqual({ width: 1800, height: 1400 });
  });

  test('is all of a photo smaller than its room, enlarged', () => {
    viewport.show({ width: 40, height: 30 });
    expect(viewport.ownSize.value).toBeLessThan(1);
    expect(viewport.size.value).toEqual({ width: 1800, height: 1350 });
    // Its pixels are larger than 16 already.
    expect(viewport.mostZoom.value).toBe(1);
  });
});
