// SPDX-License-Identifier: MIT

import type { BindingLayout, StageDefinition } from '../../src/gpu/program.js';
import type { ShaderConstants } from '../../src/gpu/shader.js';
import type { DrawnMask } from './masks.js';
import type { StageDevice } from './stage-device.js';

/** Few invocations a workgroup and short strips: a small image has many borders of both. */
export const tinyWork = { workgroupSize: 3, stripLength: 4, blockLength: 3 } as const;

export interface AnalysisStageRun<Layout extends BindingLayout> {
  constants?: ShaderConstants;
  bindings: Partial<Record<Exclude<keyof Layout, 'extent'>, GPUBuffer>>;
  /** Default: a pixel each. */
  items?: number;
  entry?: string;
}

/** Runs one entry point of a stage of mask analysis for an image of this size. */
export function runAnalysis<Layout extends BindingLayout>(
  gpu: StageDevice,
  stage: StageDefinition<Layout>,
  { width, height }: { width: number; height: number },
  { constants = {}, bindings, items = width * height, entry = 'main' }: AnalysisStageRun<Layout>,
): Promise<void> {
  const all = { extent: gpu.uniform(width, height), ...bindings } as Partial<Record<keyof Layout, GPUBuffer>>;
  return gpu.run(stage, { constants: { ...tinyWork, ...constants }, bindings: all, items, entry });
}

/** Strips of a line, times the lines. */
export function tinyStrips(length: number, lines: number): number {
  return Math.ceil(length / tinyWork.stripLength) * lines;
}

/** A result of one word a pixel, full of what must be overwritten, and one word behind it that must not be. */
export function guarded(
  gpu: StageDevice,
  { width, height }: Pick<DrawnMask, 'width' | 'height'>,
  words = 1,
): GPUBuffer {
  return gpu.storage(new Uint32Array(width * height * words + 1).fill(guard));
}

const guard = 0xdeadbeef;

/** The words of a guarded result. Throws if the word behind them was written. */
export async function unguarded(gpu: StageDevice, buffer: GPUBuffer, count: number): Promise<Uint32Array> {
  const words = await gpu.words(buffer, count + 1);
  if (words[count] !== guard) throw new Error(`the word behind the result was overwritten with ${words[count]}`);
  return words.slice(0, count);
}
