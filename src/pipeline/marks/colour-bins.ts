// SPDX-License-Identifier: MIT

/** Bins along each of r, g, b. */
const binsPerChannel = 6;

/** Bins of a histogram of colours. */
export const binCount = binsPerChannel ** 3;

/** How far apart, in a histogram, the eight bins of a colour lie from its first. */
export const corners = Int32Array.from([0, 1, 2, 3, 4, 5, 6, 7], (corner) => {
  const [r, g, b] = [corner >> 2, (corner >> 1) & 1, corner & 1];
  return (r * binsPerChannel + g) * binsPerChannel + b;
});

/** Each pixel's colour as a blend of the eight bins around it, so that similar colours share bins. */
export interface ColourBins {
  /** [pixel]: the first of the eight bins. */
  first: Uint8Array;
  /** [pixel, 8]: weights that sum to 1, in the order of `corners`. */
  weights: Float32Array;
}

/** @param rgba [pixel, 4] on 0..255 */
export function assignBins(rgba: Float32Array): ColourBins {
  const pixelCount = rgba.length / 4;
  const first = new Uint8Array(pixelCount);
  const weights = new Float32Array(8 * pixelCount);
  const scale = (binsPerChannel - 1) / 255;
  const last = binsPerChannel - 2;
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const r = rgba[4 * pixel] * scale;
    const g = rgba[4 * pixel + 1] * scale;
    const b = rgba[4 * pixel + 2] * scale;
    const lowR = Math.min(last, Math.floor(r));
    const lowG = Math.min(last, Math.floor(g));
    const lowB = Math.min(last, Math.floor(b));
    first[pixel] = (lowR * binsPerChannel + lowG) * binsPerChannel + lowB;
    for (let corner = 0; corner < 8; corner++) {
      const shareR = corner & 4 ? r - lowR : 1 - (r - lowR);
      const shareG = corner & 2 ? g - lowG : 1 - (g - lowG);
      const shareB = corner & 1 ? b - lowB : 1 - (b - lowB);
      weights[8 * pixel + corner] = shareR * shareG * shareB;
    }
  }
  return { first, weights };
}
