// SPDX-License-Identifier: MIT

import { describe, expect, it } from 'vitest';
import { CpuNetwork } from '../../../src/pipeline/cpu.js';
import { TestPipelines } from '../../support/tiny-pipeline.js';
import { twoShapes } from '../../support/two-shapes.js';

const pipelines = new TestPipelines();
const open = pipelines.open.bind(pipelines);
const network = twoShapes();

function red(width: number, height: number) {
  const data = Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) => (i % 4 === 0 || i % 4 === 3 ? 255 : 0));
  return { data, width, height };
}

describe('a network with a variant for wide pictures', () => {
  it('takes the one that is nearest to the picture, whatever came before', async () => {
    const pipeline = await open({ network, crf: null });
    const square = { input: { width: 16, height: 16 }, label: 1 };
    const wide = { input: { width: 32, height: 16 }, label: 0 };
    const live: number[] = [];
    for (const [width, height, expected] of [
      ...[[20, 20, square] as const, [40, 20, wide] as const, [20, 40, square] as const, [60, 20, wide] as const],
      ...[[20, 20, square] as const, [40, 20, wide] as const, [20, 40, square] as const, [60, 20, wide] as const],
    ]) {
      const { report, ...result } = await pipeline.segment(red(width, height)).then(async (segmentation) => ({
        report: segmentation.report,
        labels: await segmentation.labelMap(),
      }));
      expect(report.input).toEqual(expected.input);
      expect([...new Set(result.labels)]).toEqual([expected.label]);
      live.push(pipelines.device.liveCount);
    }
    // Each was made once, and kept.
    expect(live[7]).toBe(live[3]);
  });

  it('runs the network where the shape changes, also on frames that would have done without', async () => {
    const ladder = [{ size: 1, iterations: 1, networkEvery: 3 }];
    const pipeline = await open({ network, crf: null, budget: { ladder } });
    const ran: boolean[] = [];
    for (const [width, height] of [
      [20, 20],
      [20, 20],
      [40, 20],
      [40, 20],
      [20, 20],
    ]) {
      const { report } = await pipeline.segmentFrame(red(width, height));
      ran.push(report.networkRan);
    }
    expect(ran).toEqual([true, false, true, expect.any(Boolean), true]);
  });

  it('is made ready for the frames that are announced', async () => {
    const unknown = await open({ network });
    expect(unknown.bytesHeld).toBe(0);
    const pipeline = await open({ network, frameSize: { width: 64, height: 32 } });
    const { bytesHeld } = pipeline;
    // Input and output at the least.
    expect(bytesHeld).toBeGreaterThanOrEqual(4 * 4 * 32 * 16);
    expect((await pipeline.segment(red(20, 20))).report.input).toEqual({ width: 16, height: 16 });
    await expect(open({ network, frameSize: { width: 0, height: 32 } })).rejects.toThrow('frameSize.width: got 0');
    await expect(open({ network, frameSize: 5 as never })).rejects.toThrow('frameSize: got 5, expected an object');
  });

  it('does the same on the CPU', async () => {
    const onCpu = await CpuNetwork.create(network);
    for (const [width, height, expected] of [
      [20, 20, 16],
      [60, 20, 32],
      [20, 20, 16],
    ]) {
      const unary = await onCpu.run(red(width, height));
      expect(unary.width).toBe(expected);
      if (!('probabilities' in unary)) throw new Error('expected probabilities');
      expect(unary.probabilities[expected * 16]).toBeCloseTo(1 / (1 + Math.exp(expected === 16 ? -5 : 5)), 4);
    }
    await onCpu.destroy();
    await expect(onCpu.run(red(60, 20))).rejects.toThrow('two shapes: the network was destroyed');
  });
});
