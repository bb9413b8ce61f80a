// SPDX-License-Identifier: MIT

import { ArgumentError, DenseCrf, DeviceError } from 'meanfield';

const options = { width: 4, height: 4, labelCount: 2 };
for (const backend of /** @type {const} */ (['webgpu', 'cpu'])) {
  try {
    const crf = await DenseCrf.create({ ...options, backend, parameters: { kernels: [], iterations: -1 } });
    crf.destroy();
  } catch (error) {
    if (error instanceof ArgumentError) console.log(`wrong: ${error.argument} must be ${error.allowed}`);
    else if (error instanceof DeviceError) console.log(`this machine can't: ${error.message}`);
    else throw error;
  }
}
