// SPDX-License-Identifier: MIT

import { sameFeatures } from '../../problem/own-parameters.js';
import type { KernelVariants } from '../../problem/tuning-table.js';
import type { ProblemSize, ResolvedKernel, ResolvedParameters } from '../../problem/types.js';
import { type BufferPlan, keep, type Part, storage, uniform, type Value } from './buffer-plan.js';
import { type KernelPlan, planKernel } from './kernel-plan.js';
import type { LatticePlan } from './lattice-plan.js';
import { firstVertexCapacity, latticeShape } from './lattice-shape.js';
import { isOneBlock, needsUnitMessage, planRows, type RowLimits, type RowPlan } from './row-plan.js';
import type { Tuning } from './tuning.js';
import { plainVariants } from './variants.js';

/** Rows held for lattice vertices: as many as were counted, as many as there can be, or a number. */
export type VertexCapacity = 'measured' | 'worst-case' | number;

export interface PlanRequest {
  readonly size: ProblemSize;
  readonly parameters: ResolvedParameters;
  readonly limits: RowLimits;
  readonly tuning: Tuning;
  /** Shapes of each lattice's shaders; the plain ones where it is left out. The same function for all plans of an engine. */
  readonly variantsOf?: ((kernel: ResolvedKernel, rows: RowPlan) => KernelVariants) | undefined;
  readonly vertexCapacity: VertexCapacity;
  readonly input: InputBuffers;
}

/** Rows by pixel. */
export interface PixelRows extends Part {
  /** By slab. */
  readonly q: readonly BufferPlan[];
  readonly unary: readonly BufferPlan[];
  /** Of the label that is not stored. */
  readonly lastUnary: BufferPlan;
  /** Of rows that are longer than a block. */
  readonly running: BufferPlan | null;
  readonly largestChange: BufferPlan;
  /** pixelCount, damping. */
  readonly softmax: BufferPlan;
}

/** Where messages are added up: `q` itself, or rows of their own where the old Q is still needed. */
interface LogitRows extends Part {
  readonly logits: readonly BufferPlan[];
}

/** Rows by vertex, for whichever lattice spreads Q. */
export interface VertexRows extends Part {
  readonly sums: BufferPlan;
  readonly spareRows: BufferPlan;
}

/** What only the build of a lattice needs: shared by all kernels, which are built one after the other. */
export interface BuildScratch extends Part {
  readonly keys: BufferPlan;
  /** First of simplices, then of vertices. */
  readonly table: BufferPlan;
  /** What each slot of the table holds. */
  readonly slotIds: BufferPlan;
  readonly population: BufferPlan;
  readonly placements: BufferPlan;
  readonly simplexOwners: BufferPlan;
  readonly simplexStarts: BufferPlan;
  readonly counters: BufferPlan;
}

/** What came with the input and depends on no parameter: it outlives every plan. */
export interface InputBuffers extends Part {
  readonly image: BufferPlan;
  readonly invalidPixelCount: BufferPlan;
}

export function planInput({ width, height }: ProblemSize): InputBuffers {
  const image = storage('input.image', width * height, 'u32 [N]', 'RGBA bytes');
  const invalidPixelCount = storage('input.invalidPixelCount', 1, 'u32', 'pixels');
  return { image, invalidPixelCount, from: [], buffers: [image, invalidPixelCount] };
}

/**
 * Every size of one engine: rows, lattices, workgroups, and each buffer with its bytes. Pure: the lists of `lists/` say from it what the
 * GPU does, `Memory` makes its buffers, and tests look at both without a GPU.
 */
export interface EnginePlan {
  readonly size: ProblemSize;
  readonly pixelCount: number;
  readonly tuning: Tuning;
  readonly rows: RowPlan;
  readonly input: InputBuffers;
  readonly pixels: PixelRows;
  readonly logits: readonly BufferPlan[];
  readonly vertices: VertexRows;
  readonly scratch: BuildScratch;
  readonly kernels: readonly KernelPlan[];
  /** In this order their messages come: those whose labels influence each other reach all logits at once, so they are first. */
  readonly messageOrder: readonly KernelPlan[];
  /** Whether the old Q is needed beside the new one: damping, or a tolerance. */
  readonly compares: boolean;
  /** Whether the last kernel's slice ends in softmax, in place. */
  readonly fused: boolean;
  /** The kernel whose slice and next splat are one dispatch, where one is: the last of several, if rows are one lane. */
  readonly chained: LatticePlan | null;
  readonly parts: readonly Part[];
  readonly values: readonly Value[];
}

/**
 * Plans anew, and keeps every part of the plan before that would come out the same.
 *
 * @param wanted vertices that each lattice of `previous` turned out to need; null where nobody counted
 */
