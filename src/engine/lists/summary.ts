// SPDX-License-Identifier: MIT

import type { BufferPlan } from '../plan/buffer-plan.js';
import type { EnginePlan } from '../plan/plan.js';
import type { Dispatch, Step } from './dispatch.js';

export function dispatchesOf(steps: readonly Step[]): Dispatch[] {
  return steps.filter((step): step is Dispatch => step.kind === 'dispatch');
}

/** What one lattice came to. */
export interface LatticeCounts {
  readonly vertexCount: number;
  /** Runs of pixels in one simplex, of bounded length. */
  readonly runCount: number;
}

/**
 * Bytes or multiply-adds of a list of dispatches (see `Load`), by timing; caches are left out, so neighbours that are still in one
 * make the bytes fewer in truth. Null where a dispatch was not counted.
 *
 * @param countsOf what each lattice came to, by the buffer that holds its counts
 */
export function totalOf(
  quantity: 'bytes' | 'multiplyAdds',
  steps: readonly Step[],
  { pixelCount }: Pick<EnginePlan, 'pixelCount'>,
  countsOf: ReadonlyMap<BufferPlan, LatticeCounts>,
): { total: number; byTiming: ReadonlyMap<string, number> } | null {
  const byTiming = new Map<string, number>();
  let total = 0;
  for (const { load, timing } of dispatchesOf(steps)) {
    if (!load) return null;
    const counts = load.counted ? countsOf.get(load.counted) : undefined;
    const { perPixel = 0, perRun = 0, perVertex = 0 } = load[quantity];
    const sum = perPixel * pixelCount + perRun * (counts?.runCount ?? 0) + perVertex * (counts?.vertexCount ?? 0);
    byTiming.set(timing, (byTiming.get(timing) ?? 0) + sum);
    total += sum;
  }
  return { total, byTiming };
}
