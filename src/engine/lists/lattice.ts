// SPDX-License-Identifier: MIT

import { float, type ShaderConstants } from '../../gpu/shader.js';
import { blur } from '../../stages/blur.js';
import { dispatchSizeOffsets, dispatchSizes } from '../../stages/dispatch-sizes.js';
import { embed } from '../../stages/embed.js';
import { neighbours } from '../../stages/neighbours.js';
import { normalization } from '../../stages/normalization.js';
import { runs } from '../../stages/runs.js';
import { simplices } from '../../stages/simplices.js';
import { slice } from '../../stages/slice.js';
import { sliceLanes } from '../../stages/slice-lanes.js';
import { sliceSplat } from '../../stages/slice-splat.js';
import { splat } from '../../stages/splat.js';
import { splatScales } from '../../stages/splat-scales.js';
import { splatSubgroup } from '../../stages/splat-subgroup.js';
import { splatTile } from '../../stages/splat-tile.js';
import { vertexIds } from '../../stages/vertex-ids.js';
import { vertices } from '../../stages/vertices.js';
import type { BufferPlan } from '../plan/buffer-plan.js';
import { normalizationFlags } from '../plan/kernel-base.js';
import { type LatticePlan, latticeScale } from '../plan/lattice-plan.js';
import { latticeShape } from '../plan/lattice-shape.js';
import type { EnginePlan } from '../plan/plan.js';
import { needsUnitMessage } from '../plan/row-plan.js';
import { lanesLayout, laysLanes, tileSlots } from '../plan/variants.js';
import { compatibilitySteps } from './compatibility.js';
import { type MessageUse, oneChannel, rowBytes, rowConstants } from './constants.js';
import { type Binding, clear, dispatch, perItem, type Step, type WorkgroupCount } from './dispatch.js';

/** From the image or the features to simplices, runs, vertices and neighbours. ARCHITECTURE.md follows it. */
export function latticeBuild(plan: EnginePlan, lattice: LatticePlan): Step[] {
  const { kernel, structure } = lattice;
  const { scratch, pixelCount } = plan;
  const { workgroupSize, maxRunLength } = plan.tuning;
  const { featureDim, type } = kernel;
  const cornerCount = featureDim + 1;
  const { keyWords, rankBits, ranksPerWord, simplexTableSize, vertexTableSize } = latticeShape(featureDim, pixelCount);
  const key = { workgroupSize, featureDim, cornerCount, keyWords, rankBits, ranksPerWord, maxRunLength };
  const run = { workgroupSize, maxRunLength, runLengthBits: Math.log2(maxRunLength) };
  const perPixel = perItem(pixelCount, workgroupSize);
  const perSimplex = sizeAt(structure.sizes, 'simplices');
  const perVertex = sizeAt(structure.sizes, 'vertices');

  // Shaders name a buffer as the plan does, but for what the slots of the hash table hold.
  const { slotIds } = scratch;
  const buffers = { ...scratch, ...structure, slotSimplices: slotIds, slotVertices: slotIds, image: plan.input.image };
  const constants = {
    workgroupSize,
    maxRunLength,
    itemsPerWorkgroup: workgroupSize,
    blockCount: plan.rows.blockCount,
    ...lanesOf(plan, lattice),
  };
  const countSizes = (timing: string) =>
    dispatch(dispatchSizes, { timing, constants, bindings: buffers, workgroups: [1, 1, 1] });
  const runStep = (entry: string, workgroups: WorkgroupCount) =>
    dispatch(runs, { timing: 'runs', entry, constants: run, bindings: buffers, workgroups });
  return [
    clear(scratch.table, 4 * simplexTableSize),
    clear(scratch.population),
    clear(scratch.counters),
    clear(structure.splatCounts),
    dispatch(embed, {
      timing: 'embed',
      constants: { ...key, fromImage: type === 'bilateral', fromFeatures: type === 'features' },
      bindings: buffers,
      workgroups: perPixel,
    }),
    dispatch(simplices, { timing: 'simplices', constants: key, bindings: buffers, workgroups: perPixel }),
    countSizes('simplices'),
    runStep('count', perSimplex),
    runStep('offsets', [1, 1, 1]),
    runStep('place', perSimplex),
    runStep('scatter', perPixel),
    clear(scratch.table, 4 * vertexTableSize),
    dispatch(vertices, { timing: 'vertices', constants: key, bindings: buffers, workgroups: perSimplex }),
    dispatch(vertexIds, { timing: 'vertices', constants: key, bindings: buffers, workgroups: perSimplex }),
    countSizes('vertices'),
    dispatch(neighbours, { timing: 'neighbours', constants: key, bindings: buffers, workgroups: perVertex }),
  ];
}

