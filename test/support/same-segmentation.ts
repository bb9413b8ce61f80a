// SPDX-License-Identifier: MIT

import { expect } from 'vitest';
import type { Segmentation } from '../../src/pipeline/index.js';

/** Numbers of the last call. */
async function numbersOf(segmentation: Segmentation) {
  return {
    labelMap: await segmentation.labelMap(),
    marginals: await segmentation.marginals(),
    confidence: await segmentation.confidence(),
    unary: await segmentation.unary(),
  };
}

/** That two pipelines, on WebGPU and on the CPU, say the same of a picture, but for rounding. */
export async function expectSame(onGpu: Segmentation, onCpu: Segmentation): Promise<void> {
  const [gpu, cpu] = [await numbersOf(onGpu), await numbersOf(onCpu)];
  expect(onCpu.labels).toEqual(onGpu.labels);
  expect(onCpu.keptLabels).toEqual(onGpu.keptLabels);
  const { droppedProbability: droppedOnCpu, ...reportOnCpu } = onCpu.report;
  const { droppedProbability: droppedOnGpu, ...reportOnGpu } = onGpu.report;
  expect(reportOnCpu).toEqual(reportOnGpu);
  expect(droppedOnCpu).toBeCloseTo(droppedOnGpu, 4);
  expect(new Set(cpu.marginals).size).toBeGreaterThan(10);
  expect(cpu.marginals).toBeAllClose(gpu.marginals, { tolerance: 1e-3 });
  expect(cpu.confidence).toBeAllClose(gpu.confidence, { tolerance: 1e-3 });
  const differing = cpu.labelMap.filter((label, i) => label !== gpu.labelMap[i]).length;
  expect(differing / cpu.labelMap.length, 'share of labels that differ').toBeLessThanOrEqual(0.001);
  const { logits: logitsOnCpu, probabilities: onesOnCpu, ...placeOnCpu } = planes(cpu.unary);
  const { logits: logitsOnGpu, probabilities: onesOnGpu, ...placeOnGpu } = planes(gpu.unary);
  expect(placeOnCpu).toEqual(placeOnGpu);
  expect(logitsOnCpu ?? onesOnCpu).toBeAllClose((logitsOnGpu ?? onesOnGpu) as Float32Array, { tolerance: 1e-3 });
}

function planes(unary: object): { logits?: Float32Array; probabilities?: Float32Array } {
  return { ...unary };
}
