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
 * Bytes that a list of dispatches asks of memory (see `Traffic`), by timing; caches are left out, so neighbours that are still in one
 * make the truth less. Null where a dispatch was not counted.
 *
 * @param countsOf what each lattice came to, by the buffer that holds its counts
 */
export function bytesMoved(
  steps: readonly Step[],
  { pixelCount }: Pick<EnginePlan, 'pixelCount'>,
  countsOf: ReadonlyMap<BufferPlan, LatticeCounts>,
): { total: number; byTiming: ReadonlyMap<string, number> } | null {
  const byTiming = new Map<string, number>();
  let total = 0;
  for (const { traffic, timing } of dispatchesOf(steps)) {
    if (!traffic) return null;
    const counts = traffic.counted ? countsOf.get(traffic.counted) : undefined;
    const bytes =
      (traffic.perPixel ?? 0) * pixelCount +
      (traffic.perRun ?? 0) * (counts?.runCount ?? 0) +
      (traffic.perVertex ?? 0) * (counts?.vertexCount ?? 0);
    byTiming.set(timing, (byTiming.get(timing) ?? 0) + bytes);
    total += bytes;
  }
  return { total, byTiming };
}