export function planEngine(
  request: PlanRequest,
  previous?: EnginePlan,
  wanted: readonly (number | null)[] = [],
): EnginePlan {
  const { size, parameters, limits, tuning, variantsOf = () => plainVariants } = request;
  const pixelCount = size.width * size.height;
  const matched = matchKernels(parameters.kernels, previous, wanted);
  const capacities = matched.map((match) => capacityOf(request, match));
  const mostVertices = Math.max(0, ...capacities);
  // Rows by vertex lie in one binding too.
  const rows = planRows(size, parameters.kernels, limits, tuning, mostVertices === 0 ? 0 : mostVertices + 1);
  const kernels = matched.map(({ kernel, plan }, index) =>
    planKernel(
      { kernel, size, rows, tuning, variants: variantsOf(kernel, rows), vertexCapacity: capacities[index] },
      plan,
    ),
  );
  const compares = parameters.damping > 0 || parameters.tolerance > 0;
  // `exact` reads Q while other messages are written.
  const fused =
    kernels.length > 0 && isOneBlock(rows) && !compares && kernels.every(({ method }) => method !== 'exact');
  const pixels = planPixelRows(pixelCount, rows, previous?.pixels);
  const logits = planLogits(pixelCount, rows, pixels, fused || kernels.length === 0, previous?.parts.find(isLogits));
  const vertices = planVertexRows(mostVertices, rows, previous?.vertices);
  const scratch = planScratch(pixelCount, kernels, previous?.scratch);
  const crossing = ({ penalties }: KernelPlan) => penalties !== null;
  const messageOrder = [...kernels.filter(crossing), ...kernels.filter((kernel) => !crossing(kernel))];
  return {
    size,
    pixelCount,
    tuning,
    rows,
    input: request.input,
    pixels,
    logits: logits.logits,
    vertices,
    scratch,
    kernels,
    messageOrder,
    compares,
    fused,
    chained: fused ? chainedOf(messageOrder, rows) : null,
    parts: [pixels, logits, vertices, scratch, ...kernels.flatMap(({ parts }) => parts)],
    values: [
      { buffer: pixels.softmax, contents: [pixelCount, { float: parameters.damping }] },
      ...kernels.flatMap(({ values }) => values),
    ],
  };
}

/**
 * Longer rows would take twice the registers. The first kernel reads energies, other weights than the splat's would be read beside those, and the
 * message of Q = 1, too: with them there are more buffers than every device has.
 */
function chainedOf(messageOrder: readonly KernelPlan[], rows: RowPlan): LatticePlan | null {
  const last = messageOrder[messageOrder.length - 1];
  if (messageOrder.length < 2 || rows.rowLanes > 1 || needsUnitMessage(rows)) return null;
  if (last.method !== 'lattice' || last.penalties) return null;
  const { splatWeights, sliceWeights } = last.normalization;
  const { splat, slice } = last.variants;
  return splatWeights === sliceWeights && splat === 'runs' && slice === 'runs' ? last : null;
}

/** Whether what was recorded for one plan serves the other: they differ in values at most. */
export function samePlan(a: EnginePlan, b: EnginePlan): boolean {
  return (
    a.compares === b.compares &&
    a.fused === b.fused &&
    (a.chained === null) === (b.chained === null) &&
    a.parts.length === b.parts.length &&
    a.parts.every((part, index) => part === b.parts[index]) &&
    a.messageOrder.every((kernel, index) => kernel.structure === b.messageOrder[index].structure)
  );
}

interface MatchedKernel {
  kernel: ResolvedKernel;
  plan: KernelPlan | undefined;
  wanted: number | null;
}

/** Finds for each kernel the plan before with the same features; each serves one. */
function matchKernels(
  kernels: readonly ResolvedKernel[],
  previous: EnginePlan | undefined,
  wanted: readonly (number | null)[],
): MatchedKernel[] {
  const left = (previous?.kernels ?? []).map((plan, index) => ({ plan, wanted: wanted[index] ?? null }));
  return kernels.map((kernel) => {
    const index = left.findIndex(({ plan }) => sameFeatures(plan.kernel, kernel));
    if (index < 0) return { kernel, plan: undefined, wanted: null };
    const [found] = left.splice(index, 1);
    return { kernel, ...found };
  });
}

/** Vertices to hold: those before, unless more were wanted. 0 without a lattice. */
function capacityOf({ size, vertexCapacity }: PlanRequest, { kernel, plan, wanted }: MatchedKernel): number {
  if (kernel.method !== 'lattice') return 0;
  const pixelCount = size.width * size.height;
  const most = latticeShape(kernel.featureDim, pixelCount).maxVertexCount;
  if (vertexCapacity === 'worst-case') return most;
  if (vertexCapacity !== 'measured') return Math.min(most, vertexCapacity);
  const held = plan?.method === 'lattice' ? plan.structure.vertexCapacity : firstVertexCapacity(pixelCount);
  // A quarter more, so that the next image of the kind needs no new room.
  return Math.min(most, wanted !== null && wanted > held ? Math.ceil(wanted * 1.25) : held);
}