/** n, by filtering ones; the weights with n in them; and the scales of the fixed-point sums, first of ones and then of Q. */
export function latticeNormalization(plan: EnginePlan, lattice: LatticePlan): Step[] {
  const { dividesBefore } = normalizationFlags(lattice.kernel);
  const { scales } = lattice.normalization;
  return [
    clear(scales),
    ...scaleSteps(plan, lattice, false),
    ...onesSteps(plan, lattice, 0),
    normalizationStep(plan, lattice, 0),
    ...(dividesBefore ? [clear(scales), ...scaleSteps(plan, lattice, true)] : []),
    ...clearNoVertex(plan, lattice),
  ];
}

/** The row of the vertex that does not exist is wider than one channel was. */
function clearNoVertex(plan: EnginePlan, { filter }: LatticePlan): Step[] {
  const row = rowBytes(plan.rows);
  return [clear(filter.blurredRows, row), clear(plan.vertices.spareRows, row)];
}

/** The message of Q = 1 where n is divided by before it: filters what each pixel is multiplied by. */
export function latticeUnitMessage(plan: EnginePlan, lattice: LatticePlan): Step[] {
  return [...onesSteps(plan, lattice, 1), normalizationStep(plan, lattice, 1), ...clearNoVertex(plan, lattice)];
}

/** First half of an iteration: Q of a slab to the vertices, blurred. */
export function latticeSpread(plan: EnginePlan, lattice: LatticePlan, slab: number): Step[] {
  return [latticeSplat(plan, lattice, slab), ...latticeBlur(plan, lattice)];
}

export function latticeSplat(plan: EnginePlan, lattice: LatticePlan, slab: number): Step {
  const corners = lattice.kernel.featureDim + 1;
  const row = rowBytes(plan.rows);
  const { sizes } = lattice.structure;
  const { splat: variant } = lattice.variants;
  const shape = shapeOf(plan, variant !== 'runs');
  const slots = variant === 'tile' ? { tileSlots: tileSlots(corners, plan.rows, plan.tuning) ?? 0 } : undefined;
  return dispatch(splatStages[variant], {
    timing: 'splat',
    constants: { ...filterConstants(plan, lattice), ...shape.constants, ...slots, ones: false },
    bindings: {
      ...runBindings(lattice),
      weights: lattice.normalization.splatWeights,
      q: plan.pixels.q[slab],
      scales: lattice.normalization.scales,
      sums: plan.vertices.sums,
      turn: lattice.normalization.turns[1],
    },
    workgroups: sizeAt(sizes, shape.runs),
    load: {
      counted: sizes,
      bytes: {
        // A run's entry, vertices and their scales, and an atomic addition to each vertex's row.
        perRun: shape.blockCount * (2 + 2 * corners) * 4 + 2 * corners * row,
        // Each block reads the pixel's place and weights for itself.
        perPixel: shape.blockCount * (1 + corners) * 4 + row,
      },
      // Weights through scales, then terms; they add up as integers. What is filtered of two labels takes a difference.
      multiplyAdds: {
        perPixel: corners * (shape.blockCount + plan.rows.rowChannels) + (plan.rows.filtersExcess ? 1 : 0),
      },
    },
  });
}

export function latticeBlur(plan: EnginePlan, lattice: LatticePlan): Step[] {
  return blurSteps(plan, lattice, shapeOf(plan, lattice.variants.blur !== 'blocks'));
}

/** The last message of an iteration, Q, and its way to the vertices for the next one: `latticeMessage` and `latticeSplat` in one. */
export function latticeLink(plan: EnginePlan, lattice: LatticePlan): Step {
  const { structure, normalization: factors, filter } = lattice;
  const corners = lattice.kernel.featureDim + 1;
  const row = rowBytes(plan.rows);
  const channels = plan.rows.rowChannels;
  return dispatch(sliceSplat, {
    timing: 'slice and splat',
    constants: filterConstants(plan, lattice),
    bindings: {
      ...runBindings(lattice),
      parameters: filter.parameters,
      weights: factors.sliceWeights,
      values: filter.blurredRows,
      scales: factors.scales,
      logits: plan.logits[0],
      sums: plan.vertices.sums,
    },
    workgroups: sizeAt(structure.sizes, 'runBlocks'),
    load: {
      counted: structure.sizes,
      bytes: {
        // Of both what one reads: a run's entry and vertices, rows and scales, and an atomic addition to each vertex's row.
        perRun: (2 + 2 * corners) * 4 + 3 * corners * row,
        // The pixel's place and weights; logits in, Q out.
        perPixel: (1 + corners) * 4 + 2 * row,
      },
      multiplyAdds: {
        perPixel: 2 * corners * (1 + channels) + 5 * channels + (plan.rows.filtersExcess ? 1 : 0),
      },
    },
  });
}

