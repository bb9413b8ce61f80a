// SPDX-License-Identifier: MIT

import type { KernelVariants } from '../../problem/tuning-table.js';
import { dispatchSizesBytes } from '../../stages/dispatch-sizes.js';
import { type BufferPlan, constantUniform, keep, type Part, storage, uniform } from './buffer-plan.js';
import { elevationTable, tableLength } from './feature-tables.js';
import { type KernelPlanBase, normalizationFlags } from './kernel-base.js';
import type { KernelRequest } from './kernel-request.js';
import { latticeShape } from './lattice-shape.js';
import { messageWeightOf, penaltyValues, planPenalties, pottsWeightOf } from './penalties.js';
import { laysLanes, possibleVariants } from './variants.js';

/** Simplices, runs of pixels, vertices and neighbours: what does not depend on Q. */
export interface LatticeStructure extends Part {
  readonly vertexCapacity: number;
  /** pixelCount, width, height. */
  readonly problem: BufferPlan;
  /** The uniform `Lattice` of shared/lattice.wgsl. */
  readonly lattice: BufferPlan;
  readonly elevations: BufferPlan;
  readonly weights: BufferPlan;
  readonly runs: BufferPlan;
  readonly sortedPixels: BufferPlan;
  readonly simplexVertices: BufferPlan;
  readonly sizes: BufferPlan;
  readonly splatCounts: BufferPlan;
  readonly neighbours: BufferPlan;
  readonly vertexOwners: BufferPlan;
}

export interface LatticeNormalization extends Part {
  readonly norms: BufferPlan;
  readonly scales: BufferPlan;
  readonly splatWeights: BufferPlan;
  /** `splatWeights` itself where both directions have the same factor. */
  readonly sliceWeights: BufferPlan;
  /** The uniform `Turn` of shared/turn.wgsl, of the first and of the second. */
  readonly turns: readonly [first: BufferPlan, second: BufferPlan];
}

export interface LatticeFilter extends Part {
  /** Where blur ends. */
  readonly blurredRows: BufferPlan;
  /** Lattice scale times Potts weight, Potts weight. */
  readonly parameters: BufferPlan;
  /** The index of each axis, and how many there are. */
  readonly axes: readonly BufferPlan[];
}

/** A kernel on the permutohedral lattice: splat, blur along each axis, slice (Adams, Baek, Davis 2010). */
export interface LatticePlan extends KernelPlanBase {
  readonly method: 'lattice';
  readonly structure: LatticeStructure;
  readonly normalization: LatticeNormalization;
  readonly filter: LatticeFilter;
  readonly variants: KernelVariants;
}

/** pydensecrf's lattice scale, 1/(1 + 2^-d): the blur of Adams et al. has gain 1 + 2^-d on a full lattice. */
export function latticeScale(featureDim: number): number {
  return 1 / (1 + 2 ** -featureDim);
}

export function planLattice(request: KernelRequest, previous: LatticePlan | undefined): LatticePlan {
  const { kernel } = request;
  const variants = possibleVariants(request.variants, kernel, request.rows, request.tuning);
  const structure = planStructure(request, laysLanes(variants), previous?.structure);
  const normalization = planNormalization(request, structure, previous?.normalization);
  const filter = planFilter(request, previous?.filter);
  const penalties = planPenalties(request, previous?.penalties);
  const pottsWeight = pottsWeightOf(kernel);
  const messageWeight = latticeScale(kernel.featureDim) * messageWeightOf(kernel, request.rows);
  const weights = [{ float: messageWeight }, { float: pottsWeight }];
  return {
    method: 'lattice',
    kernel,
    structure,
    normalization,
    filter,
    variants,
    penalties,
    pottsWeight,
    parts: [structure, normalization, filter, ...(penalties ? [penalties] : [])],
    values: [{ buffer: filter.parameters, contents: weights }, ...penaltyValues(request, penalties)],
  };
}

