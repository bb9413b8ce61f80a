// SPDX-License-Identifier: MIT

import { moduleBase64 } from './module.wasm.js';

/** What assembly/ exports; its files say what the numbers mean. Addresses are bytes from the start of `memory`. */
export interface StageModule {
  readonly memory: WebAssembly.Memory;
  allocate(bytes: number): number;
  release(address: number): void;
  embedWorkLength(featureDim: number): number;
  embed(
    featureDim: number,
    pointCount: number,
    features: number,
    scales: number,
    work: number,
    simplexKeys: number,
    weights: number,
  ): void;
  keyBytes(featureDim: number): number;
  beginLattice(featureDim: number, pointCount: number): number;
  numberPoints(address: number, first: number, count: number, keys: number): void;
  finishLattice(address: number): void;
  releaseLattice(address: number): void;
  scaleWeights(
    corners: number,
    pointCount: number,
    points: number,
    weights: number,
    factors: number,
    out: number,
  ): void;
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
  ): void;
  blur(
    corners: number,
    vertexCount: number,
    neighbours: number,
    channels: number,
    values: number,
    scratch: number,
  ): number;
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
  ): void;
  sortFactors(pointCount: number, points: number, factors: number, out: number): void;
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
  ): void;
  softmax(scores: number, pixelCount: number, channels: number, damping: number, marginals: number): number;
}

let compiling: Promise<WebAssembly.Module> | undefined;

/** A module with a memory of its own. Rejects where there is no WebAssembly, no SIMD in it, or a page's policy forbids it. */
export async function createStageModule(): Promise<StageModule> {
  compiling ??= WebAssembly.compile(Uint8Array.from(atob(moduleBase64), (character) => character.charCodeAt(0)));
  const instance = await WebAssembly.instantiate(await compiling);
  return instance.exports as unknown as StageModule;
}