/** Second half: the message of the source slab, through the compatibility, into the logits of the target slab. */
export function latticeMessage(
  plan: EnginePlan,
  lattice: LatticePlan,
  [source, target]: readonly [source: number, target: number],
  logits: BufferPlan,
  use: MessageUse,
): Step[] {
  const { rows } = plan;
  const { structure, normalization: factors, filter, penalties } = lattice;
  const corners = lattice.kernel.featureDim + 1;
  const { blurredRows } = filter;
  const { spareRows } = plan.vertices;
  const { slice: variant } = lattice.variants;
  const shape = shapeOf(plan, variant !== 'runs');
  const channels = rows.rowChannels;
  const unit = needsUnitMessage(rows) ? 1 : 0;
  return [
    ...compatibilitySteps(plan, penalties, [source, target], {
      counted: countedOf(lattice),
      source: blurredRows,
      transformed: spareRows,
      firstRow: 1,
      workgroups: sizeAt(structure.sizes, 'vertexBlocks'),
      load: {
        counted: structure.sizes,
        bytes: { perVertex: 2 * rowBytes(rows) },
        multiplyAdds: { perVertex: channels * channels },
      },
    }),
    dispatch(variant === 'lanes' ? sliceLanes : slice, {
      timing: 'slice',
      constants: { ...filterConstants(plan, lattice), ...shape.constants, ...use },
      bindings: {
        ...runBindings(lattice),
        parameters: filter.parameters,
        weights: factors.sliceWeights,
        norms: factors.norms,
        values: penalties ? spareRows : blurredRows,
        unary: plan.pixels.unary[target],
        logits,
      },
      workgroups: sizeAt(structure.sizes, shape.runs),
      load: {
        counted: structure.sizes,
        bytes: {
          perRun: shape.blockCount * (2 + corners) * 4 + corners * rowBytes(rows),
          // Logits or energies in, logits out; where the last label is left out its message of ones.
          perPixel: shape.blockCount * (1 + corners + unit) * 4 + 2 * rowBytes(rows),
        },
        multiplyAdds: {
          // Weights, the message, and its addition; relative to the last label two more; and softmax.
          perPixel: corners * (shape.blockCount + channels) + (1 + 2 * unit + (use.lastKernel ? 4 : 0)) * channels,
        },
      },
    }),
  ];
}

const splatStages = { runs: splat, lanes: splat, tile: splatTile, subgroup: splatSubgroup } as const;

/** How the work on rows is dealt out: by blocks, with blocks along z, or by lanes, those of a row side by side. */
interface Shape {
  readonly constants: ShaderConstants;
  readonly runs: SizeName;
  readonly vertices: SizeName;
  /** Invocations a row. */
  readonly blockCount: number;
}

/** What sizes of dispatches by lanes come of; of nothing where there are none, so that a lattice outlives other rows. */
function lanesOf({ rows, tuning }: EnginePlan, { variants }: LatticePlan) {
  if (!laysLanes(variants)) return { rowLanes: 1, lanesPerWorkgroup: tuning.workgroupSize };
  return { rowLanes: rows.rowLanes, lanesPerWorkgroup: lanesLayout(rows, tuning).workgroupSize };
}

function shapeOf({ rows, tuning }: EnginePlan, byLanes: boolean): Shape {
  const { blockCount, rowLanes } = rows;
  if (!byLanes) return { constants: { adjacent: false }, runs: 'runBlocks', vertices: 'vertexBlocks', blockCount };
  const { workgroupSize } = lanesLayout(rows, tuning);
  const constants = { workgroupSize, blockLanes: 1, adjacent: true };
  return { constants, runs: 'runLanes', vertices: 'vertexLanes', blockCount: rowLanes };
}

/** Splat and blur of ones, one channel: in the first turn with weights by pixel, in the second with those that have n in them. */
function onesSteps(plan: EnginePlan, lattice: LatticePlan, turn: 0 | 1): Step[] {
  const constants = { ...filterConstants(plan, lattice), ...oneChannel, adjacent: false };
  const { structure, normalization: factors } = lattice;
  const timing = 'normalization';
  return [
    dispatch(splat, {
      timing,
      constants: { ...constants, ones: true },
      bindings: {
        ...runBindings(lattice),
        weights: turn === 0 ? structure.weights : factors.splatWeights,
        scales: factors.scales,
        sums: plan.vertices.sums,
        turn: factors.turns[turn],
      },
      workgroups: sizeAt(structure.sizes, 'runs'),
    }),
    ...blurSteps(
      plan,
      lattice,
      { constants: { ...oneChannel, adjacent: false }, vertices: 'vertices', blockCount: plan.rows.blockCount },
      timing,
    ),
  ];
}

