// SPDX-License-Identifier: MIT

import { crfPresets } from '../../problem/presets.js';
import type { CrfParameters } from '../../problem/types.js';
import { type Dimension, type KernelPoint, type ResolvedSpace, usualDiagonal } from './space.js';

/** What the presets say is symmetric throughout. */
const normalization = 'symmetric';

/**
 * The points of the presets that lie in the space, each once: what others found on their data is a better guess than any point of an even design. Those
 * with a value outside of its range are left out, and all of them where their normalization is not among the choices.
 */
export function presetPoints(space: ResolvedSpace): KernelPoint[] {
  if (!space.normalization.includes(normalization)) return [];
  const points = new Map<string, KernelPoint>();
  for (const { parameters } of Object.values<{ parameters: CrfParameters }>(crfPresets)) {
    const values = space.dimensions.map((dimension) => ({ dimension, value: valueIn(parameters, dimension, space) }));
    if (values.some(({ dimension, value }) => !(value >= dimension.low && value <= dimension.high))) continue;
    const position = values
      .filter(({ dimension }) => space.varying.includes(dimension))
      .map(({ dimension: { low, high }, value }) => Math.log(value / low) / Math.log(high / low));
    points.set(position.join(), { position, normalization });
  }
  return [...points.values()];
}

/** In the unit of the space; NaN where a preset has no such kernel, or other than one number. */
function valueIn({ kernels }: CrfParameters, { kernel, name }: Dimension, { sigmaUnit }: ResolvedSpace): number {
  const found: object = kernels.find(({ type }) => type === kernel) ?? {};
  const value: unknown = (found as Record<string, unknown>)[name];
  if (typeof value !== 'number') return Number.NaN;
  return name === 'sigmaXY' && sigmaUnit === 'diagonal' ? value / usualDiagonal : value;
}
