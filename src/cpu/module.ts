// SPDX-License-Identifier: MIT

import { memoryKindOffset, moduleDigits } from './module.wasm.js';

/**
 * Stages that may be done in parts: the last two numbers that they take are the first element and that after the last one. assembly/ says
 * what the others are; addresses are bytes from the start of `memory`.
 */
export interface Stages {
  blur(neighbours: number, channels: number, source: number, target: number, from: number, to: number): void;
  embed(
    featureDim: number,
    pieceLength: number,
    pointCount: number,
    features: number,
    scales: number,
    work: number,
    simplexKeys: number,
    weights: number,
    from: number,
    to: number,
  ): void;
  factorsOfSums(points: number, sums: number, symmetric: number, out: number, from: number, to: number): void;
  findNeighbours(address: number, work: number, from: number, to: number): void;
  scaleWeights(corners: number, weights: number, factors: number, out: number, from: number, to: number): void;
  slice(
    corners: number,
    simplexCount: number,
    starts: number,
    rows: number,
    points: number,
    weights: number,
    values: number,
    channels: number,
    factor: number,
    base: number,
    out: number,
    from: number,
    to: number,
  ): void;
  slicePairs(
    corners: number,
    simplexCount: number,
    starts: number,
    rows: number,
    points: number,
    weights: number,
    factors: number,
    factorBytes: number,
    values: number,
    factor: number,
    base: number,
    out: number,
    from: number,
    to: number,
  ): void;
  softmax(
    source: number,
    scores: number,
    channels: number,
    damping: number,
    marginals: number,
    from: number,
    to: number,
  ): number;
  sortWeights(address: number, from: number, to: number): void;
  splat(
    corners: number,
    simplexCount: number,
    starts: number,
    rows: number,
    points: number,
    weights: number,
    values: number,
    channels: number,
    target: number,
    parts: number,
    from: number,
    to: number,
  ): void;
  splatPairs(
    corners: number,
    simplexCount: number,
    starts: number,
    rows: number,
    points: number,
    weights: number,
    factors: number,
    factorBytes: number,
    values: number,
    valueBytes: number,
    target: number,
    parts: number,
    from: number,
    to: number,
  ): void;
  writeRows(
    planes: number,
    planeLength: number,
    labelCount: number,
    factor: number,
    rows: number,
    channels: number,
    from: number,
    to: number,
  ): void;
}

/** What a stage takes before its range. */
export type StageArguments<Name extends keyof Stages> =
  Parameters<Stages[Name]> extends [...infer Before extends number[], number, number] ? Before : never;

/** What assembly/ exports. */
export interface StageModule extends Stages {
  readonly memory: WebAssembly.Memory;
  allocate(bytes: number): number;
  release(address: number): void;
  embedWorkLength(featureDim: number): number;
  keyBytes(featureDim: number): number;
  beginLattice(featureDim: number, pointCount: number): number;
  numberPoints(address: number, first: number, count: number, keys: number): void;
  groupPoints(address: number): void;
  endSorting(address: number): void;
  numberVertices(address: number): void;
  neighbourPieces(address: number): number;
  endLattice(address: number): void;
  releaseLattice(address: number): void;
}

/** Pages of 64 KiB that a memory may have: 4 GiB. */
const maximum = 65536;

const compiling: Partial<Record<'own' | 'shared', Promise<WebAssembly.Module>>> = {};

/** The stages for memories of one kind. Rejects where there is no WebAssembly, no SIMD in it, or a page's policy forbids it. */
function compileStages(kind: 'own' | 'shared'): Promise<WebAssembly.Module> {
  const bytes = new Uint8Array(moduleDigits.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(moduleDigits.slice(2 * at, 2 * at + 2), 16);
  if (kind === 'own') bytes[memoryKindOffset] = 1;
  return WebAssembly.compile(bytes);
}

/** A module with a memory of its own, in this thread alone. Rejects as `compileStages`. */
export async function createStageModule(): Promise<StageModule> {
  compiling.own ??= compileStages('own');
  return stagesIn(await compiling.own, new WebAssembly.Memory({ initial: 0, maximum }));
}

/** A module whose memory threads may share, and what they need to do its stages. Rejects also where there is no such memory. */
export async function createSharedModule(): Promise<{
  compiled: WebAssembly.Module;
  memory: WebAssembly.Memory;
  module: StageModule;
}> {
  compiling.shared ??= compileStages('shared');
  const compiled = await compiling.shared;
  const memory = new WebAssembly.Memory({ initial: 0, maximum, shared: true });
  return { compiled, memory, module: await stagesIn(compiled, memory) };
}

async function stagesIn(compiled: WebAssembly.Module, memory: WebAssembly.Memory): Promise<StageModule> {
  const { exports } = await WebAssembly.instantiate(compiled, { env: { memory } });
  return exports as unknown as StageModule;
}