/** d + 1 axes of blur, from sums to `blurredRows`: back and forth, so that the last axis ends there. */
function blurSteps(
  plan: EnginePlan,
  { kernel, structure, normalization: { scales }, filter }: LatticePlan,
  shape: Pick<Shape, 'constants' | 'vertices' | 'blockCount'>,
  timing = 'blur',
): Step[] {
  const { sums, spareRows } = plan.vertices;
  const { blockCount } = shape;
  const { rowChannels } = plan.rows;
  const row = rowBytes(plan.rows);
  const rowsAfter = (axis: number) => ((kernel.featureDim - axis) % 2 === 0 ? filter.blurredRows : spareRows);
  return filter.axes.map((axisUniform, axis) => {
    const firstAxis = axis === 0;
    const secondAxis = axis === 1;
    return dispatch(blur, {
      timing,
      constants: { ...rowConstants(plan.rows, plan.tuning), ...shape.constants },
      bindings: {
        counted: counted(structure.sizes),
        neighbours: structure.neighbours,
        scales,
        source: firstAxis ? sums : rowsAfter(axis - 1),
        blurred: rowsAfter(axis),
        ...(secondAxis ? { sums } : undefined),
        axis: axisUniform,
      },
      workgroups: sizeAt(structure.sizes, shape.vertices),
      load: {
        counted: structure.sizes,
        bytes: {
          // Its own and its neighbours' rows in, one row out, the neighbours' ids; first the scales of the three, then the sums made zero.
          perVertex: blockCount * (2 + (firstAxis ? 3 : 0)) * 4 + (secondAxis ? 5 : 4) * row,
        },
        // The neighbours' sum, half of it added; first the scales of the three.
        multiplyAdds: { perVertex: 2 * rowChannels + (firstAxis ? 3 * (blockCount + rowChannels) : 0) },
      },
    });
  });
}

function scaleSteps(plan: EnginePlan, lattice: LatticePlan, divides: boolean): Step[] {
  const { structure, normalization: factors } = lattice;
  const common = {
    timing: 'normalization',
    constants: runConstants(plan, lattice),
    bindings: {
      ...runBindings(lattice),
      norms: factors.norms,
      splatCounts: structure.splatCounts,
      scales: factors.scales,
    },
  };
  const bounds = dispatch(splatScales, { ...common, entry: 'bounds', workgroups: sizeAt(structure.sizes, 'runs') });
  const scales = dispatch(splatScales, { ...common, workgroups: sizeAt(structure.sizes, 'vertices') });
  return divides ? [bounds, scales] : [scales];
}

function normalizationStep(plan: EnginePlan, lattice: LatticePlan, turn: 0 | 1): Step {
  const { kernel, structure, filter, normalization: factors } = lattice;
  const sliceApart = factors.sliceWeights !== factors.splatWeights;
  return dispatch(normalization, {
    timing: 'normalization',
    constants: {
      ...runConstants(plan, lattice),
      ...normalizationFlags(kernel),
      sliceApart,
      latticeScale: float(latticeScale(kernel.featureDim)),
    },
    bindings: {
      ...runBindings(lattice),
      weights: structure.weights,
      values: filter.blurredRows,
      norms: factors.norms,
      splatWeights: factors.splatWeights,
      ...(sliceApart ? { sliceWeights: factors.sliceWeights } : undefined),
      turn: factors.turns[turn],
    },
    workgroups: sizeAt(structure.sizes, 'runs'),
  });
}

function runConstants({ tuning }: EnginePlan, { kernel: { featureDim } }: LatticePlan) {
  const { workgroupSize, maxRunLength } = tuning;
  return {
    workgroupSize,
    featureDim,
    cornerCount: featureDim + 1,
    maxRunLength,
    runLengthBits: Math.log2(maxRunLength),
  };
}

function filterConstants(plan: EnginePlan, lattice: LatticePlan) {
  return { ...rowConstants(plan.rows, plan.tuning), ...runConstants(plan, lattice) };
}

function runBindings({ structure }: LatticePlan) {
  const { sizes, runs, sortedPixels, simplexVertices } = structure;
  return { counted: counted(sizes), runs, sortedPixels, simplexVertices };
}

function countedOf({ structure }: LatticePlan): Binding {
  return counted(structure.sizes);
}

/** Vertex and run counts, as the uniform of the stages that work on them. */
function counted(sizes: BufferPlan): Binding {
  return { buffer: sizes, offset: dispatchSizeOffsets.counted, size: 16 };
}

type SizeName = Exclude<keyof typeof dispatchSizeOffsets, 'counted' | 'verticesWanted' | 'simplexCount'>;

function sizeAt(sizes: BufferPlan, name: SizeName): WorkgroupCount {
  return { sizes, offset: dispatchSizeOffsets[name] };
}
