// SPDX-License-Identifier: MIT

import { defaultParameters, type RgbaImage, resolveParameters, type TuningTable } from '../../index.js';
import { about, argumentOf, messageOf, UsageError } from '../failure.js';
import { jsonLines } from '../files/json.js';
import { OutputFiles } from '../files/outputs.js';
import type { Streams } from '../streams.js';
import { compare, readReport } from './against.js';
import type { BenchReport } from './bench-report.js';
import { type Host, NodeHost, PageHost } from './hosts.js';
import { measure } from './measure.js';
import type { BenchCase, BenchOptions } from './options.js';
import type { PeerMeasurement, PeerName, PeerProblem } from './peers/peer.js';
import { pictureOf, readBenchPhoto, smoothLogits } from './problems.js';
import { type BenchResult, describeReport, describeRun } from './report.js';

/** Measures every size on every backend that is asked for. Where it throws, no file has appeared or changed. */
export async function bench(
  { sizes, repeat, backend, threads, json, out, tune, against, peers = [], python }: BenchOptions,
  streams: Streams,
  version: string,
  startWebgpu: () => Promise<Host> = () => PageHost.start(),
): Promise<void> {
  for (const benchCase of sizes) checkSize(benchCase);
  if (tune !== undefined && backend === 'cpu') throw new UsageError('--tune: nothing to tune with --backend cpu');
  const earlier = against === undefined ? undefined : await readReport(against);
  const measurePeers = await findPeers(peers, python);
  const photo = await readBenchPhoto();
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
    await measureAll(report, { sizes, hosts, photo, tuning }, streams);
    for (const benchCase of sizes) {
      const problem = { benchCase, image: pictureOf(benchCase, photo), logits: smoothLogits(benchCase) };
      for (const [peer, measurePeer] of measurePeers) {
        streams.status(`measuring ${benchCase.name} with ${peer}`);
        report.peers.push(await about(`${benchCase.name} with ${peer}`, () => measurePeer(problem, repeat)));
      }
    }
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

type MeasurePeer = (problem: PeerProblem, repeat: number) => Promise<PeerMeasurement>;

/** Looked for before anything is measured. */
async function findPeers(peers: readonly PeerName[], python: string): Promise<[PeerName, MeasurePeer][]> {
  const found: [PeerName, MeasurePeer][] = [];
  for (const peer of peers) {
    if (peer === 'guided') {
      found.push([peer, (await import('./peers/guided.js')).measureGuided]);
    } else {
      const { findPydensecrf, measurePydensecrf } = await import('./peers/pydensecrf.js');
      const version = await about(`--peers: pydensecrf in --python ${python}`, () => findPydensecrf(python));
      found.push([peer, (problem, repeat) => measurePydensecrf(python, version, problem, repeat)]);
    }
  }
  return found;
}

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
  budget = tuneBudget,
): Promise<TuningTable> {
  const entries = new Map<string, TuningTable['entries'][number]>();
  let version = 0;
  for (const { name, width, height, labelCount } of sizes) {
    streams.status(`tuning ${name}`);
    const table = await about(`--tune: ${name}`, () => host.call('tune', { width, height, labelCount }, budget));
    version = table.version;
    for (const entry of table.entries) {
      const { adapter, pixels, channels, featureDim } = entry;
      entries.set(JSON.stringify([adapter, pixels, channels, featureDim]), entry);
    }
  }
  return { version, entries: [...entries.values()] };
}

interface Work {
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
  if (gpu) {
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

/** The library knows what is too large for it. */
function checkSize({ name, width, height, labelCount }: BenchCase): void {
  try {
    resolveParameters(defaultParameters, { width, height, labelCount });
  } catch (error) {
    if (!argumentOf(error)) throw error;
    throw new UsageError(`--sizes: ${name}: ${messageOf(error)}`);
  }
}
