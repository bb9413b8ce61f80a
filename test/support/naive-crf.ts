// SPDX-License-Identifier: MIT

/**
 * The same mathematics as the library's, in double precision, with dense matrices and without any trick: slow, short, and
 * sharing no code with what it judges. Arrays of features are [featureDim, pointCount], of labels [label, point].
 */

/** A dense matrix [pointCount][pointCount]. */
export type Matrix = number[][];

/** K_ij = exp(-½ |f_i - f_j|²). */
export function naiveExactKernel(features: ArrayLike<number>, featureDim: number): Matrix {
  const points = columns(features, featureDim);
  return points.map((a) =>
    points.map((b) => Math.exp(-0.5 * a.reduce((sum, value, k) => sum + (value - b[k]) ** 2, 0))),
  );
}

/** A point's simplex on the permutohedral lattice: its vertices as full keys of d+1 coordinates, and their weights. */
export interface NaiveSimplex {
  vertices: number[][];
  weights: number[];
}

/** Adams, Baek and Davis 2010, by sorting. */
export function naiveEmbed(point: readonly number[]): NaiveSimplex {
  const d = point.length;
  const elevated = elevate(point);
  const rounded = elevated.map((value) => Math.round(value / (d + 1)) * (d + 1));
  // Bring the sum back to 0: the coordinates that were rounded the furthest go one step back. Of equal ones the lower
  // index counts as the larger.
  const excess = rounded.reduce((sum, value) => sum + value, 0) / (d + 1);
  const order = descendingOrder(elevated.map((value, i) => value - rounded[i]));
  for (let i = 0; i < excess; i++) rounded[order[d - i]] -= d + 1;
  for (let i = 0; i < -excess; i++) rounded[order[i]] += d + 1;
  const residuals = elevated.map((value, i) => value - rounded[i]);
  const descending = descendingOrder(residuals);

  // From one vertex to the next all coordinates grow by 1, but the largest residuals' ones fall: Σ weights·vertices = elevated.
  const vertices: number[][] = [];
  const weights: number[] = [];
  for (let remainder = 0; remainder <= d; remainder++) {
    const vertex = rounded.map((value) => value + remainder);
    for (let k = d + 1 - remainder; k <= d; k++) vertex[descending[k]] -= d + 1;
    vertices.push(vertex);
    const high = residuals[descending[d - remainder]];
    const low = remainder === 0 ? residuals[descending[0]] - (d + 1) : residuals[descending[d - remainder + 1]];
    weights.push((high - low) / (d + 1));
  }
  return { vertices, weights };
}

/** Indices of the values, largest first; sort is stable. */
function descendingOrder(values: readonly number[]): number[] {
  return values.map((_, i) => i).sort((a, b) => values[b] - values[a]);
}

/** y = E p: onto the plane of d+1 coordinates that sum to 0. */
export function elevate(point: readonly number[]): number[] {
  const d = point.length;
  const scaled = point.map((value, j) => (value * (d + 1) * Math.sqrt(2 / 3)) / Math.sqrt((j + 1) * (j + 2)));
  return Array.from({ length: d + 1 }, (_, j) => {
    const rest = scaled.slice(j).reduce((sum, value) => sum + value, 0);
    return j === 0 ? rest : rest - j * scaled[j - 1];
  });
}

/** Splat, blur along every axis and slice, times alpha, as one matrix. */
export function naiveLatticeKernel(
  features: ArrayLike<number>,
  featureDim: number,
): { kernel: Matrix; vertexCount: number } {
  const d = featureDim;
  const simplices = columns(features, d).map(naiveEmbed);
  const names = new Set(simplices.flatMap(({ vertices }) => vertices.map(String)));
  const kernel = simplices.map((from) => {
    let values = new Map([...names].map((name) => [name, 0]));
    from.vertices.forEach((vertex, k) => {
      values.set(String(vertex), (values.get(String(vertex)) ?? 0) + from.weights[k]);
    });
    for (let axis = 0; axis <= d; axis++) values = blurAxis(values, axis);
    const alpha = 1 / (1 + 2 ** -d);
    return simplices.map((to) =>
      to.vertices.reduce((sum, vertex, k) => sum + alpha * to.weights[k] * (values.get(String(vertex)) ?? 0), 0),
    );
  });
  // Column j of what was built is the response to point j; K itself is its transpose.
  return { kernel: transpose(kernel), vertexCount: names.size };
}

