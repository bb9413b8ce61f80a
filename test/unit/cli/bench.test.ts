// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { cpuTimeOfThisProcess, cpuTimeOfTree, parseProcess } from '../../../src/cli/bench/cpu-time.js';
import { parseCases, usualCases } from '../../../src/cli/bench/options.js';
import { pictureOf, smoothLogits } from '../../../src/cli/bench/problems.js';
import { spreadIfAll, spreadOf } from '../../../src/cli/bench/statistics.js';
import { meanfield, temporaryFolder } from '../../support/command-line.js';

const small = ['bench', '--sizes', '8x8x2', '--repeat', '1'];

test('sizes are read, and a size that is none is named', () => {
  expect(parseCases(usualCases)).toHaveLength(6);
  expect(parseCases('8x6x2, 512x512x21:noise')).toEqual([
    { name: '8x6x2', width: 8, height: 6, labelCount: 2, picture: 'photo' },
    { name: '512x512x21:noise', width: 512, height: 512, labelCount: 21, picture: 'noise' },
  ]);
  for (const wrong of ['8x6', '8x6x0', '8x6x2:sound', '']) {
    expect(() => parseCases(wrong)).toThrow(`--sizes: got "${wrong}", expected WIDTHxHEIGHTxLABELS`);
  }
});

describe('the command', () => {
  test('prints tables', async () => {
    const { exitCode, out, error } = await meanfield(...small, '--backend', 'cpu');
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toMatch(/^Node v[^:]*: CPU\n\ncase +backend +first +build .*\n─+\n8x8x2 +cpu /m);
  });

  test.each([
    [
      ['--sizes', '8x8x2,8x8'],
      '--sizes: got "8x8", expected WIDTHxHEIGHTxLABELS, with :noise behind it for a picture of noise',
    ],
    [
      ['--sizes', '90000x90000x21'],
      '--sizes: 90000x90000x21: width * height * labelCount: got 170100000000, expected at most 2147483647 values',
    ],
    [['--repeat', '0'], '--repeat: got "0", expected a whole number in 1..1000'],
    [['--backend', 'gpu'], '--backend: got "gpu", expected one of webgpu, cpu, both'],
    [['photo.png'], "too many arguments for 'bench'. Expected 0 arguments but got 1; see meanfield bench --help"],
    [['--host', 'dawn'], "unknown option '--host' (Did you mean --out?); see meanfield bench --help"],
  ])('%j is wrong usage', async (options, message) => {
    expect(await meanfield('bench', ...options)).toEqual({ exitCode: 2, out: '', error: `error: ${message}\n` });
  });

  test('looks for the folder of --out before it measures', async () => {
    const folder = await temporaryFolder();
    const out = folder.file('nowhere/bench.json');
    const error = `error: --out ${out}: the folder ${folder.file('nowhere')} does not exist\n`;
    expect(await meanfield(...small, '--out', out)).toEqual({ exitCode: 1, out: '', error });
  });
});

test('pictures and logits are the same in every run, and as large as asked for', async () => {
  for (const name of ['9x7x3', '9x7x3:noise']) {
    const [benchCase] = parseCases(name);
    const picture = await pictureOf(benchCase);
    expect(picture).toEqual(await pictureOf(benchCase));
    expect(picture.data).toHaveLength(4 * 63);
    expect(picture.data.filter((_byte, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
    expect(new Set(picture.data).size).toBeGreaterThan(50);
    const logits = smoothLogits(benchCase);
    expect(logits).toEqual(smoothLogits(benchCase));
    expect(logits).toHaveLength(3 * 63);
    expect(logits.every((logit) => Math.abs(logit) <= 4)).toBe(true);
  }
});

test('a spread is the median with the ends', () => {
  expect(spreadOf([5, 1, 9])).toEqual({ median: 5, minimum: 1, maximum: 9 });
  expect(spreadOf([4, 1])).toEqual({ median: 2.5, minimum: 1, maximum: 4 });
  expect(spreadOf([7])).toEqual({ median: 7, minimum: 7, maximum: 7 });
  expect(spreadIfAll([1, undefined])).toBe(null);
  expect(spreadIfAll([1, 3])).toEqual({ median: 2, minimum: 1, maximum: 3 });
});

describe('CPU time', () => {
  test('a process may have any name', () => {
    const stat = '42 (a) b) S 7 1 2 3 -1 4 5 6 7 8 250 50 9 9';
    expect(parseProcess(stat)).toEqual({ id: 42, parent: 7, ticks: 300 });
  });

  test.runIf(process.platform === 'linux')('grows while this process works, by both clocks', () => {
    const before = { own: cpuTimeOfThisProcess(), tree: cpuTimeOfTree(process.pid) ?? Number.NaN };
    // Far more than it takes, on however busy a core.
    const end = performance.now() + 60_000;
    while (cpuTimeOfThisProcess() - before.own < 60 && performance.now() < end) Math.hypot(1, 2);
    expect((cpuTimeOfTree(process.pid) ?? Number.NaN) - before.tree).toBeGreaterThanOrEqual(40);
  });
});
