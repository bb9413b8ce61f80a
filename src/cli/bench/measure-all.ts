// SPDX-License-Identifier: MIT

import type { RgbaImage, TuningTable } from '../../index.js';
import { about } from '../failure.js';
import type { Streams } from '../streams.js';
import type { BenchReport } from './bench-report.js';
import type { Host } from './host.js';
import { measure } from './measure.js';
import type { BenchCase } from './options.js';

export interface BackendHost {
  backend: 'webgpu' | 'cpu';
  host: Host;
  threads: number | undefined;
}

/** Milliseconds a size, compilation included: nobody waits for a first picture here. */
const tuneBudget = 60_000;

/** One table for all sizes. */
export async function tuneAll(
  sizes: readonly BenchCase[],
  host: Host,
  streams: Pick<Streams, 'status'>,
): Promise<TuningTable> {
  const tables: TuningTable[] = [];
  for (const size of sizes) tables.push(await tuneOne(size, host, streams, tuneBudget));
  return joinTables(tables);
}

export function tuneOne(
  { name, width, height, labelCount }: BenchCase,
  host: Host,
  streams: Pick<Streams, 'status'>,
  budget: number,
): Promise<TuningTable> {
  streams.status(`tuning ${name}`);
  return about(`tuning ${name}`, () => host.call('tune', { width, height, labelCount }, budget));
}

/** Sizes may have kernels of one kind: the last choice for a kind stays. */
export function joinTables(tables: readonly TuningTable[]): TuningTable {
  const entries = new Map<string, TuningTable['entries'][number]>();
  for (const entry of tables.flatMap((table) => table.entries)) {
    const { adapter, pixels, channels, featureDim } = entry;
    entries.set(JSON.stringify([adapter, pixels, channels, featureDim]), entry);
  }
  return { version: tables[0].version, entries: [...entries.values()] };
}

export interface Work {
  sizes: readonly BenchCase[];
  hosts: readonly BackendHost[];
  photo: RgbaImage;
  tuning: TuningTable | null;
}

/** Every size on every backend, into the report; and how fast the GPU copies. */
export async function measureAll(
  report: BenchReport,
  { sizes, hosts, photo, tuning }: Work,
  streams: Pick<Streams, 'status'>,
): Promise<void> {
  const gpu = hosts.find(({ backend }) => backend === 'webgpu');
  if (gpu && report.copyBandwidth === null) {
    streams.status('measuring how fast the GPU copies');
    report.copyBandwidth = await about('copying on webgpu', () => gpu.host.call('bandwidth'));
  }
  for (const benchCase of sizes) {
    for (const { backend, host, threads } of hosts) {
      const [count, total] = [report.measurements.length + 1, sizes.length * hosts.length];
      streams.status(`measuring ${benchCase.name} on ${backend}, ${count} of ${total}`);
      const measurement = await about(`${benchCase.name} on ${backend}`, () =>
        measure(host, benchCase, photo, {
          backend,
          threads,
          repeat: report.repeat,
          tuning: backend === 'webgpu' ? tuning : null,
        }),
      );
      report.measurements.push(measurement);
    }
  }
}
