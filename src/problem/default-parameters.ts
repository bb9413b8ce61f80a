// SPDX-License-Identifier: MIT

import { crfSchema } from './schema.js';
import type { CrfParameters } from './types.js';

const { gaussian, bilateral, parameters } = crfSchema;

/** The usual pair of kernels and weights, as in Krähenbühl and Koltun's own code: gaussian 3 / 3, bilateral 80 / 13 / 10, five iterations. */
export const defaultParameters: CrfParameters = {
  kernels: [
    {
      type: 'gaussian',
      sigmaXY: 3,
      compatibility: gaussian.compatibility.default,
      normalization: gaussian.normalization.default,
    },
    {
      type: 'bilateral',
      sigmaXY: 80,
      sigmaRGB: 13,
      compatibility: bilateral.compatibility.default,
      normalization: bilateral.normalization.default,
    },
  ],
  iterations: parameters.iterations.default,
};
