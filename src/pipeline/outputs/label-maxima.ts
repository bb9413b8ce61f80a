// SPDX-License-Identifier: MIT

import { coarseGridWords } from '../../engine/inputs/coarse-grid.js';
import { checkUnarySource } from '../../engine/inputs/unary-input.js';
import type { UnaryArray } from '../../engine/inputs/unary-source.js';
import { BufferSet } from '../../gpu/buffers.js';
import { foldedGrid } from '../../gpu/program.js';
import { Readback } from '../../gpu/readback.js';
import { float } from '../../gpu/shader.js';
import { writeUniform } from '../../gpu/uniforms.js';
import type { UnarySource } from '../../problem/api.js';
import { ArgumentError } from '../../problem/errors.js';
import { probabilityFloor } from '../../problem/inputs.js';
import type { ProblemSize } from '../../problem/types.js';
import { labelMaxima } from '../../stages/pipeline/label-maxima.js';
import type { StageContext } from '../frames/stage-context.js';

/**
 * The largest probability that each label has at any pixel before refinement, float32 [labelCount], 0..1: what `presentLabels`
 * judges by. At a pixel with a value that is not finite every label counts as 1.
 *
 * Reads labelCount numbers back and makes its buffers anew: for photos, not for the frames of a video.
 *
 * @param unary what the CRF is to be given, on the GPU: logits, probabilities or energies
 * @param size the CRF's size, with as many labels as `unary` has
 *
 * Throws ArgumentError for what the CRF would refuse, for labels and for typed arrays.
 */
export async function measureLabelMaxima(
  context: StageContext,
  unary: UnarySource,
  size: ProblemSize,
): Promise<Float32Array> {
  const array = checkUnarySource(unary, size);
  const { form, values } = array;
  if (form === 'labels') throw new ArgumentError('unary', 'labels', 'logits, probabilities or unary');
  if (ArrayBuffer.isView(values)) throw new ArgumentError(`unary.${form}`, values, 'a GPUBuffer');
  const { device, programs, workgroupSize } = context;
  const program = await programs.get(labelMaxima, {
    workgroupSize,
    alignCorners: array.upsampling === 'align-corners',
    windowed: array.window !== null,
    fromLogits: form === 'logits',
    fromProbabilities: form === 'probabilities',
    probabilityFloor: float(probabilityFloor),
  });
  const buffers = new BufferSet(device);
  const readback = new Readback(device);
  try {
    const words = uniformWords(array, size);
    const uniform = buffers.uniform('measureLabelMaxima.uniform', words.length);
    writeUniform(device, uniform, words);
    const maxima = buffers.storage('measureLabelMaxima.maxima', 4 * size.labelCount);
    const group = program.bind({
      maximaOf: { buffer: uniform },
      source: { buffer: values },
      maxima: { buffer: maxima },
    });
    device.submit('label maxima', (encoder) => {
      const pass = encoder.beginComputePass({ label: 'label maxima' });
      program.encode(pass, group, foldedGrid(Math.ceil((size.width * size.height) / workgroupSize)));
      pass.end();
    });
    return await readback.floats(maxima, size.labelCount);
  } finally {
    readback.destroy();
    buffers.destroy();
  }
}

function uniformWords(array: UnaryArray, size: ProblemSize) {
  const { labelCount } = size;
  const planar = array.layout === 'planar';
  const strides = planar ? [array.width * array.height, 1] : [1, labelCount];
  return [...coarseGridWords(array, size), labelCount, ...strides, 0];
}
