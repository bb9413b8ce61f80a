// SPDX-License-Identifier: MIT

import { crfPresets, DenseCrf } from 'meanfield';

const crf = await DenseCrf.create({ width: 320, height: 240, labelCount: 21, parameters: 'deeplab-v2' });
crf.setParameters('sharp-masks');
crf.destroy();

for (const [name, { parameters, source }] of Object.entries(crfPresets)) {
  console.log(`${name}: ${parameters.kernels.length} kernels, from ${source}`);
}
