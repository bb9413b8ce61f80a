// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { BenchReport } from '../../bench/report.js';
import { temporaryFolder } from '../support/command-line.js';

const root = path.resolve(import.meta.dirname, '../..');

async function bench(...commandArguments: string[]): Promise<string> {
  const given = [path.join(root, 'scripts/run.mjs'), 'bench/main.ts', ...commandArguments];
  return (await promisify(execFile)(process.execPath, given, { cwd: root })).stdout;
}

test('measures a small problem in a page and on the CPU, and writes what it found', async () => {
  const out = (await temporaryFolder()).file('results/small.json');
  const printed = await bench('--sizes', '24x16x3,16x16x5:noise', '--repeat', '2', '--json', '--out', out);
  const report = JSON.parse(printed) as BenchReport;
  expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(report);

  const { measurements } = report;
  expect(measurements.map((one) => `${one.case} ${one.backend}`)).toEqual([
    '24x16x3 webgpu',
    '24x16x3 cpu',
    '16x16x5:noise webgpu',
    '16x16x5:noise cpu',
  ]);
  for (const { build, iteration, firstResultMs } of measurements) {
    expect(firstResultMs).toBeGreaterThan(0);
    for (const { wall } of [build, iteration]) {
      expect(wall.minimum).toBeGreaterThan(0);
      expect(wall.minimum).toBeLessThanOrEqual(wall.median);
      expect(wall.median).toBeLessThanOrEqual(wall.maximum);
    }
  }
  const [gpu, cpu] = measurements;
  // Both worked on the same problem.
  expect(gpu.vertexCounts).toEqual(cpu.vertexCounts);
  expect(gpu.dispatchesPerIteration).toBeGreaterThan(0);
  expect(gpu.bytesHeld).toBeGreaterThan(24 * 16 * 3 * 4);
  expect(gpu.bytesMovedPerIteration).toBeGreaterThan(24 * 16 * 3 * 4);
  expect(cpu).toMatchObject({ bytesHeld: null, stages: [], adapterName: 'CPU' });
  expect(report.commit).toMatch(/^[0-9a-f]{40}$/);
});

test('prints tables', async () => {
  const printed = await bench('--sizes', '8x8x2', '--repeat', '1', '--backend', 'cpu');
  expect(printed).toMatch(/^case +backend +first +build .*\n─+\n8x8x2 +cpu /m);
});
