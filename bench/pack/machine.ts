// SPDX-License-Identifier: MIT

// The program of the archive that npm run bench:pack makes: what the engine does on this machine's GPU, whether it is right, and how fast.

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Option } from 'commander';
import type { BenchReport } from '../../src/cli/bench/bench-report.js';
import { NodeHost } from '../../src/cli/bench/host.js';
import { joinTables, measureAll, tuneOne } from '../../src/cli/bench/measure-all.js';
import { type BenchCase, parseCases, usualCases } from '../../src/cli/bench/options.js';
import { describeReport, describeRun } from '../../src/cli/bench/report.js';
import { Failure, messageOf } from '../../src/cli/failure.js';
import { wholeNumber } from '../../src/cli/option-values.js';
import { packageFolder } from '../../src/cli/package-folder.js';
import { runAsProcess } from '../../src/cli/process.js';
import { createBareProgram, runProgram } from '../../src/cli/program.js';
import type { Streams } from '../../src/cli/streams.js';
import { type AcquiredDevice, type RgbaImage, requestDevice, type TuningTable } from '../../src/index.js';
import { installDawn } from '../install-dawn.js';
import { Findings } from './findings.js';
import { runGenerated } from './generated.js';
import { compareGolden, compareShapes, type GoldenDistance } from './golden.js';
import { readGoldenCases } from './golden-case.js';

interface Options {
  seconds: number;
  sizes: readonly BenchCase[];
  repeat: number;
  seed: number;
  out: string;
}

/** All that was found, as JSON. */
interface MachineReport {
  /** meanfield's version, and the commit that the archive was made from. */
  version: string;
  commit: string;
  adapter: Record<string, string | boolean>;
  features: string[];
  limits: Record<string, number>;
  golden: GoldenDistance[];
  shapesCompared: number;
  tuning: TuningTable | null;
  bench: BenchReport | null;
  generated: Record<string, string>;
  failures: string[];
  leftOut: string[];
}

/** Shares of the time; what one leaves over goes to the next. */
const shares = { golden: 0.15, shapes: 0.3, tuning: 0.15, measurement: 0.25, generated: 0.15 } as const;

await runAsProcess((commandArguments, streams) => {
  const program = createBareProgram('./run', streams)
    .description(
      "Runs meanfield's engine on this machine's GPU: golden cases, every shape of the shaders bit by bit, which shapes are fastest, how fast, and generated " +
        'problems against the CPU. Exits with 1 where anything is wrong.',
    )
    .option(
      '--seconds <n>',
      'time for all of it; what it is too short for is named',
      wholeNumber('--seconds', 10, 86_400),
      240,
    )
    .addOption(
      new Option('--sizes <list>', 'WIDTHxHEIGHTxLABELS to tune and to measure')
        .argParser(parseCases)
        .default(parseCases(usualCases), usualCases),
    )
    .option('--repeat <count>', 'measurements of each number', wholeNumber('--repeat', 1, 1000), 5)
    .option('--seed <n>', 'of generated problems', wholeNumber('--seed', 0, 2 ** 31 - 1), 1)
    .option('--out <file>', 'the report as JSON', 'report.json')
    .action((options: Options) => run(options, streams));
  return runProgram(program, commandArguments, streams).then((code) => code || Number(process.exitCode ?? 0));
});