function planStructure(
  { kernel, size, rows, vertexCapacity }: KernelRequest,
  hasLanes: boolean,
  previous: LatticeStructure | undefined,
): LatticeStructure {
  const pixelCount = size.width * size.height;
  const corners = kernel.featureDim + 1;
  const vertexRows = vertexCapacity + 1;
  const { simplexTableSize, vertexTableSize } = latticeShape(kernel.featureDim, pixelCount);
  // Sizes of dispatches are the structure's: those by lanes depend on the rows, where there are any.
  const lanes = hasLanes ? rows.rowLanes : 1;
  const from = [kernel.type, kernel.features, ...kernel.sigmas, vertexCapacity, rows.blockCount, lanes];
  return keep<LatticeStructure>(previous, from, () => {
    const parts = {
      problem: constantUniform('lattice.problem', [pixelCount, size.width, size.height], 'pixels'),
      lattice: constantUniform(
        'lattice.lattice',
        [pixelCount, simplexTableSize - 1, vertexTableSize - 1, vertexCapacity],
        'counts',
      ),
      elevations: {
        ...storage('lattice.elevations', 2 * tableLength(kernel, size), 'f32 pairs', 'scaled feature'),
        contents: () => elevationTable(kernel, size),
      },
      weights: storage('lattice.weights', pixelCount * corners, 'f32 [N, D]', 'barycentric weight'),
      runs: storage('lattice.runs', pixelCount * 2, 'u32 [runs ≤ N, 2]', 'simplex; start and length'),
      sortedPixels: storage('lattice.sortedPixels', pixelCount, 'u32 [N]', 'pixel'),
      simplexVertices: storage('lattice.simplexVertices', pixelCount * corners, 'u32 [simplices ≤ N, D]', 'vertex'),
      sizes: {
        ...storage('lattice.sizes', dispatchSizesBytes / 4, 'u32 [26]', 'counts, workgroups'),
        use: 'sizes' as const,
      },
      splatCounts: storage('lattice.splatCounts', vertexRows, 'u32 [M + 1]', 'pixels'),
      neighbours: storage('lattice.neighbours', vertexRows * corners * 2, 'u32 [M + 1, D, 2]', 'vertex'),
      vertexOwners: storage('lattice.vertexOwners', vertexRows, 'u32 [M + 1]', 'simplex·D + remainder'),
    };
    return { vertexCapacity, ...parts, buffers: Object.values(parts) };
  });
}

function planNormalization(
  { kernel, size, rows }: KernelRequest,
  structure: LatticeStructure,
  previous: LatticeNormalization | undefined,
): LatticeNormalization {
  const pixelCount = size.width * size.height;
  const { dividesBefore, dividesAfter } = normalizationFlags(kernel);
  return keep<LatticeNormalization>(previous, [structure, kernel.normalization, rows.implicitLast], () => {
    const weights = (name: string) =>
      storage(
        `lattice.${name}`,
        pixelCount * (kernel.featureDim + 1),
        'f32 [N, D], in the order of `sortedPixels`',
        'weight times factor',
      );
    const norms = storage('lattice.norms', pixelCount * 2, 'f32 [N, 2]', 'factor 1, 1/n or n^-½; message of Q = 1');
    const scales = storage('lattice.scales', structure.vertexCapacity + 1, 'f32 [M + 1]', 'power of two');
    const splatWeights = weights('splatWeights');
    // `before` and `after` multiply in one direction only.
    const apart = dividesBefore !== dividesAfter;
    const sliceWeights = apart ? weights('sliceWeights') : splatWeights;
    const turnOf = (second: number) => constantUniform('lattice.turn', [second], '1 in the second turn');
    const turns = [turnOf(0), turnOf(1)] as const;
    const buffers = [norms, scales, splatWeights, ...(apart ? [sliceWeights] : []), ...turns];
    return { norms, scales, splatWeights, sliceWeights, turns, buffers };
  });
}

function planFilter(
  { kernel, rows, vertexCapacity }: KernelRequest,
  previous: LatticeFilter | undefined,
): LatticeFilter {
  const { rowChannels } = rows;
  return keep<LatticeFilter>(previous, [vertexCapacity, rowChannels], () => {
    const blurredRows = storage(
      'lattice.blurredRows',
      (vertexCapacity + 1) * rowChannels,
      'f32 [M + 1, C]',
      'sum of w·Q',
    );
    const parameters = uniform('lattice.parameters', 2, 'weights');
    const corners = kernel.featureDim + 1;
    const axes = Array.from({ length: corners }, (_unused, axis) =>
      constantUniform('lattice.axis', [axis, corners], 'axis, corners'),
    );
    return { blurredRows, parameters, axes, buffers: [blurredRows, parameters, ...axes] };
  });
}
