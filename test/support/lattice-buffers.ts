// SPDX-License-Identifier: MIT

import type { RowPlan } from '../../src/engine/plan/row-plan.js';
import type { Tuning } from '../../src/engine/plan/tuning.js';
import type { Embedding } from '../../src/reference/embed.js';
import type { Lattice } from '../../src/reference/lattice.js';
import type { StageDevice } from './stage-device.js';

/** A lattice that the CPU twin built, in the buffers that the filtering stages read. */
export interface LatticeBuffers {
  runCount: number;
  /** By the names that the stages' layouts have for them. */
  bindings: Record<'counted' | 'runs' | 'sortedPixels' | 'simplexVertices' | 'weights', GPUBuffer>;
  neighbours: GPUBuffer;
  /** Pixels a vertex. */
  splatCounts: Uint32Array;
}

export function uploadLattice(
  gpu: StageDevice,
  { embedding, lattice }: { embedding: Embedding; lattice: Lattice },
  maxRunLength: number,
): LatticeBuffers {
  const runs = runsOf(lattice, maxRunLength);
  return {
    runCount: runs.length / 2,
    bindings: {
      counted: gpu.uniform(lattice.vertexCount, runs.length / 2),
      runs: gpu.storage(runs),
      sortedPixels: gpu.storage(Uint32Array.from(lattice.points)),
      simplexVertices: gpu.storage(Uint32Array.from(lattice.simplexRows)),
      weights: gpu.storage(embedding.weights),
    },
    neighbours: gpu.storage(neighboursByVertex(lattice)),
    splatCounts: countSplats(lattice),
  };
}

/** Barycentric weights times a factor a pixel, [pixelCount, d + 1] in the order of `sortedPixels`: what normalization leaves. */
export function orderedWeights(
  { embedding: { weights }, lattice: { points, featureDim } }: { embedding: Embedding; lattice: Lattice },
  factors: Float32Array,
): Float32Array {
  const corners = featureDim + 1;
  return Float32Array.from({ length: points.length * corners }, (_, i) => {
    const pixel = points[Math.floor(i / corners)];
    return weights[pixel * corners + (i % corners)] * factors[pixel];
  });
}

/** Constants of the stages that work on runs, but for what each has of its own. */
export function runConstants(featureDim: number, { workgroupSize, maxRunLength }: Tuning, rows?: RowPlan) {
  return {
    workgroupSize,
    featureDim,
    cornerCount: featureDim + 1,
    maxRunLength,
    runLengthBits: Math.log2(maxRunLength),
    adjacent: false,
    ...(rows && { laneWidth: rows.laneWidth, blockLanes: rows.blockLanes, rowLanes: rows.rowLanes }),
    ...(rows && {
      storedLabels: rows.storedLabels,
      implicitLast: rows.implicitLast,
      filtersExcess: rows.filtersExcess,
    }),
  };
}

/** (simplex, start and length) of each run. */
function runsOf({ simplexCount, simplexStarts }: Lattice, maxRunLength: number): Uint32Array {
  const runs: number[] = [];
  for (let simplex = 0; simplex < simplexCount; simplex++) {
    const end = simplexStarts[simplex + 1];
    for (let start = simplexStarts[simplex]; start < end; start += maxRunLength) {
      const length = Math.min(maxRunLength, end - start);
      runs.push(simplex, start * maxRunLength + length - 1);
    }
  }
  return Uint32Array.from(runs);
}

/** [d + 1, vertexCount, 2] to [vertexCount + 1, d + 1, 2]. */
function neighboursByVertex({ featureDim, vertexCount, neighbours }: Lattice): Uint32Array {
  const corners = featureDim + 1;
  const byVertex = new Uint32Array((vertexCount + 1) * corners * 2);
  for (let axis = 0; axis < corners; axis++) {
    for (let vertex = 0; vertex < vertexCount; vertex++) {
      const from = (axis * vertexCount + vertex) * 2;
      byVertex.set(neighbours.subarray(from, from + 2), ((vertex + 1) * corners + axis) * 2);
    }
  }
  return byVertex;
}

function countSplats({ featureDim, vertexCount, simplexCount, simplexStarts, simplexRows }: Lattice): Uint32Array {
  const counts = new Uint32Array(vertexCount + 1);
  for (let simplex = 0; simplex < simplexCount; simplex++) {
    for (let k = 0; k <= featureDim; k++) {
      counts[simplexRows[simplex * (featureDim + 1) + k]] += simplexStarts[simplex + 1] - simplexStarts[simplex];
    }
  }
  return counts;
}
