// SPDX-License-Identifier: MIT

// Runs in a page: operations on masks, on the GPU and on the CPU.

import { MaskAnalysis } from '../../src/analysis/index.js';
import { createTestDevice } from './device.js';
import { maskLabels, maskOperations } from './mask-operations.js';

/** One of each kind: those that differ by an option alone have the same shaders. */
const isOfItsOwnKind = (name: string) => !/square|8$|core|given|small|everywhere/.test(name);

/** Names of the operations whose results differ: none should. */
export async function differingOperations({
  data,
  width,
  height,
}: {
  data: number[];
  width: number;
  height: number;
}): Promise<string[]> {
  const test = await createTestDevice();
  const map = Uint32Array.from(data);
  const gpu = await MaskAnalysis.create({ width, height, labels: maskLabels, device: test.device });
  const cpu = await MaskAnalysis.create({ width, height, labels: maskLabels, backend: 'cpu' });
  const differing: string[] = [];
  for (const [name, run] of maskOperations.filter(([known]) => isOfItsOwnKind(known))) {
    const found = await (await run(gpu, map)).read();
    const expected = await (await run(cpu, map)).read();
    if (found.some((value, pixel) => value !== expected[pixel])) differing.push(name);
  }
  gpu.destroy();
  cpu.destroy();
  await test.finish();
  return differing;
}
