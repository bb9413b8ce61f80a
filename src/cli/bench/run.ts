// SPDX-License-Identifier: MIT

import { defaultParameters, resolveParameters } from '../../index.js';
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
  { sizes, repeat, backend, threads, json, out, against }: BenchOptions,
  streams: Streams,
  version: string,
  startWebgpu: () => Promise<Host> = () => PageHost.start(),
): Promise<void> {
  for (const benchCase of sizes) checkSize(benchCase);
  const earlier = against === undefined ? undefined : await readReport(against);
  const outputs = await OutputFiles.open(out === undefined ? {} : { out });
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
    await measureAll(report, sizes, hosts, streams);
    const result: BenchResult = earlier ? { ...report, against: compare(report, earlier) } : report;
    await outputs.write('out', () => [Buffer.from(jsonLines(result, 2))]);
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

async function measureAll(
  report: BenchReport,
  sizes: readonly BenchCase[],
  hosts: readonly BackendHost[],
  streams: Streams,
): Promise<void> {
  for (const benchCase of sizes) {
    for (const { backend, host, threads } of hosts) {
      const [count, total] = [report.measurements.length + 1, sizes.length * hosts.length];
      streams.status(`measuring ${benchCase.name} on ${backend}, ${count} of ${total}`);
      const measurement = await about(`${benchCase.name} on ${backend}`, () =>
        measure(host, benchCase, backend, threads, report.repeat),
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
