// SPDX-License-Identifier: MIT

import type { InputTensor, OutputPlanes } from './network-sessions.js';

type Run = (input: InputTensor) => Promise<OutputPlanes>;

/**
 * The mean of a network's outputs for a picture and for the same picture mirrored, left to right: test-time augmentation.
 *
 * @param input of the picture
 * @param layout of the input
 */
export async function runBothWays(run: Run, input: InputTensor, layout: 'NHWC' | 'NCHW'): Promise<OutputPlanes> {
  const output = await run(input);
  const width = layout === 'NHWC' ? input.dims[2] : input.dims[3];
  const channels = layout === 'NHWC' ? input.dims[3] : 1;
  const mirrored = await run({ ...input, values: mirrorRows(input.values, width, channels) });
  const { planes, width: outputWidth } = output;
  const across = mirrorRows(mirrored.planes, outputWidth, 1);
  return { ...output, planes: planes.map((value, i) => (value + across[i]) / 2) };
}

/** Rows of pixels, [row, x, channel], from right to left. */
function mirrorRows(values: Float32Array, width: number, channels: number): Float32Array {
  const out = new Float32Array(values.length);
  const rowLength = width * channels;
  for (let row = 0; row < values.length; row += rowLength) {
    for (let x = 0; x < rowLength; x += channels) {
      const from = row + rowLength - channels - x;
      for (let channel = 0; channel < channels; channel++) out[row + x + channel] = values[from + channel];
    }
  }
  return out;
}
