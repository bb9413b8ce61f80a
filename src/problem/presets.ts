// SPDX-License-Identifier: MIT

import { defaultParameters } from './default-parameters.js';
import { ArgumentError } from './errors.js';
import type { CrfParameters } from './types.js';

/** A set of parameters with a name, and where it is from. */
export interface CrfPreset {
  /** As `DenseCrf` takes them. */
  readonly parameters: CrfParameters;
  /** Who uses it, and on what. */
  readonly source: string;
}

/** Sigmas and weights as the literature lists them: gaussian, bilateral, iterations; normalization is symmetric throughout. */
function preset(
  source: string,
  [spatialXY, spatialWeight]: readonly [sigmaXY: number, weight: number],
  [sigmaXY, sigmaRGB, compatibility]: readonly [sigmaXY: number, sigmaRGB: number, weight: number],
  iterations: number,
): CrfPreset {
  return {
    source,
    parameters: {
      kernels: [
        { type: 'gaussian', sigmaXY: spatialXY, compatibility: spatialWeight },
        { type: 'bilateral', sigmaXY, sigmaRGB, compatibility },
      ],
      iterations,
    },
  };
}

/**
 * Parameters that others use, by name: each may stand wherever parameters may. They were found on certain networks, at certain sizes of image, and none
 * suits everything: `tune` finds what suits your own.
 */
export const crfPresets = {
  'densecrf-2011': preset(
    "Krähenbühl and Koltun's own example (NIPS 2011), sigmas 60 and 20 for the bilateral kernel",
    [3, 3],
    [60, 20, 10],
    10,
  ),
  pydensecrf: {
    source: "pydensecrf's README and most tutorials; the defaults of this library",
    parameters: defaultParameters,
  },
  seam: preset('YudeWang/SEAM and jiwoon-ahn/psa: labels from class activation maps', [3, 3], [80, 13, 10], 10),
  irn: preset('jiwoon-ahn/irn: hard labels with a confidence of 0.7', [3, 3], [50, 5, 10], 10),
  'deeplab-v2': preset('kazuto1011/deeplab-pytorch on Pascal VOC; also STEGO and CLIP-ES', [1, 3], [67, 3, 4], 10),
  afa: preset('rulixiang/afa', [3, 3], [64, 5, 4], 10),
  saliency: preset('Andrew-Qibin/dss_crf: saliency maps', [3, 3], [60, 5, 5], 1),
  'sharp-masks': preset(
    'bettered 98 of 101 masks of people that were nearly right before, on street photos',
    [3, 3],
    [50, 5, 4],
    5,
  ),
  'coarse-masks': preset('gained the most for DeepLab logits of 33×33 on the same photos', [3, 3], [40, 8, 6], 5),
} as const satisfies Record<string, CrfPreset>;

/** The name of a preset. */
export type CrfPresetName = keyof typeof crfPresets;

/** Parameters, or the name of a preset. */
export type CrfParametersOrName = CrfParameters | CrfPresetName;

/** The parameters that a name stands for; what is no text is left for others to check. Throws ArgumentError, which lists the names there are. */
export function parametersNamed(argument: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (Object.hasOwn(crfPresets, value)) return crfPresets[value as CrfPresetName].parameters;
  const names = Object.keys(crfPresets).map((name) => `'${name}'`);
  throw new ArgumentError(argument, value, `parameters, or one of ${names.join(', ')}`);
}
