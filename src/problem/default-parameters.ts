// SPDX-License-Identifier: MIT

import { crfSchema } from './schema.js';
import type { CrfParameters } from './types.js';

/** The usual pair of kernels and weights, as in Krähenbühl and Koltun's own code: gaussian 3 / 3, bilateral 80 / 13 / 10, five iterations. */
export const defaultParameters: CrfParameters = {
  kernels: [
    { type: 'gaussian', sigmaXY: 3, compatibility: 3, normalization: 'symmetric' },
    {
      type: 'bilateral',
      sigmaXY: 80,
      sigmaRGB: 13,
      compatibility: 10,
      normalization: 'symmetric',
    },
  ],
  iterations: crfSchema.parameters.iterations.default,
};