function planPixelRows(pixelCount: number, rows: RowPlan, previous: PixelRows | undefined): PixelRows {
  const { rowChannels, slabCount, implicitLast, storedLabels } = rows;
  const from = [rowChannels, slabCount, implicitLast, storedLabels, rows.laneWidth, rows.blockLanes];
  return keep<PixelRows>(previous, from, () => {
    const bySlab = (name: string, unit: string) =>
      Array.from({ length: slabCount }, () =>
        storage(`pixels.${name}`, pixelCount * rowChannels, 'f32 [N, C], by slab', unit),
      );
    const q = bySlab('q', 'probability; logits between the first and the last slice');
    const unary = bySlab('unary', 'energy (shared/energies.wgsl)');
    const lastUnary = storage(
      'pixels.lastUnary',
      implicitLast ? 2 * pixelCount : 2,
      'f32 [N, 2]',
      'energy of the label left out; what others are relative to',
    );
    const running = isOneBlock(rows)
      ? null
      : storage('pixels.running', pixelCount * 2, 'f32 [N, 2]', 'maximum, sum of exponentials');
    const largestChange = storage('pixels.largestChange', 1, 'u32', 'bits of max |ΔQ|');
    const softmax = uniform('pixels.softmax', 2, 'pixels, damping');
    const buffers = [...q, ...unary, lastUnary, ...(running ? [running] : []), largestChange, softmax];
    return { q, unary, lastUnary, running, largestChange, softmax, buffers };
  });
}

function planLogits(
  pixelCount: number,
  { rowChannels }: RowPlan,
  pixels: PixelRows,
  inPlace: boolean,
  previous: LogitRows | undefined,
): LogitRows {
  return keep<LogitRows>(previous, [pixels, inPlace], () => {
    if (inPlace) return { logits: pixels.q, buffers: [] };
    const logits = pixels.q.map(() =>
      storage('pixels.logits', pixelCount * rowChannels, 'f32 [N, C], by slab', 'logits'),
    );
    return { logits, buffers: logits };
  });
}

function isLogits(part: Part): part is LogitRows {
  return 'logits' in part;
}

function planVertexRows(mostVertices: number, { rowChannels }: RowPlan, previous: VertexRows | undefined): VertexRows {
  return keep<VertexRows>(previous, [mostVertices, rowChannels], () => {
    const elements = mostVertices === 0 ? 1 : (mostVertices + 1) * rowChannels;
    const sums = storage('vertices.sums', elements, 'i32 [M + 1, C]', 'fixed point');
    const spareRows = storage('vertices.spareRows', elements, 'f32 [M + 1, C]', 'sum of w·Q');
    return { sums, spareRows, buffers: [sums, spareRows] };
  });
}

/** Longest run that `Counters` has room for. */
const counterWords = 4 + 2 * 64;

function planScratch(
  pixelCount: number,
  kernels: readonly KernelPlan[],
  previous: BuildScratch | undefined,
): BuildScratch {
  const dims = kernels.filter(({ method }) => method === 'lattice').map(({ kernel }) => kernel.featureDim);
  const shapes = [...new Set(dims)].map((featureDim) => latticeShape(featureDim, pixelCount));
  const most = (pick: (shape: (typeof shapes)[number]) => number) => Math.max(0, ...shapes.map(pick));
  const keyWords = most((shape) => shape.keyWords);
  const simplexSlots = most((shape) => shape.simplexTableSize);
  const vertexSlots = most((shape) => shape.vertexTableSize);
  return keep<BuildScratch>(previous, [keyWords, simplexSlots, vertexSlots], () => {
    const points = dims.length > 0 ? pixelCount : 0;
    const words = (name: string, count: number, shape: string, unit: string) =>
      storage(`scratch.${name}`, count, `u32 ${shape}`, unit);
    const parts = {
      keys: words('keys', points * keyWords, '[N, key words]', 'packed simplex'),
      // There are more slots of vertices than of simplices: two tables, one after the other, in the room of one.
      table: words('table', vertexSlots, '[vertex slots]', 'pixel + 1, then corner + 1'),
      slotIds: words('slotIds', vertexSlots, '[vertex slots]', 'simplex, then vertex'),
      population: words('population', simplexSlots, '[simplex slots]', 'pixels'),
      placements: words('placements', points * 2, '[N, 2]', 'slot; rank'),
      simplexOwners: words('simplexOwners', points, '[simplices ≤ N]', 'pixel'),
      simplexStarts: words('simplexStarts', points, '[simplices ≤ N]', 'position in `sortedPixels`'),
      counters: words('counters', dims.length > 0 ? counterWords : 0, '[132]', 'counts'),
    };
    return { ...parts, buffers: dims.length > 0 ? Object.values(parts) : [] };
  });
}
