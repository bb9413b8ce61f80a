// SPDX-License-Identifier: MIT

import type { UniformWord } from '../../gpu/uniforms.js';

/**
 * One GPU buffer as the plan has it, before there is a GPU. The object itself is the buffer's name: two places that hold the same
 * object mean the same buffer, and a plan that holds an object of the plan before keeps that buffer with what is in it.
 */
export interface BufferPlan {
  /** Part and buffer, e.g. `lattice.runs`; error messages and ARCHITECTURE.md use it. */
  readonly name: string;
  /** `sizes` holds counts on the GPU: storage, uniform and indirect dispatch sizes in one. */
  readonly use: 'storage' | 'uniform' | 'sizes';
  readonly bytes: number;
  /** For readers: element type, extents and unit. */
  readonly shape: string;
  readonly unit: string;
  /** What it holds from the start; zeros where absent. Asked for once, when the buffer is made. */
  readonly contents?: () => Contents;
}

export type Contents = Float32Array<ArrayBuffer> | readonly UniformWord[];

/** New numbers for a buffer that stays: a weight, a penalty, a damping. */
export interface Value {
  readonly buffer: BufferPlan;
  readonly contents: Contents;
}

/** A storage buffer of 4-byte elements. */
export function storage(name: string, elements: number, shape: string, unit: string): BufferPlan {
  return { name, use: 'storage', bytes: elements * 4, shape, unit };
}

/** A uniform that never changes. */
export function constantUniform(name: string, words: readonly UniformWord[], unit: string): BufferPlan {
  return { name, use: 'uniform', bytes: words.length * 4, shape: `[${words.length}]`, unit, contents: () => words };
}

/** A uniform whose words come with the parameters, as a `Value`. */
export function uniform(name: string, words: number, unit: string): BufferPlan {
  return { name, use: 'uniform', bytes: words * 4, shape: `[${words}]`, unit };
}

/** Buffers that belong together, and all that their sizes follow from. */
export interface Part {
  readonly from: readonly unknown[];
  readonly buffers: readonly BufferPlan[];
}

/** The part as it was, where it would come out the same: its buffers outlive a change of anything else. */
export function keep<Kept extends Part>(
  previous: Kept | undefined,
  from: readonly unknown[],
  make: () => Omit<Kept, 'from'>,
): Kept {
  if (previous && sameValues(previous.from, from)) return previous;
  return { ...make(), from } as Kept;
}

function sameValues(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => Object.is(value, b[index]));
}
