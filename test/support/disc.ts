// SPDX-License-Identifier: MIT

/** A frame with a red disc on green, antialiased as a camera would, and what a working size four times smaller knows of it. */
export interface Disc {
  width: number;
  height: number;
  rgba: Uint8ClampedArray<ArrayBuffer>;
  /** Share of each frame pixel that the disc covers, [height, width]. */
  coverage: Float32Array;
  labels: { width: number; height: number; labelCount: number };
  labelMap: Uint32Array<ArrayBuffer>;
  /** [label, y, x] */
  marginals: Float32Array<ArrayBuffer>;
}

export const red = [220, 20, 30] as const;
export const green = [30, 200, 60] as const;

export function drawDisc(width = 64, height = 48, scale = 4): Disc {
  const radius = Math.min(width, height) * 0.3;
  const coverage = Float32Array.from({ length: width * height }, (_, i) => covered(i % width, Math.floor(i / width)));
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (const [i, share] of coverage.entries()) {
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = share * red[c] + (1 - share) * green[c];
    rgba[4 * i + 3] = 255;
  }
  const labels = { width: width / scale, height: height / scale, labelCount: 2 };
  const pixelCount = labels.width * labels.height;
  const marginals = new Float32Array(2 * pixelCount);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const [x, y] = [pixel % labels.width, Math.floor(pixel / labels.width)];
    let mean = 0;
    for (let k = 0; k < scale * scale; k++) {
      mean += coverage[(y * scale + Math.floor(k / scale)) * width + x * scale + (k % scale)] / scale ** 2;
    }
    // As sure as refined marginals are.
    const disc = 1 / (1 + Math.exp(-12 * (mean - 0.5)));
    marginals[pixel] = 1 - disc;
    marginals[pixelCount + pixel] = disc;
  }
  const labelMap = Uint32Array.from({ length: pixelCount }, (_, i) => Number(marginals[pixelCount + i] > 0.5));
  return { width, height, rgba, coverage, labels, labelMap, marginals };

  function covered(x: number, y: number): number {
    const samples = 8;
    let inside = 0;
    for (let k = 0; k < samples * samples; k++) {
      const dx = x + ((k % samples) + 0.5) / samples - width / 2;
      const dy = y + (Math.floor(k / samples) + 0.5) / samples - height / 2;
      inside += Number(Math.hypot(dx, dy) < radius);
    }
    return inside / samples ** 2;
  }
}
