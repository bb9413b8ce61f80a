// SPDX-License-Identifier: MIT

import { defaultParameters, resolveParameters } from '../../index.js';
import { about, argumentOf, messageOf, UsageError } from '../failure.js';
import { jsonLines } from '../files/json.js';
import { OutputFiles } from '../files/outputs.js';
import type { Streams } from '../streams.js';
import { compare, readReport } from './against.js';
import { type Host, NodeHost } from './host.js';
import { type BackendHost, measureAll, tuneAll } from './measure-all.js';
import type { BenchCase, BenchOptions, PeerName } from './options.js';
import { PageHost } from './page-host.js';
import type { PeerMeasurement, PeerProblem } from './peers/peer.js';
import { readBenchPhoto } from './photo.js';
import { pictureOf, smoothLogits } from './problems.js';
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

/** The library knows what is too large for it. */
function checkSize({ name, width, height, labelCount }: BenchCase): void {
  try {
    resolveParameters(defaultParameters, { width, height, labelCount });
  } catch (error) {
    if (!argumentOf(error)) throw error;
    throw new UsageError(`--sizes: ${name}: ${messageOf(error)}`);
  }
}