async function run({ seconds, sizes, repeat, seed, out }: Options, streams: Streams): Promise<void> {
  const folder = packageFolder();
  const { version, commit } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  await installDawn();
  const acquired = await requestDevice();
  if (!acquired) throw new Failure('no WebGPU adapter: a Vulkan driver and its loader, libvulkan.so.1, are needed');
  const { device, adapterName, isSoftware } = acquired;
  const report: MachineReport = {
    version,
    commit,
    ...describeAdapter(acquired),
    golden: [],
    shapesCompared: 0,
    tuning: null,
    bench: null,
    generated: {},
    failures: [],
    leftOut: [],
  };
  const write = () => writeFile(out, `${JSON.stringify(report, null, 2)}\n`);
  await write();
  streams.out(
    `meanfield ${version}, commit ${commit.slice(0, 8)}, ${adapterName}${isSoftware ? ', IN SOFTWARE' : ''}\n`,
  );
  device.addEventListener('uncapturederror', ({ error }) => report.failures.push(`the device: ${error.message}`));

  const start = performance.now();
  let deadline = start;
  const part = async (name: keyof typeof shares, work: (findings: Findings) => Promise<void>) => {
    deadline += 1000 * seconds * shares[name];
    const findings = new Findings(deadline, streams.out);
    streams.out(`\n── ${name}\n`);
    await work(findings).catch((error) => findings.fail(`${name}: ${messageOf(error)}`));
    streams.status('');
    const { length, 0: first } = findings.leftOut;
    if (length > 0)
      streams.out(`LEFT OUT, the time was over: ${first}${length > 1 ? ` and ${length - 1} more` : ''}\n`);
    report.failures.push(...findings.failures);
    report.leftOut.push(...findings.leftOut);
    await write();
  };

  const cases = await readGoldenCases(path.join(folder, 'golden'));
  await part('golden', async (findings) => {
    report.golden = await compareGolden(device, cases, findings);
  });
  await part('shapes', async (findings) => {
    report.shapesCompared = await compareShapes(device, cases, findings);
  });
  const host = new NodeHost(`Dawn, Node ${process.version}`);
  await part('tuning', async (findings) => {
    const tables = await eachInTime(sizes, findings, 'tuning', (size, budget) => tuneOne(size, host, streams, budget));
    if (tables.length === 0) return;
    report.tuning = joinTables(tables);
    for (const { pixels, channels, featureDim, splat, blur, slice } of report.tuning.entries) {
      findings.say(`${pixels} pixels, ${channels} channels, ${featureDim} features: ${splat}, ${blur}, ${slice}`);
    }
  });
  await part('measurement', async (findings) => {
    const bench = { ...describeRun(version, repeat), commit };
    const photo = await readPhoto(folder);
    const hosts = [{ backend: 'webgpu', host, threads: undefined }] as const;
    await eachInTime(sizes, findings, 'measuring', (size) =>
      measureAll(bench, { sizes: [size], hosts, photo, tuning: report.tuning }, streams),
    );
    report.bench = bench;
    if (bench.measurements.length > 0) streams.out(describeReport(bench));
  });
  await part('generated', async (findings) => {
    report.generated = await runGenerated(seed, findings);
  });

  const { failures, leftOut } = report;
  const left = leftOut.length > 0 ? `, ${leftOut.length} left out` : '';
  const took = ((performance.now() - start) / 1000).toFixed(0);
  streams.out(
    `\n${failures.length === 0 ? 'all right' : `${failures.length} FAILED`}${left}; ${took} s; ${out} has it all\n`,
  );
  if (failures.length > 0) process.exitCode = 1;
}

/** One size after the other while there is time: each may take its part of what is left. */
async function eachInTime<Result>(
  sizes: readonly BenchCase[],
  findings: Findings,
  title: string,
  work: (size: BenchCase, milliseconds: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [index, size] of sizes.entries()) {
    if (findings.isOver) findings.leaveOut(`${title} ${size.name}`);
    else results.push(await work(size, Math.max(1, findings.millisecondsLeft / (sizes.length - index))));
  }
  return results;
}

function describeAdapter({ adapter, device, isSoftware }: AcquiredDevice) {
  const { vendor, architecture, device: model, description } = adapter.info;
  const limits: Record<string, number> = {};
  // They are getters of the prototype, where Object.entries doesn't look.
  for (const name in device.limits) limits[name] = Number(device.limits[name as keyof GPUSupportedLimits]);
  return {
    adapter: { vendor, architecture, device: model, description, isSoftware },
    features: [...device.features].sort(),
    limits,
  };
}

async function readPhoto(folder: string): Promise<RgbaImage> {
  const { width, height } = JSON.parse(await readFile(path.join(folder, 'photo.json'), 'utf8'));
  return { data: new Uint8ClampedArray(await readFile(path.join(folder, 'photo.rgba'))), width, height };
}
