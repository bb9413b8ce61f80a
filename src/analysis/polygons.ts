// SPDX-License-Identifier: MIT

import type { ConnectivityOptions } from './api.js';
import { checkIntegerImage, resolveConnectivity, withoutTarget } from './arguments.js';
import { componentRoots } from './cpu/components.js';
import type { IntegerImage } from './functions.js';

/** A corner of pixels: x in 0..width, y in 0..height. */
export type Corner = readonly [x: number, y: number];

/** A connected component of pixels of one value, by its edges. */
export interface Polygon {
  /** What its pixels hold: 1 of a mask, or a label, or an id. */
  value: number;
  /** Closed, clockwise as seen on a screen (y downwards); only corners where it turns. */
  outer: readonly Corner[];
  /** The same, counter-clockwise. */
  holes: readonly (readonly Corner[])[];
}

/**
 * Polygons along the edges of pixels, one for each connected component of pixels of one value that is not zero, in raster order of their first
 * pixels. Filled, they are exactly the component: the area of `outer` less that of `holes` is its number of pixels.
 * With `connectivity` 8 (default) pixels that touch at a corner are one polygon, which touches itself there.
 */
export function tracePolygons(map: IntegerImage, options?: Omit<ConnectivityOptions, 'into'>): Polygon[] {
  const { values, size } = checkIntegerImage('map', map);
  const { connectivity } = withoutTarget(resolveConnectivity(options));
  const roots = componentRoots(values, size, connectivity, 'values');
  const tracer = new RingTracer(roots, size.width, size.height, connectivity);
  const polygons = new Map<number, { value: number; outer: readonly Corner[]; holes: (readonly Corner[])[] }>();
  for (let pixel = 0; pixel < roots.length; pixel++) {
    if (roots[pixel] === 0) continue;
    for (let side = 0; side < 4; side++) {
      const ring = tracer.ringFrom(pixel, side);
      if (!ring) continue;
      const polygon = polygons.get(roots[pixel]);
      // The first ring that is met in raster order is the outer one.
      if (polygon) polygon.holes.push(ring);
      else polygons.set(roots[pixel], { value: values[pixel], outer: ring, holes: [] });
    }
  }
  return [...polygons.values()];
}

/** Steps along a pixel's top, right, bottom and left side, with the pixel to the right: east, south, west, north. */
const stepX = [1, 0, -1, 0];
const stepY = [0, 1, 0, -1];

/** Follows the sides between a component and what is not of it, with the component to the right. */
class RingTracer {
  /** Sides that belong to a ring already, a bit each. */
  private readonly done: Uint8Array;

  constructor(
    private readonly roots: Uint32Array,
    private readonly width: number,
    private readonly height: number,
    private readonly connectivity: number,
  ) {
    this.done = new Uint8Array(roots.length);
  }

  /** The ring that a side is on; undefined where it is no edge, or its ring was given already. */
  ringFrom(startPixel: number, startSide: number): Corner[] | undefined {
    const root = this.roots[startPixel];
    const [startX, startY] = [startPixel % this.width, Math.floor(startPixel / this.width)];
    const outward = (startSide + 3) % 4;
    if (this.isOf(root, startX + stepX[outward], startY + stepY[outward])) return undefined;
    if (this.done[startPixel] & (1 << startSide)) return undefined;
    const ring: Corner[] = [];
    let [x, y, side] = [startX, startY, startSide];
    do {
      this.done[y * this.width + x] |= 1 << side;
      const left = (side + 3) % 4;
      const [aheadX, aheadY] = [x + stepX[side], y + stepY[side]];
      const ahead = this.isOf(root, aheadX, aheadY);
      const aside = this.isOf(root, aheadX + stepX[left], aheadY + stepY[left]);
      // Two pixels that touch at this corner only are passed from one to the other where they are neighbours.
      const turnsLeft = aside && (ahead || this.connectivity === 8);
      if (turnsLeft || !ahead) ring.push(endOf(x, y, side));
      if (turnsLeft) {
        [x, y, side] = [aheadX + stepX[left], aheadY + stepY[left], left];
      } else if (ahead) {
        [x, y] = [aheadX, aheadY];
      } else {
        side = (side + 1) % 4;
      }
    } while (x !== startX || y !== startY || side !== startSide);
    return ring;
  }

  private isOf(root: number, x: number, y: number): boolean {
    return x >= 0 && y >= 0 && x < this.width && y < this.height && this.roots[y * this.width + x] === root;
  }
}

/** Corner at which a side ends. */
function endOf(x: number, y: number, side: number): Corner {
  return [side < 2 ? x + 1 : x, side === 1 || side === 2 ? y + 1 : y];
}
