// SPDX-License-Identifier: MIT

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { installDawn, runAnewForSoftware } from './dawn.js';
import { BrowserHost, type Host, NodeHost } from './hosts.js';
import { measure } from './measure.js';
import { type BenchCase, parseCases, usualCases } from './problems.js';
import { costTable, describeRun, headLines, stageTable } from './report.js';

interface Options {
  sizes: BenchCase[];
  repeat: number;
  backend: 'webgpu' | 'cpu' | 'both';
  host: 'browser' | 'dawn';
  json: boolean;
  out?: string;
}

const program = new Command('npm run bench --')
  .description(
    'Measures the engine on WebGPU and its CPU twin, with the default parameters: gaussian and bilateral kernel.',
  )
  .addOption(
    new Option('--sizes <list>', 'WIDTHxHEIGHTxLABELS, separated by commas; :noise behind one takes a picture of noise')
      .argParser(parseSizes)
      .default(parseCases(usualCases), usualCases),
  )
  .option('--repeat <n>', 'measurements of each number', parseRepeat, 5)
  .addOption(new Option('--backend <name>', 'what to measure').choices(['webgpu', 'cpu', 'both']).default('both'))
  .addOption(
    new Option('--host <name>', 'where WebGPU runs: headless Chromium, or Dawn in this process')
      .choices(['browser', 'dawn'])
      .default('browser'),
  )
  .option('--json', 'print JSON instead of tables', false)
  .option('--out <file>', 'also write the JSON to this file');
program.parse();
await run(program.opts<Options>());

async function run({ sizes, repeat, backend, host, json, out }: Options): Promise<void> {
  if (host === 'dawn' && backend !== 'cpu') {
    const exitCode = await runAnewForSoftware();
    if (exitCode !== undefined) {
      process.exitCode = exitCode;
      return;
    }
    await installDawn();
  }
  const node = `Node ${process.version}`;
  const hosts: { backend: 'webgpu' | 'cpu'; host: Host }[] = [];
  if (backend !== 'cpu') {
    hosts.push({
      backend: 'webgpu',
      host: host === 'dawn' ? new NodeHost(`Dawn, ${node}`) : await BrowserHost.start(),
    });
  }
  if (backend !== 'webgpu') hosts.push({ backend: 'cpu', host: new NodeHost(node) });

  const report = describeRun(repeat);
  try {
    for (const benchCase of sizes) {
      for (const { backend: measured, host: place } of hosts) {
        process.stderr.write(`${benchCase.name} on ${measured}\n`);
        report.measurements.push(await measure(place, benchCase, measured, repeat));
      }
    }
  } finally {
    for (const { host: place } of hosts) await place.end();
  }
  const text = `${JSON.stringify(report, null, 2)}\n`;
  if (json) process.stdout.write(text);
  else {
    const adapters = new Set(report.measurements.map((measured) => `${measured.host}: ${measured.adapterName}`));
    process.stdout.write(
      `${headLines(report)}${[...adapters].join('\n')}\n\n${costTable(report)}\n${stageTable(report)}`,
    );
  }
  if (out !== undefined) {
    mkdirSync(path.dirname(path.resolve(out)), { recursive: true });
    writeFileSync(out, text);
  }
}

function parseSizes(text: string): BenchCase[] {
  try {
    return parseCases(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function parseRepeat(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1.');
  return value;
}
