// SPDX-License-Identifier: MIT

import type { ProblemSize, ResolvedKernel, ResolvedParameters } from '../../../src/problem/types.js';
import { kernelFeatures } from '../../../src/reference/features.js';
import {
  type Matrix,
  naiveExactKernel,
  naiveLatticeKernel,
  naiveMeanField,
  naiveNormalize,
  pottsPenalties,
} from '../../support/naive-crf.js';
import type { PlainProblem } from './reference.js';

/** Dense matrices take the square of the pixels, lattices of maps longer still. */
const mostPixels = 48;
const mostLabels = 6;
const mostLatticeDims = 4;

/** Q by dense matrices in double precision, [label, y, x]; undefined where that would take too long or another lattice is right too. */
export function naiveMarginals(
  { size, parameters, image, energies }: PlainProblem,
  vertexCounts: readonly (number | null)[],
): number[] | undefined {
  if (!isSmall(size, parameters)) return undefined;
  const kernels: { kernel: Matrix; penalties: Matrix }[] = [];
  for (const [index, kernel] of parameters.kernels.entries()) {
    const { matrix, vertexCount } = matrixOf(kernel, size, image);
    // A point on a simplex's border, or nearly: in double precision it may lie on the other side.
    if (vertexCount !== vertexCounts[index]) return undefined;
    kernels.push({
      kernel: naiveNormalize(matrix, kernel.normalization),
      penalties: penaltiesOf(kernel, size.labelCount),
    });
  }
  const { iterations, damping } = parameters;
  return naiveMeanField(energies, size.labelCount, kernels, iterations, damping).flat();
}

function isSmall({ width, height, labelCount }: ProblemSize, { kernels, tolerance }: ResolvedParameters): boolean {
  const hasDims = kernels.every(({ method, featureDim }) => method !== 'lattice' || featureDim <= mostLatticeDims);
  return width * height <= mostPixels && labelCount <= mostLabels && hasDims && tolerance === 0;
}

function matrixOf(
  kernel: ResolvedKernel,
  size: ProblemSize,
  image: Uint8Array | null,
): { matrix: Matrix; vertexCount: number | null } {
  if (kernel.method === 'separable') return { matrix: truncatedKernel(kernel.sigmas, size), vertexCount: null };
  const features = kernelFeatures(kernel, size, image);
  if (kernel.method === 'exact') return { matrix: naiveExactKernel(features, kernel.featureDim), vertexCount: null };
  const { kernel: matrix, vertexCount } = naiveLatticeKernel(features, kernel.featureDim);
  return { matrix, vertexCount };
}

/** The spatial kernel, cut off where four sigmas end in x or in y. */
function truncatedKernel([sigmaX, sigmaY]: readonly number[], { width, height }: ProblemSize): Matrix {
  const weight = (distance: number, sigma: number) =>
    Math.abs(distance) <= Math.ceil(4 * sigma) ? Math.exp(-0.5 * (distance / sigma) ** 2) : 0;
  const pixels = Array.from({ length: width * height }, (_, i) => [i % width, Math.floor(i / width)]);
  return pixels.map(([x, y]) => pixels.map(([u, v]) => weight(u - x, sigmaX) * weight(v - y, sigmaY)));
}

function penaltiesOf({ compatibility }: ResolvedKernel, labelCount: number): Matrix {
  if (compatibility.kind === 'potts') return pottsPenalties(compatibility.weight, labelCount);
  const { kind, penalties } = compatibility;
  return Array.from({ length: labelCount }, (_, a) =>
    Array.from({ length: labelCount }, (_, b) => {
      if (kind === 'matrix') return penalties[a * labelCount + b];
      return a === b ? penalties[a] : 0;
    }),
  );
}

/** How far single precision may put a feature off, in parts of it, carried to the scores. */
export function embeddingError({ size, parameters, image }: PlainProblem): number {
  return parameters.kernels.reduce((largest, kernel) => {
    if (kernel.method !== 'lattice') return largest;
    const features = kernelFeatures(kernel, size, image);
    const reach = features.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return Math.max(largest, reach * (kernel.featureDim + 1) * 2 ** -22);
  }, 0);
}
