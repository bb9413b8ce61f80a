// SPDX-License-Identifier: MIT

/**
 * A network that finds cell nuclei, for who imports it: its file is 1.6 MB.
 *
 * @module meanfield/pipeline/nuclei
 */

// A door of its own, because it names a file that does not come with the package.
import type { NetworkDescription } from './network/description.js';

/**
 * Cell nuclei in fluorescence and H&E micrographs, of about 10 to 40 pixels across at the network's size. Border is what parts
 * nuclei that touch, and belongs to them. The CRF raises foreground IoU from 0.867 to 0.878 on fluorescence; the library's
 * default parameters lower it to 0.859.
 *
 * Its file, `nuclei.onnx` of 1.6 MB, does not come with this package: it lies in the folder `models` of the repository and of the package meanfield-cli. Put it on
 * your site, and name its folder:
 *
 * ```ts
 * import { nuclei } from 'meanfield/pipeline/nuclei';
 * const pipeline = await Pipeline.create({ network: nuclei, modelBase: '/models/' });
 * ```
 */
export const nuclei: NetworkDescription = {
  name: 'nuclei',
  url: 'nuclei.onnx',
  sha256: '734103c272d2249e37e9f1524fe2f754477d7cdbf7de993ce5b5e0bb207c0304',
  licence: 'MIT',
  input: { name: 'image', longSide: 256, multipleOf: 16, layout: 'NCHW', range: [0, 1] },
  output: { name: 'logits', layout: 'NCHW', activation: 'logits' },
  labels: ['background', 'nucleus', 'border'],
  colours: ['#000000', '#3ea6ff', '#ffb000'],
  crf: {
    kernels: [
      { type: 'gaussian', sigmaXY: 1, compatibility: 1 },
      { type: 'bilateral', sigmaXY: 15, sigmaRGB: 5, compatibility: 2 },
    ],
    iterations: 5,
  },
  workingSize: 256,
};
