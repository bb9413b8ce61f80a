// SPDX-License-Identifier: MIT

/** Choices that change speed and never results. */
export interface Tuning {
  workgroupSize: number;
  /** Lanes of a row that one invocation holds in registers, times the vertices of a simplex. */
  maxBlockLanes: number;
  /** Longest run of pixels in one simplex that one invocation works on. A power of two. */
  maxRunLength: number;
  /** Whether shaders may use subgroups. */
  hasSubgroups?: boolean;
}

/**
 * SwiftShader pays about 20 ns an invocation and 5 ns a scalar loaded, whatever the address (Dawn for Node, two cores of an EPYC):
 * whole rows in one invocation and long runs save the most loads. Workgroups of 32, 64 and 256, runs of 8, 16 and 32, runs in raster
 * order instead of longest first, and workgroups dealt out in stripes made no difference beyond the noise; runs of 1 took 1.7 times as long.
 */
const softwareTuning: Tuning = { workgroupSize: 64, maxBlockLanes: 6, maxRunLength: 16 };

/** A GPU wants many invocations with few registers. Not measured: no GPU was at hand. */
const hardwareTuning: Tuning = { workgroupSize: 64, maxBlockLanes: 6, maxRunLength: 8 };

export function tuningFor(software: boolean): Tuning {
  return software ? softwareTuning : hardwareTuning;
}