function blurAxis(values: Map<string, number>, axis: number): Map<string, number> {
  const blurred = new Map<string, number>();
  for (const [name, value] of values) {
    const key = name.split(',').map(Number);
    const d = key.length - 1;
    const up = key.map((coordinate, i) => (i === axis ? coordinate - d : coordinate + 1));
    const down = key.map((coordinate, i) => (i === axis ? coordinate + d : coordinate - 1));
    blurred.set(name, value + 0.5 * ((values.get(String(up)) ?? 0) + (values.get(String(down)) ?? 0)));
  }
  return blurred;
}

/** n^-½ K n^-½ and its kin, n = K·1. */
export function naiveNormalize(kernel: Matrix, normalization: 'none' | 'before' | 'after' | 'symmetric'): Matrix {
  const sums = kernel.map((row) => row.reduce((sum, value) => sum + value, 0));
  return kernel.map((row, i) =>
    row.map((value, j) => {
      if (normalization === 'before') return value / sums[j];
      if (normalization === 'after') return value / sums[i];
      return normalization === 'symmetric' ? value / Math.sqrt(sums[i] * sums[j]) : value;
    }),
  );
}

/** Mean field with penalties mu a kernel: Q <- softmax(-unary - Σ mu K Q). */
export function naiveMeanField(
  unary: ArrayLike<number>,
  labelCount: number,
  kernels: readonly { kernel: Matrix; penalties: Matrix }[],
  iterations: number,
  damping = 0,
): Matrix {
  const energies = Array.from({ length: labelCount }, (_, label) =>
    Array.from({ length: unary.length / labelCount }, (_, i) => unary[(label * unary.length) / labelCount + i]),
  );
  let q = softmaxColumns(energies.map((plane) => plane.map((energy) => -energy)));
  for (let iteration = 0; iteration < iterations; iteration++) {
    const messages = kernels.map(({ kernel, penalties }) => {
      const filtered = q.map((plane) => kernel.map((row) => row.reduce((sum, value, j) => sum + value * plane[j], 0)));
      return penalties.map((row) =>
        filtered[0].map((_, i) => -row.reduce((sum, penalty, b) => sum + penalty * filtered[b][i], 0)),
      );
    });
    const scores = energies.map((plane, label) =>
      plane.map((energy, i) => messages.reduce((sum, message) => sum + message[label][i], -energy)),
    );
    const next = softmaxColumns(scores);
    q = q.map((plane, label) => plane.map((value, i) => damping * value + (1 - damping) * next[label][i]));
  }
  return q;
}

/** -w on the diagonal: what a Potts number means as a penalty. */
export function pottsPenalties(weight: number, labelCount: number): Matrix {
  return Array.from({ length: labelCount }, (_, a) =>
    Array.from({ length: labelCount }, (_, b) => (a === b ? -weight : 0)),
  );
}

function softmaxColumns(scores: Matrix): Matrix {
  const maxima = scores[0].map((_, i) => Math.max(...scores.map((plane) => plane[i])));
  const powers = scores.map((plane) => plane.map((score, i) => Math.exp(score - maxima[i])));
  const sums = powers[0].map((_, i) => powers.reduce((sum, plane) => sum + plane[i], 0));
  return powers.map((plane) => plane.map((power, i) => power / sums[i]));
}

function columns(features: ArrayLike<number>, featureDim: number): number[][] {
  const pointCount = features.length / featureDim;
  return Array.from({ length: pointCount }, (_, i) =>
    Array.from({ length: featureDim }, (_, k) => features[k * pointCount + i]),
  );
}

function transpose(matrix: Matrix): Matrix {
  return matrix[0].map((_, j) => matrix.map((row) => row[j]));
}
