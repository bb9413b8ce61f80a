// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { compare } from '../../../src/cli/bench/against.js';
import type { BenchReport } from '../../../src/cli/bench/bench-report.js';
import { cpuTimeOfThisProcess, cpuTimeOfTree, parseProcess } from '../../../src/cli/bench/cpu-time.js';
import type { Measurement } from '../../../src/cli/bench/measure.js';
import { parseCases, usualCases } from '../../../src/cli/bench/options.js';
import { readBenchPhoto } from '../../../src/cli/bench/photo.js';
import { pictureOf, smoothLogits } from '../../../src/cli/bench/problems.js';
import { type BenchResult, describeRun } from '../../../src/cli/bench/report.js';
import { type Spread, spreadIfAll, spreadOf } from '../../../src/cli/bench/statistics.js';
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
    expect(out).toMatch(/^Node v[^:]*: CPU\n\ncase +backend +threads +first +build .*\n─+\n8x8x2 +cpu +1 /m);
  });

  test('measures the CPU backend with each number of threads', async () => {
    const { exitCode, out } = await meanfield(...small, '--backend', 'cpu', '--threads', '1,2');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^8x8x2 +cpu +1 .*\n8x8x2 +cpu +2 /m);
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
    [['--threads', '1,0'], '--threads: got "1,0", expected whole numbers in 1..256, with commas between them'],
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

describe('an earlier report', () => {
  test('stands beside this one, case by case', async () => {
    const folder = await temporaryFolder();
    const [before, after] = [folder.file('before.json'), folder.file('after.json')];
    expect((await meanfield(...small, '--backend', 'cpu', '--out', before)).exitCode).toBe(0);
    const report = JSON.parse(await readFile(before, 'utf8')) as BenchReport;
    const [measured] = report.measurements;
    // Faster than any machine can be.
    for (const { wall } of [measured.build, measured.iteration]) {
      Object.assign(wall, { median: wall.median / 1e6, minimum: wall.minimum / 1e6, maximum: wall.maximum / 1e6 });
    }
    await writeFile(before, JSON.stringify({ ...report, processor: 'Abacus\u001b[31m', measurements: [measured] }));
    const sizes = ['bench', '--sizes', '8x8x2,4x4x2', '--repeat', '1', '--backend', 'cpu'];
    const { exitCode, out, error } = await meanfield(...sizes, '--against', before, '--out', after);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).toContain(`this run / ${report.version}`);
    expect(out).toMatch(/^other machine or program: processor .*, then Abacus\\\S*\[31m$/m);
    expect(out).toMatch(/^not in the earlier report: 4x4x2 on cpu with 1 thread$/m);
    const { against } = JSON.parse(await readFile(after, 'utf8')) as BenchResult;
    expect(against?.cases).toMatchObject([{ case: '8x8x2', backend: 'cpu', build: { apart: true }, held: null }]);
    expect(against?.cases[0].build.wall).toBeGreaterThan(1000);
  });

  test('is looked at before anything is measured', async () => {
    const folder = await temporaryFolder();
    const file = folder.file('other.json');
    const failed = (reason: string) => ({ exitCode: 1, out: '', error: `error: --against ${file}: ${reason}\n` });
    const run = () => meanfield(...small, '--against', file);
    expect(await run()).toEqual(failed('no such file'));
    for (const [text, reason] of [
      ['{', 'not JSON: line 1, column 2'],
      ['{}', 'is no report of bench: expected what bench --out or --json writes'],
      ['null', 'is no report of bench'],
      [
        '{"version":"1","date":"","processor":"","processorCount":1,"platform":"","node":"","measurements":[5]}',
        'is no',
      ],
    ]) {
      await writeFile(file, text);
      const { exitCode, out, error } = await run();
      expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
      expect(error).toContain(`--against ${file}: ${reason}`);
    }
  });

  test('is told apart from this one where no measurement of one is among those of the other', () => {
    const spread = (minimum: number, median: number, maximum: number) => ({ minimum, median, maximum });
    const reportOf = (wall: Spread, cpu: Spread | null) => ({
      ...describeRun('1.2.3', 3),
      measurements: [
        { case: '8x8x2', backend: 'cpu', host: 'Node', adapterName: 'CPU', firstResultMs: 8, bytesHeld: null },
      ].map((one) => ({ ...one, build: { wall, cpu }, iteration: { wall, cpu } }) as Measurement),
    });
    const slow = reportOf(spread(4, 6, 9), spread(4, 6, 8));
    const [fast, between] = [reportOf(spread(1, 3, 3.5), spread(2, 3, 4)), reportOf(spread(3, 5, 7), null)];
    const { cases, differences, missing } = compare(fast, slow);
    expect({ differences, missing }).toEqual({ differences: [], missing: [] });
    expect(cases).toMatchObject([{ first: 1, build: { wall: 0.5, cpu: 0.5, apart: true } }]);
    expect(compare(slow, fast).cases[0].iteration).toEqual({ wall: 2, cpu: 2, apart: true });
    expect(compare(between, slow).cases[0].build).toEqual({ wall: 5 / 6, cpu: null, apart: false });
  });
});

describe('other programs', () => {
  test('the guided filter, and a pydensecrf, stand beside the engine', async () => {
    const folder = await temporaryFolder();
    const python = await fakePydensecrf(folder);
    const out = folder.file('bench.json');
    const given = ['--backend', 'cpu', '--threads', '1', '--peers', 'guided, pydensecrf', '--python', python];
    const { exitCode, error, out: printed } = await meanfield(...small, ...given, '--out', out);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(printed).toMatch(/^case +program +a picture, 5 iterations +CPU\n─+\n8x8x2 +meanfield, cpu, 1 thread /m);
    expect(printed).toMatch(/^8x8x2 +guided filter +.*\n8x8x2 +pydensecrf 1\.0rc3 +4\.0 /m);
    const { peers } = JSON.parse(await readFile(out, 'utf8')) as BenchReport;
    const four = { median: 4, minimum: 4, maximum: 4 };
    expect(peers).toMatchObject([
      { case: '8x8x2', peer: 'guided', version: null },
      { case: '8x8x2', peer: 'pydensecrf', version: '1.0rc3', picture: { wall: four, cpu: four } },
    ]);
  });

  test.each([
    ['no-such-python', 'no such file'],
    ['/bin/false', 'ended with exit code 1'],
  ])('a Python that is none, %s, is told before anything is measured', async (python, reason) => {
    const { exitCode, out, error } = await meanfield(...small, '--peers', 'pydensecrf', '--python', python);
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(error).toBe(`error: --peers: pydensecrf in --python ${python}: ${reason}\n`);
  });
});

test('pictures and logits are the same in every run, and as large as asked for', async () => {
  const photo = await readBenchPhoto();
  for (const name of ['9x7x3', '9x7x3:noise']) {
    const [benchCase] = parseCases(name);
    const picture = pictureOf(benchCase, photo);
    expect(picture).toEqual(pictureOf(benchCase, await readBenchPhoto()));
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

/** A program that answers as a Python with pydensecrf does, and fails where it is sent other bytes than a picture and energies of 8×8 with two labels. */
async function fakePydensecrf(folder: Awaited<ReturnType<typeof temporaryFolder>>): Promise<string> {
  const python = folder.file('python');
  const script = `#!/bin/sh
case "$2" in
  *metadata*) echo 1.0rc3 ;;
  *)
    IFS= read -r task
    [ "$task" = '{"width":8,"height":8,"labelCount":2,"repeat":1,"iterations":5}' ] || exit 1
    [ "$(wc -c)" -eq ${3 * 64 + 4 * 2 * 64} ] || exit 1
    echo '[[4, 4]]' ;;
esac
`;
  await writeFile(python, script, { mode: 0o755 });
  return python;
}
