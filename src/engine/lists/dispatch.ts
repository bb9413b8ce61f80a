// SPDX-License-Identifier: MIT

import { type BindingLayout, foldedGrid, type StageDefinition } from '../../gpu/program.js';
import type { ShaderConstants } from '../../gpu/shader.js';
import type { BufferPlan } from '../plan/buffer-plan.js';

/** A whole buffer, or bytes of it. */
export type Binding = BufferPlan | { readonly buffer: BufferPlan; readonly offset: number; readonly size: number };

/** Workgroups along x, y, z, or where on the GPU their numbers stand. */
export type WorkgroupCount =
  | readonly [x: number, y: number, z: number]
  | { readonly sizes: BufferPlan; readonly offset: number };

/** What a dispatch does for each item it works on. */
export interface PerItem {
  readonly perPixel?: number;
  /** Runs and vertices of the lattice whose counts stand in `counted`. */
  readonly perRun?: number;
  readonly perVertex?: number;
}

/** What a dispatch asks of memory and of arithmetic. */
export interface Load {
  readonly counted?: BufferPlan;
  /**
   * An element counts each time an invocation reads or writes it, an atomic addition as a read and a write; what stays in registers, uniforms,
   * and penalties that all share count as nothing.
   */
  readonly bytes: PerItem;
  /** Of floats, fused or not; a product, a sum and an exponential count as one each. Indices count as nothing. */
  readonly multiplyAdds: PerItem;
}

/** One dispatch: which entry point of which shader, on which buffers, by how many workgroups. */
export interface Dispatch {
  readonly kind: 'dispatch';
  /** Under this name its time is reported. */
  readonly timing: string;
  readonly stage: StageDefinition;
  readonly entry: string;
  readonly constants: ShaderConstants;
  /** By the shader's names. What an entry point does not use may be left out. */
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly workgroups: WorkgroupCount;
  /** Null where nobody counted it: the method `exact`, and what is not part of an iteration. */
  readonly load: Load | null;
}

/** Bytes made zero between dispatches; all of the buffer where no number is given. */
export interface Clear {
  readonly kind: 'clear';
  readonly buffer: BufferPlan;
  readonly bytes?: number;
}

/** The engine's work is a list of these, made by plain functions from a plan, and run from first to last. */
export type Step = Dispatch | Clear;

interface DispatchDetails<Layout extends BindingLayout> {
  timing: string;
  entry?: string;
  constants: ShaderConstants;
  bindings: { readonly [Name in keyof Layout]?: Binding };
  workgroups: WorkgroupCount;
  load?: Load;
}

/** Of `bindings` those that the shader has: a list may offer the same buffers to all of its dispatches. */
export function dispatch<Layout extends BindingLayout>(
  stage: StageDefinition<Layout>,
  { timing, entry = 'main', constants, bindings, workgroups, load }: DispatchDetails<Layout>,
): Dispatch {
  return {
    kind: 'dispatch',
    timing,
    stage,
    entry,
    constants,
    bindings: Object.fromEntries(
      Object.keys(stage.layout).flatMap((name): [string, Binding][] => {
        const binding = bindings[name];
        return binding ? [[name, binding]] : [];
      }),
    ),
    workgroups,
    load: load ?? null,
  };
}

export function clear(buffer: BufferPlan, bytes?: number): Clear {
  return { kind: 'clear', buffer, ...(bytes === undefined ? undefined : { bytes }) };
}

/** One invocation an item, folded into two dimensions; `blocks` along z. */
export function perItem(items: number, workgroupSize: number, blocks = 1): readonly [number, number, number] {
  return foldedGrid(Math.ceil(items / workgroupSize), blocks);
}
