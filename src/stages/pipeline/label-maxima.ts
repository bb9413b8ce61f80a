// SPDX-License-Identifier: MIT

import source from '../../../shaders/pipeline/label-maxima.wgsl?raw';
import type { StageDefinition } from '../../gpu/program.js';

/**
 * The largest probability that each label has anywhere before refinement. Once a photo, where labels that are nowhere are to be left
 * out; before the CRF. `pipeline/outputs/label-maxima.ts` fills the uniforms.
 */
export const labelMaxima = {
  name: 'pipeline/label-maxima',
  source,
  layout: {
    /** Where pixels lie, number of labels, strides. */
    maximaOf: 'uniform',
    /** Logits, probabilities or energies: bits of float32. */
    source: 'read',
    /** Largest probability, bits of float32 [labelCount]; zero at first. */
    maxima: 'write',
  },
} as const satisfies StageDefinition;
