// SPDX-License-Identifier: MIT

/** A picture that the other examples work on: a dark disc on a light ground, and what a coarse network might say of it. */
export const width = 96;
export const height = 64;

export const photo = { data: drawDisc(), width, height };

/** @type {(x: number, y: number) => boolean} */
export function isInDisc(x, y) {
  return Math.hypot(x - 46, y - 30) < 20;
}

/** 1 in the disc, 0 elsewhere, [y, x]. */
export const truth = Uint8Array.from({ length: width * height }, (_, pixel) =>
  Number(isInDisc(pixel % width, Math.floor(pixel / width))),
);

/** Share of pixels whose label is right, 0..1. */
export function accuracyOf(/** @type {ArrayLike<number>} */ labelMap) {
  return truth.filter((label, pixel) => label === labelMap[pixel]).length / truth.length;
}

/** RGBA, [y, x, channel], with a little noise. */
function drawDisc() {
  const data = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const noise = 6 * Math.sin(37 * x * x + 91 * y);
      const [red, green, blue] = isInDisc(x, y) ? [60, 70, 110] : [210, 200, 180];
      data.set([red + noise, green + noise, blue + noise, 255], 4 * (y * width + x));
    }
  }
  return data;
}
