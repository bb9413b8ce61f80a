// SPDX-License-Identifier: MIT

import { DenseCrf } from 'meanfield';

/** Voxels along x, y and z, and how many millimetres each is long. */
const size = [24, 24, 12];
const spacing = [1, 1, 3];
const [nx, ny, nz] = size;
const count = nx * ny * nz;

// A scan: bright in a ball, with noise. And coarse logits: wrong in one voxel of five.
const ball = (/** @type {number[]} */ at) =>
  Math.hypot(...at.map((k, axis) => (k - size[axis] / 2) * spacing[axis])) < 9;
const brightness = new Float32Array(count);
const truth = new Uint8Array(count);
const logits = new Float32Array(2 * count);
for (let i = 0; i < count; i++) {
  const isThing = ball([i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))]);
  truth[i] = Number(isThing);
  brightness[i] = (isThing ? 180 : 60) + 15 * Math.sin(12.9898 * i * i);
  logits[count + i] = isThing === (i * 7919) % 5 > 0 ? 1 : -1;
}

// A kernel's features: [featureDim, voxelCount], each divided by its sigma.
// Positions in millimetres, sigma 3; brightness, sigma 20.
const features = new Float32Array(4 * count);
for (let i = 0; i < count; i++) {
  const at = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
  for (let axis = 0; axis < 3; axis++) features[axis * count + i] = (at[axis] * spacing[axis]) / 3;
  features[3 * count + i] = brightness[i] / 20;
}

// A volume is a problem of height 1.
const crf = await DenseCrf.create({
  width: count,
  height: 1,
  labelCount: 2,
  parameters: { kernels: [{ type: 'features', features, featureDim: 4, compatibility: 5 }] },
});
await crf.refine({ unary: { logits } });
const labels = await crf.labelMap();
crf.destroy();

const wrong = (/** @type {ArrayLike<number>} */ found) => truth.filter((label, i) => label !== found[i]).length;
const before = truth.filter((label, i) => label !== Number(logits[count + i] > 0)).length;
console.log(`${before} of ${count} voxels are wrong before, ${wrong(labels)} after`);
