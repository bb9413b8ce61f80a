// SPDX-License-Identifier: MIT

import { defaultParameters, resolveParameters, type TuningTable } from '../../index.js';
import { about, argumentOf, messageOf, UsageError } from '../failure.js';
import { jsonLines } from '../files/json.js';
import { OutputFiles } from '../files/outputs.js';
import type { Streams } from '../streams.js';
import { compare, readReport } from './against.js';
import type { BenchReport } from './bench-report.js';
import { type Host, NodeHost, PageHost } from './hosts.js';
import { measure } from './measure.js';
import type { BenchCase, BenchOptions } from './options.js';
import { type BenchResult, describeReport, describeRun } from './report.js';

/** Measures every size on every backend that is asked for. Where it throws, no file has appeared or changed. */
export async function bench(
  { sizes, repeat, backend, threads, json, out, tune, against }: BenchOptions,
  streams: Streams,
  version: string,
  startWebgpu: () => Promise<Host> = () => PageHost.start(),
): Promise<void> {
  for (const benchCase of sizes) checkSize(benchCase);
  if (tune !== undefined && backend === 'cpu') throw new UsageError('--tune: nothing to tune with --backend cpu');
  const earlier = against === undefined ? undefined : await readReport(against);
  const outputs = await OutputFiles.open({ ...(out !== undefined && { out }), ...(tune !== undefined && { tune }) });
  const hosts: BackendHost[] = [];
  try {
    if (backend !== 'cpu') {
      streams.status('starting the browser');
      hosts.push({ backend: 'webgpu', host: await startWebgpu(), threads: undefined });
    }
    if (backend !== 'webgpu') {
      const host = new NodeHost();
      for (const count of threads ?? [undefined]) hosts.push({ backend: 'cpu', host, threads: count });
    }
    const report = describeRun(version, repeat);
    const tuning = tune === undefined ? null : await tuneAll(sizes, hosts[0].host, streams);
    await measureAll(report, sizes, hosts, streams, tuning);
    const result: BenchResult = earlier ? { ...report, against: compare(report, earlier) } : report;
    await outputs.write('out', () => [Buffer.from(jsonLines(result, 2))]);
    await outputs.write('tune', () => [Buffer.from(jsonLines(tuning, 2))]);
    await outputs.commit();
    streams.status('');
    streams.out(json ? jsonLines(result, 0) : describeReport(result));
  } finally {
    streams.status('');
    await outputs.close();
    for (const { host } of hosts) await host.close();
  }
}

interface BackendHost {
  backend: 'webgpu' | 'cpu';
  host: Host;
  threads: number | undefined;
}

/** Milliseconds a size, compilation included: nobody waits for a first picture here. */
const tuneBudget = 60_000;

/** One table for all sizes. */
async function tuneAll(sizes: readonly BenchCase[], host: Host, streams: Streams): Promise<TuningTable> {
  const entries = new Map<string, TuningTable['entries'][number]>();
  let version = 0;
  for (const { name, width, height, labelCount } of sizes) {
    streams.status(`tuning ${name}`);
    const table = await about(`--tune: ${name}`, () => host.call('tune', { width, height, labelCount }, tuneBudget));
    version = table.version;
    for (const entry of table.entries) {
      const { adapter, pixels, channels, featureDim } = entry;
      entries.set(JSON.stringify([adapter, pixels, channels, featureDim]), entry);
    }
  }
  return { version, entries: [...entries.values()] };
}

async function measureAll(
  report: BenchReport,
  sizes: readonly BenchCase[],
  hosts: readonly BackendHost[],
  streams: Streams,
  tuning: TuningTable | null,
): Promise<void> {
  for (const benchCase of sizes) {
    for (const { backend, host, threads } of hosts) {
      const [count, total] = [report.measurements.length + 1, sizes.length * hosts.length];
      streams.status(`measuring ${benchCase.name} on ${backend}, ${count} of ${total}`);
      const measurement = await about(`${benchCase.name} on ${backend}`, () =>
        measure(host, benchCase, backend, threads, report.repeat, backend === 'webgpu' ? tuning : null),
      );
      report.measurements.push(measurement);
    }
  }
}

/** The library knows what is too large for it. */
function checkSize({ name, width, height, labelCount }: BenchCase): void {
  try {
    resolveParameters(defaultParameters, { width, height, labelCount });
  } catch (error) {
    if (!argumentOf(error)) throw error;
    throw new UsageError(`--sizes: ${name}: ${messageOf(error)}`);
  }
}
