// SPDX-License-Identifier: MIT

import { coarseGridWords } from '../../engine/inputs/coarse-grid.js';
import { checkUnarySource } from '../../engine/inputs/unary-input.js';
import { BufferSet } from '../../gpu/buffers.js';
import { foldedGrid } from '../../gpu/program.js';
import { writeUniform } from '../../gpu/uniforms.js';
import type { UnarySource } from '../../problem/api.js';
import type { ProblemSize } from '../../problem/types.js';
import { pin } from '../../stages/pipeline/pin.js';
import type { StageContext } from '../frames/stage-context.js';
import { pinConfidence } from './seeds.js';

/** Lets marks hold in a photo's unary. Keeps the buffers of its last call, as the engine may read them again. */
export class Pinner {
  private readonly buffers: BufferSet;

  constructor(private readonly context: StageContext) {
    this.buffers = new BufferSet(context.device);
  }

  get bytes(): number {
    return this.buffers.bytes;
  }

  /**
   * The unary at full size with marks in it. Good until the next call.
   *
   * @param unary coarse probabilities or logits on the GPU
   * @param marks 0, or a label plus 1, [y, x] at `size`
   */
  async run(unary: UnarySource, size: ProblemSize, marks: Uint8Array): Promise<UnarySource> {
    const array = checkUnarySource(unary, size);
    const { form, values } = array;
    if (ArrayBuffer.isView(values) || (form !== 'logits' && form !== 'probabilities')) {
      throw new Error('Pinner.run: probabilities or logits on the GPU');
    }
    const { device, programs, workgroupSize } = this.context;
    const program = await programs.get(pin, {
      workgroupSize,
      alignCorners: array.upsampling === 'align-corners',
      windowed: array.window !== null,
    });
    this.buffers.destroy();
    const pixelCount = size.width * size.height;
    const uniform = this.buffers.uniform('Pinner.uniform', 16);
    const other = (1 - pinConfidence) / Math.max(1, size.labelCount - 1);
    const worth = form === 'logits' ? [Math.log(pinConfidence), Math.log(other)] : [pinConfidence, other];
    writeUniform(device, uniform, [
      ...coarseGridWords(array, size),
      size.labelCount,
      ...worth.map((value) => ({ float: value })),
    ]);
    const marked = this.buffers.storage('Pinner.marks', 4 * pixelCount);
    device.queue.writeBuffer(marked, 0, Uint32Array.from(marks));
    const pinned = this.buffers.storage('Pinner.pinned', 4 * pixelCount * size.labelCount);
    const group = program.bind({
      pinOf: { buffer: uniform },
      planes: { buffer: values },
      marks: { buffer: marked },
      pinned: { buffer: pinned },
    });
    device.submit('Pinner', (encoder) => {
      const pass = encoder.beginComputePass({ label: 'Pinner' });
      program.encode(pass, group, foldedGrid(Math.ceil(pixelCount / workgroupSize)));
      pass.end();
    });
    return form === 'logits' ? { logits: pinned } : { probabilities: pinned };
  }

  destroy(): void {
    this.buffers.destroy();
  }
}
