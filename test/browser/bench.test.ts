// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { BenchReport } from '../../src/cli/bench/bench-report.js';
import { meanfield, temporaryFolder } from '../support/command-line.js';

const root = path.resolve(import.meta.dirname, '../..');

/** `npm run bench` without npm. */
async function developersBench(...commandArguments: string[]): Promise<string> {
  const given = [path.join(root, 'scripts/run.mjs'), 'bench/main.ts', ...commandArguments];
  return (await promisify(execFile)(process.execPath, given, { cwd: root })).stdout;
}

test('measures small problems in a page and on the CPU, and writes what it found', async () => {
  const folder = await temporaryFolder();
  const options = ['--sizes', '24x16x3,16x16x5:noise', '--repeat', '2', '--json', '--out', folder.file('small.json')];
  const { exitCode, out, error } = await meanfield('bench', ...options);
  expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
  const report = JSON.parse(out) as BenchReport;
  expect(JSON.parse(readFileSync(folder.file('small.json'), 'utf8'))).toEqual(report);
  expect(await folder.list()).toEqual(['small.json']);

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
  expect(gpu.adapterName).not.toBe('');
  expect(cpu).toMatchObject({ bytesHeld: null, stages: [], adapterName: 'CPU' });
  expect(report.commit).toMatch(/^[0-9a-f]{40}$/);
});

test('ends with 1, one line and no file when the browser is missing', async () => {
  const folder = await temporaryFolder();
  vi.stubEnv('PUPPETEER_EXECUTABLE_PATH', folder.file('no-browser'));
  onTestFinished(() => void vi.unstubAllEnvs());
  const { exitCode, out, error } = await meanfield('bench', '--sizes', '8x8x2', '--out', folder.file('small.json'));
  expect(error).toMatch(/^error: PUPPETEER_EXECUTABLE_PATH is ".*no-browser", [^\n]*\n$/);
  expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
  expect(await folder.list()).toEqual([]);
});

test("a developer's bench runs Dawn, too", async () => {
  const printed = await developersBench('--sizes', '8x8x2', '--repeat', '1', '--backend', 'webgpu', '--host', 'dawn');
  expect(printed).toMatch(/^Dawn, Node v.*\n\ncase +backend +threads +first +build .*\n─+\n8x8x2 +webgpu /m);
});
