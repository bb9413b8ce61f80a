// SPDX-License-Identifier: MIT

// Definitions of what mask analysis computes, as directly as they can be written, and as slowly: to judge the CPU twins by.

export interface Size {
  width: number;
  height: number;
}

export const nothing = 0xffffffff;

/** Neighbours in raster order. */
export function neighboursOf(pixel: number, { width, height }: Size, connectivity: number): number[] {
  const [x, y] = [pixel % width, Math.floor(pixel / width)];
  const found: number[] = [];
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      if (dx === 0 && dy === 0) continue;
      if (connectivity === 4 && dx !== 0 && dy !== 0) continue;
      if (x + dx < 0 || y + dy < 0 || x + dx >= width || y + dy >= height) continue;
      found.push((y + dy) * width + x + dx);
    }
  }
  return found;
}

/** Squared distance to the nearest pixel for which `isSite`. */
export function naiveDistance({ width, height }: Size, isSite: (pixel: number) => boolean): Uint32Array {
  const pixels = Array.from({ length: width * height }, (_unused, pixel) => pixel);
  const sites = pixels.filter(isSite).map((pixel) => [pixel % width, Math.floor(pixel / width)]);
  return Uint32Array.from(pixels, (pixel) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return Math.min(nothing, ...sites.map(([sx, sy]) => (x - sx) ** 2 + (y - sy) ** 2));
  });
}

/** Pixels for which `some` or `every` pixel of the shape around them, as far as it lies in the image, is in the mask. */
export function naiveMorphology(
  mask: Uint32Array,
  { width, height }: Size,
  radius: number,
  shape: 'disc' | 'square',
  quantifier: 'some' | 'every',
): Uint32Array {
  return mask.map((_value, pixel) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const found: boolean[] = [];
    for (let v = 0; v < height; v++) {
      for (let u = 0; u < width; u++) {
        const far = shape === 'disc' ? Math.hypot(u - x, v - y) : Math.max(Math.abs(u - x), Math.abs(v - y));
        if (far <= radius + 1e-9) found.push(mask[v * width + u] !== 0);
      }
    }
    return Number(found[quantifier](Boolean));
  });
}

/** Least pixel that can be reached by neighbours for which `linked`: found by handing it on until nothing changes. */
export function naiveRoots(size: Size, connectivity: number, linked: (a: number, b: number) => boolean): Uint32Array {
  const roots = Uint32Array.from({ length: size.width * size.height }, (_unused, pixel) => pixel);
  for (let changed = true; changed; ) {
    changed = false;
    for (let pixel = 0; pixel < roots.length; pixel++) {
      for (const other of neighboursOf(pixel, size, connectivity)) {
        if (!linked(pixel, other) || roots[other] >= roots[pixel]) continue;
        roots[pixel] = roots[other];
        changed = true;
      }
    }
  }
  return roots;
}

/** The lowest relief that one has to pass on the best way from a pixel to each other; 0 where there is none. */
export function bottlenecks(from: number, relief: Uint32Array, size: Size, connectivity: number): Uint32Array {
  const best = new Uint32Array(relief.length);
  best[from] = relief[from];
  const improved = [from];
  for (let pixel = improved.pop(); pixel !== undefined; pixel = improved.pop()) {
    for (const other of neighboursOf(pixel, size, connectivity)) {
      const pass = Math.min(best[pixel], relief[other]);
      if (pass <= best[other]) continue;
      best[other] = pass;
      improved.push(other);
    }
  }
  return best;
}

/** The definition of a watershed's forest, by growing it from the seeds: of all edges out of it the first comes next (Prim). */
export function naiveWatershed(relief: Uint32Array, seeds: Uint32Array, size: Size, connectivity: number): Uint32Array {
  const nearness = naiveDistance(size, (pixel) => seeds[pixel] > 0);
  const rank = (pixel: number) => [-relief[pixel], nearness[pixel], pixel];
  const compare = (a: readonly number[], b: readonly number[]) => {
    const at = a.findIndex((value, i) => value !== b[i]);
    return at < 0 ? 0 : a[at] - b[at];
  };
  const edges: { pixels: [number, number]; key: number[] }[] = [];
  relief.forEach((height, pixel) => {
    if (height === 0) return;
    for (const other of neighboursOf(pixel, size, connectivity)) {
      if (other < pixel || relief[other] === 0) continue;
      const [early, late] = [rank(pixel), rank(other)].sort(compare);
      edges.push({ pixels: [pixel, other], key: [...late, ...early] });
    }
  });
  edges.sort((a, b) => compare(a.key, b.key));
  const ids = seeds.map((seed, pixel) => (relief[pixel] > 0 ? seed : 0));
  for (;;) {
    const next = edges.find(({ pixels: [a, b] }) => ids[a] > 0 !== ids[b] > 0);
    if (!next) return ids;
    const [a, b] = next.pixels;
    if (ids[a] > 0) ids[b] = ids[a];
    else ids[a] = ids[b];
  }
}
