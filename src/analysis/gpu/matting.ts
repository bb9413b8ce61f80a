// SPDX-License-Identifier: MIT

import { guidedAlpha } from '../../stages/analysis/guided-alpha.js';
import { guidedFit } from '../../stages/analysis/guided-fit.js';
import { guidedMeans } from '../../stages/analysis/guided-means.js';
import { guidedSums } from '../../stages/analysis/guided-sums.js';
import { trimap } from '../../stages/analysis/trimap.js';
import { distanceSteps } from './distance.js';
import { inputOf, type OperationBuilder, outputOf } from './operation.js';
import type { Workspace } from './workspace.js';

/** Squared distances that are undecided at most. */
export interface TrimapSettings {
  inner: number;
  outer: number;
}

export const trimapOperation: OperationBuilder<TrimapSettings> = async (workspace) => {
  const input = inputOf(workspace);
  const output = outputOf(workspace, 'trimap');
  const toOutside = workspace.words('squared distances');
  const toInside = workspace.words('nearness');
  const limits = workspace.settings('trimap', 2);
  return {
    inputs: [input],
    output,
    steps: [
      ...(await distanceSteps(workspace, input, toOutside, 'zero')),
      ...(await distanceSteps(workspace, input, toInside, 'non-zero')),
      await workspace.step(trimap, {
        bindings: { settings: limits.buffer, toOutside, toInside, trimap: output },
      }),
    ],
    set: ({ inner, outer }) => limits.write(inner, outer),
  };
};

/** Radius in pixels, and epsilon on the square of colours in 0..1. */
export interface GuideSettings {
  radius: number;
  epsilon: number;
}

/** The guided filter; `image` is RGBA bytes, the inputs are foreground and trimap. */
export function alphaOperation(
  image: GPUBuffer,
  front: 'mask' | 'probability',
  withTrimap: boolean,
): OperationBuilder<GuideSettings> {
  return async (workspace) => {
    const probability = inputOf(workspace, 0);
    const undecided = inputOf(workspace, 1);
    const output = outputOf(workspace, 'softAlpha');
    const guide = workspace.settings('guide', 2);
    const { width, height } = workspace.size;
    const settings = guide.buffer;
    const sums = {
      means: fourWords(workspace, 'means'),
      squares: fourWords(workspace, 'squares'),
      mixed: fourWords(workspace, 'mixed'),
      products: fourWords(workspace, 'products'),
    };
    const models = fourWords(workspace, 'models');
    const rowMeans = fourWords(workspace, 'row means');
    return {
      inputs: withTrimap ? [probability, undecided] : [probability],
      output,
      steps: [
        await workspace.step(guidedSums, {
          constants: { isMask: front === 'mask' },
          bindings: { settings, image, probability, ...sums },
          items: workspace.strips(width, height),
        }),
        await workspace.step(guidedFit, {
          bindings: { settings, ...sums, models },
          items: workspace.strips(height, width),
        }),
        await workspace.step(guidedMeans, { bindings: { settings, models, rowMeans } }),
        await workspace.step(guidedAlpha, {
          constants: { hasTrimap: withTrimap },
          bindings: { settings, image, rowMeans, trimap: undecided, alpha: output },
        }),
      ],
      set: ({ radius, epsilon }) => guide.write(radius, { float: epsilon }),
    };
  };
}

function fourWords(workspace: Workspace, role: string): GPUBuffer {
  return workspace.words(role, 4 * workspace.pixelCount);
}
