// SPDX-License-Identifier: MIT

/** Size of an image in pixels; arrays are row-major. */
export interface ImageSize {
  width: number;
  height: number;
}

/** Whether pixels that touch at a corner only are neighbours (8) or not (4). */
export type Connectivity = 4 | 8;

const sides = [
  [0, -1],
  [-1, 0],
  [1, 0],
  [0, 1],
] as const;
const corners = [
  [-1, -1],
  [1, -1],
  [-1, 1],
  [1, 1],
] as const;

/** A function that calls `visit` with each neighbour of a pixel inside the image. */
export function neighbourhood({ width, height }: ImageSize, connectivity: Connectivity) {
  const offsets = connectivity === 8 ? [...sides, ...corners] : sides;
  return (pixel: number, visit: (neighbour: number) => void): void => {
    const x = pixel % width;
    const y = (pixel - x) / width;
    for (const [dx, dy] of offsets) {
      if (x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height) visit(pixel + dy * width + dx);
    }
  };
}
