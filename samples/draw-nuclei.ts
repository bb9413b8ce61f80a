// SPDX-License-Identifier: MIT

/** A picture that the project draws itself, and what is on it. */
export interface DrawnNuclei {
  width: number;
  height: number;
  /** Grey, 0..255: [y, x]. */
  grey: Uint8Array;
  /** 0 is background, k the k-th nucleus: [y, x]. */
  instances: Uint8Array;
  count: number;
}

const width = 256;
const height = 256;
const nucleusCount = 26;

/** Sigma in pixels of the microscope's blur. */
const blurSigma = 1.2;

/** Standard deviation of the sensor's noise, on 0..1. */
const noise = 0.015;

interface Nucleus {
  x: number;
  y: number;
  /** Half axes in pixels. */
  a: number;
  b: number;
  angle: number;
  /** On 0..1. */
  brightness: number;
}

/** Soft bright ellipses that do not overlap, as fluorescence shows nuclei: blurred, with noise. The same picture every time. */
export function drawNuclei(): DrawnNuclei {
  const random = numbers(20181);
  const nuclei = placeNuclei(random);
  const instances = new Uint8Array(width * height);
  const light = new Float32Array(width * height);
  for (let i = 0; i < light.length; i++) {
    const x = (i % width) + 0.5;
    const y = Math.floor(i / width) + 0.5;
    // Uneven illumination.
    light[i] = 0.05 + 0.02 * (x / width);
    for (const [index, nucleus] of nuclei.entries()) {
      const distance = ellipseDistance(nucleus, x, y);
      if (distance >= 1) continue;
      instances[i] = index + 1;
      // Chromatin is unevenly dense.
      const texture = 0.08 * Math.sin(0.9 * x + index) * Math.sin(0.8 * y - index);
      light[i] += nucleus.brightness * (0.85 + 0.15 * (1 - distance ** 2) + texture);
    }
  }
  const blurred = blur(blur(light, 1, width), width, height);
  const grey = Uint8Array.from(blurred, (value) => {
    const noisy = value + noise * gaussian(random);
    return Math.round(255 * Math.min(1, Math.max(0, noisy)));
  });
  return { width, height, grey, instances, count: nuclei.length };
}

/** Places that keep two pixels between any two nuclei and the picture's edge. */
function placeNuclei(random: () => number): Nucleus[] {
  const nuclei: Nucleus[] = [];
  while (nuclei.length < nucleusCount) {
    const a = 9 + 7 * random();
    const nucleus = {
      x: a + 2 + (width - 2 * a - 4) * random(),
      y: a + 2 + (height - 2 * a - 4) * random(),
      a,
      b: a * (0.65 + 0.35 * random()),
      angle: Math.PI * random(),
      brightness: 0.35 + 0.45 * random(),
    };
    const isFree = nuclei.every(({ x, y, a: other }) => Math.hypot(x - nucleus.x, y - nucleus.y) > a + other + 2);
    if (isFree) nuclei.push(nucleus);
  }
  return nuclei;
}

/** 1 on the ellipse's outline. */
function ellipseDistance({ x, y, a, b, angle }: Nucleus, atX: number, atY: number): number {
  const along = (atX - x) * Math.cos(angle) + (atY - y) * Math.sin(angle);
  const across = (atY - y) * Math.cos(angle) - (atX - x) * Math.sin(angle);
  return Math.hypot(along / a, across / b);
}

/** A Gaussian along one axis, whose pixels lie `step` apart and are `extent` many; the border goes on outside. */
function blur(values: Float32Array, step: number, extent: number): Float32Array {
  const radius = Math.ceil(3 * blurSigma);
  const taps = Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * blurSigma ** 2)));
  const sum = taps.reduce((total, tap) => total + tap);
  return values.map((_, i) => {
    const at = Math.floor(i / step) % extent;
    return taps.reduce((total, tap, k) => {
      const from = Math.min(extent - 1, Math.max(0, at + k - radius));
      return total + (tap / sum) * values[i + (from - at) * step];
    }, 0);
  });
}

/** Uniform in 0..1: a linear congruential generator (Numerical Recipes, chapter 7.1). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Normal with deviation 1 (Box and Muller). */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
