// SPDX-License-Identifier: MIT

import { maxPromptLabels, minPromptLabels } from '../prompts/prompts.js';
import { bytesOfDataUrl } from './data-url.js';
import type { NetworkDescription } from './description.js';

/**
 * Learns the colours of what was marked on a key image and finds them on another: models/README.md says how. Two to sixteen labels,
 * whose names here are only numbers: what they mean is up to whoever draws.
 *
 * On four photographs with a few strokes each, these CRF parameters at 480 pixels were no worse than any tried around them (sigmaXY 30 to 80,
 * sigmaRGB 6 to 10, compatibilities 3 to 8); a second round, the refined marginals being prompts, raises the mean IoU from 0.864 to 0.890.
 */
const colourPrompt: NetworkDescription = {
  name: 'colour-prompt',
  bytes: async () => bytesOfDataUrl((await import('../../../models/colour-prompt.onnx?url&inline')).default),
  licence: 'MIT',
  input: { name: 'image', longSide: 128, multipleOf: 4, layout: 'NCHW', range: [0, 1] },
  prompts: {
    keyImage: 'keyImage',
    keyPrompts: 'keyPrompts',
    minLabels: minPromptLabels,
    maxLabels: maxPromptLabels,
  },
  output: { name: 'probabilities', layout: 'NCHW', activation: 'probabilities' },
  labels: Array.from({ length: maxPromptLabels }, (_, label) => (label === 0 ? 'background' : `object ${label}`)),
  crf: {
    kernels: [
      { type: 'gaussian', sigmaXY: 3, compatibility: 3 },
      { type: 'bilateral', sigmaXY: 50, sigmaRGB: 8, compatibility: 5 },
    ],
    iterations: 8,
  },
  workingSize: 480,
};

/**
 * MediaPipe's selfie segmentation: one person or a few, near the camera. General model, 256×256, and landscape model, 256×144,
 * for frames wider than 4:3; both give probabilities of "person" at the size of their input.
 */
const person: NetworkDescription = {
  name: 'person',
  bytes: async () => bytesOfDataUrl((await import('../../../models/person.onnx?url&inline')).default),
  licence: 'Apache-2.0',
  input: { name: 'image', width: 256, height: 256, layout: 'NHWC', range: [0, 1] },
  variants: [
    {
      bytes: async () => bytesOfDataUrl((await import('../../../models/person-landscape.onnx?url&inline')).default),
      width: 256,
      height: 144,
    },
  ],
  output: { name: 'probabilities', layout: 'NHWC', activation: 'sigmoid' },
  flipAveraging: true,
  labels: ['background', 'person'],
  // Okabe and Ito's blue, which skin doesn't have.
  colours: ['#000000', '#0072b2'],
  // Found on every other one, by name, of 24 street photographs with outlines (Clothing Co-Parsing), by outputs of one run each: person IoU and boundary
  // F at 2 pixels were 0.939 and 0.859 there, 0.934 and 0.867 on the other twelve, and one photograph of 24 was made worse. With gaussian 3 / 3 and
  // bilateral 50 / 5 / 4, five times, they were 0.936 and 0.851, 0.933 and 0.858, and seven. With the mean of both ways they are 0.938 and 0.856, 0.946
  // and 0.879, and two. The simpler ones take 0.3
  // of the time (CPU, 320 × 240 pixels with sigmas for that size), and stay with video.
  crf: {
    kernels: [
      { type: 'gaussian', sigmaXY: 1.9, compatibility: 4.7, normalization: 'after' },
      { type: 'bilateral', sigmaXY: 43, sigmaRGB: 3.1, compatibility: 4.4, normalization: 'after' },
      { type: 'bilateral', sigmaXY: 7.2, sigmaRGB: 15, compatibility: 5.1, normalization: 'after' },
    ],
    iterations: 8,
  },
  videoCrf: {
    kernels: [
      { type: 'gaussian', sigmaXY: 3, compatibility: 3 },
      { type: 'bilateral', sigmaXY: 50, sigmaRGB: 5, compatibility: 4 },
    ],
    iterations: 5,
  },
  workingSize: 640,
};

/**
 * Networks that come with the package. Their bytes are loaded by a dynamic import, so that who uses none of them loads none. Bundlers put
 * them beside every page that might, though: a large one has an entry point of its own, as src/pipeline/nuclei.ts.
 */
export const embeddedNetworks = { person, 'colour-prompt': colourPrompt } as const satisfies Record<
  string,
  NetworkDescription
>;
