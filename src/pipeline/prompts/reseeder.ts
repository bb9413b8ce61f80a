// SPDX-License-Identifier: MIT

import { BufferSet } from '../../gpu/buffers.js';
import { foldedGrid, type Program } from '../../gpu/program.js';
import { writeUniform } from '../../gpu/uniforms.js';
import { reseed } from '../../stages/pipeline/reseed.js';
import type { Extent } from '../frames/plan.js';
import type { StageContext } from '../frames/stage-context.js';

/** Turns refined marginals into prompts for another round. For key images, not for every frame: it makes what it needs. */
export class Reseeder {
  private constructor(
    private readonly context: StageContext,
    private readonly program: Program<typeof reseed.layout>,
  ) {}

  static async create(context: StageContext): Promise<Reseeder> {
    return new Reseeder(context, await context.programs.get(reseed, { workgroupSize: context.workgroupSize }));
  }

  /**
   * Submits the work.
   *
   * @param seeds what was marked, [label, y, x] of `size`
   * @param marginals f32 [label, y, x] of `working`, on the GPU
   * @param prompts f32, the network's input, [label, y, x] of `size`
   */
  run(seeds: Float32Array, size: Extent, marginals: GPUBuffer, working: Extent, prompts: GPUBuffer): void {
    const { device, workgroupSize } = this.context;
    const buffers = new BufferSet(device);
    const marked = buffers.storage('Reseeder.seeds', seeds.byteLength);
    device.queue.writeBuffer(marked, 0, seeds as Float32Array<ArrayBuffer>);
    const uniform = buffers.uniform('Reseeder.uniform', 5);
    const labelCount = seeds.length / (size.width * size.height);
    writeUniform(device, uniform, [size.width, size.height, working.width, working.height, labelCount]);
    const group = this.program.bind({
      reseed: { buffer: uniform },
      seeds: { buffer: marked },
      marginals: { buffer: marginals },
      prompts: { buffer: prompts },
    });
    device.submit('Reseeder', (encoder) => {
      const pass = encoder.beginComputePass({ label: 'Reseeder' });
      this.program.encode(pass, group, foldedGrid(Math.ceil(seeds.length / workgroupSize)));
      pass.end();
    });
    // What was submitted keeps them until it is done.
    buffers.destroy();
  }
}
