// SPDX-License-Identifier: MIT

export interface TemporalSettings {
  width: number;
  height: number;
  labelCount: number;
  /** Weight of the past where nothing changed, 0..1, 1 excluded. */
  strength: number;
  /** On 0..255. */
  colourSigma: number;
  /** 0..1 */
  hysteresis: number;
}

/** What one frame leaves for the next. */
export interface TemporalState {
  /** Running mean of the image on 0..255, [height, width, 3]. */
  mean: Float32Array;
  /** Q', [labelCount, height, width]. */
  marginals: Float32Array;
  /** [height, width] */
  labelMap: Uint32Array;
}

/**
 * One frame of Q' = (1 - w)·Q + w·Q'before with w = strength·still, still = exp(-change/(2·colourSigma²)), and a label map in which a label
 * gives way only to one whose Q' is above its own by more than hysteresis·still. With b = [1 4 1]⊗[1 4 1]/36 and d the image less its running
 * mean, change = max(|Σ b·d|² - Σb²·Σ b·|d|², 0), pixels beyond the border being those at it. Without a past all is taken as it comes.
 */
export function smoothFrame(
  settings: TemporalSettings,
  rgba: Uint8Array | Uint8ClampedArray,
  marginals: Float32Array,
  past: TemporalState | null,
): TemporalState {
  const { width, height, labelCount, strength, colourSigma, hysteresis } = settings;
  const pixelCount = width * height;
  const next: TemporalState = {
    mean: new Float32Array(3 * pixelCount),
    marginals: new Float32Array(labelCount * pixelCount),
    labelMap: new Uint32Array(pixelCount),
  };
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const still = past ? Math.exp(-changeAt(settings, rgba, past.mean, pixel) / (2 * colourSigma * colourSigma)) : 0;
    const weight = strength * still;
    for (let c = 0; c < 3; c++) {
      const old = past ? past.mean[3 * pixel + c] : 0;
      next.mean[3 * pixel + c] = (1 - weight) * rgba[4 * pixel + c] + weight * old;
    }
    const q = Array.from({ length: labelCount }, (_, label) => {
      const i = label * pixelCount + pixel;
      return (1 - weight) * marginals[i] + (past ? weight * past.marginals[i] : 0);
    });
    for (const [label, value] of q.entries()) next.marginals[label * pixelCount + pixel] = value;
    const best = q.indexOf(Math.max(...q));
    const before = past ? past.labelMap[pixel] : best;
    next.labelMap[pixel] = q[best] - q[before] > hysteresis * still ? best : before;
  }
  return next;
}

function changeAt(
  { width, height }: TemporalSettings,
  rgba: Uint8Array | Uint8ClampedArray,
  mean: Float32Array,
  pixel: number,
): number {
  const part = [1 / 6, 4 / 6, 1 / 6];
  const drift = [0, 0, 0];
  let scatter = 0;
  let squaredWeights = 0;
  for (const [row, weightY] of part.entries()) {
    for (const [column, weightX] of part.entries()) {
      const x = Math.min(Math.max((pixel % width) + column - 1, 0), width - 1);
      const y = Math.min(Math.max(Math.floor(pixel / width) + row - 1, 0), height - 1);
      const weight = weightX * weightY;
      squaredWeights += weight * weight;
      for (let c = 0; c < 3; c++) {
        const difference = rgba[4 * (y * width + x) + c] - mean[3 * (y * width + x) + c];
        drift[c] += weight * difference;
        scatter += weight * difference * difference;
      }
    }
  }
  const moved = drift.reduce((sum, value) => sum + value * value, 0);
  return Math.max(moved - squaredWeights * scatter, 0);
}
