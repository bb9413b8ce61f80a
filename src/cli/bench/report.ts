// SPDX-License-Identifier: MIT

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { packageFolder } from '../package-folder.js';
import { type Comparison, describeComparison } from './against.js';
import type { BenchReport } from './bench-report.js';
import type { Cost } from './measure.js';
import type { Spread } from './statistics.js';
import { table } from './table.js';

/** A report, beside an earlier one where one was given. */
export type BenchResult = BenchReport & { against?: Comparison };

/** A report without measurements yet. */
export function describeRun(version: string, repeat: number): BenchReport {
  const changes = git('status', '--porcelain');
  return {
    version,
    date: new Date().toISOString(),
    commit: git('rev-parse', 'HEAD'),
    dirty: changes === null ? null : changes !== '',
    node: process.version,
    platform: `${os.platform()} ${os.arch()}`,
    processor: os.cpus()[0]?.model ?? 'unknown',
    processorCount: os.cpus().length,
    loadAverage: os.loadavg()[0],
    repeat,
    copyBandwidth: null,
    measurements: [],
    peers: [],
  };
}

function git(...command: string[]): string | null {
  const folder = packageFolder();
  // Installed, it may lie in a checkout of somebody else's.
  if (!existsSync(path.join(folder, '.git'))) return null;
  const { status, stdout } = spawnSync('git', ['-C', folder, ...command], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

/** The report as text: what was measured on, then the tables. */
export function describeReport(report: BenchResult): string {
  const adapters = new Set(report.measurements.map(({ host, adapterName }) => `${host}: ${adapterName}\n`));
  const comparison = report.against ? `\n${describeComparison(report.against)}` : '';
  const tables = [costTable, rooflineTable, stageTable, shapeTable, peerTable].map((describe) => describe(report));
  const parts = [`${headLines(report)}${[...adapters].join('')}`, ...tables.filter((text) => text !== '')];
  return parts.join('\n') + comparison;
}

function headLines(report: BenchReport): string {
  const { version, commit, dirty, date, node, platform, processor, processorCount, repeat, loadAverage } = report;
  return [
    `meanfield ${version}${commit ? `, commit ${commit.slice(0, 8)}` : ''}${dirty ? ' with changes' : ''}, ${date}`,
    `Node ${node} on ${platform}, ${processorCount} × ${processor}, load ${loadAverage.toFixed(1)}`,
    `milliseconds: median of ${repeat}, with the lowest and highest`,
    '',
  ].join('\n');
}

/** Cost and size of every case, the backends side by side. */
function costTable({ measurements }: BenchReport): string {
  const head = [
    'case',
    'backend',
    'threads',
    'first',
    'build',
    'CPU',
    'iteration',
    'CPU',
    'dispatches',
    'vertices',
    'held',
    'moved',
  ];
  const rows = measurements.map((measurement) => [
    measurement.case,
    measurement.backend,
    String(measurement.threads ?? '–'),
    number(measurement.firstResultMs),
    spread(measurement.build.wall),
    cpu(measurement.build),
    spread(measurement.iteration.wall),
    cpu(measurement.iteration),
    String(measurement.dispatchesPerIteration ?? '–'),
    measurement.vertexCounts.map((count) => count ?? '–').join(' + '),
    megabytes(measurement.bytesHeld),
    megabytes(measurement.bytesMovedPerIteration),
  ]);
  return table([head, ...rows], 2);
}

/** Beside each iteration what it would take if it only moved its bytes, as fast as the GPU copies. */
function rooflineTable({ measurements, copyBandwidth }: BenchReport): string {
  if (copyBandwidth === null) return '';
  const head = ['case', 'moved', 'at the speed of a copy', 'iteration', 'of that speed', 'multiply-adds', 'a second'];
  const rows = measurements.flatMap(({ case: name, iteration, ...counted }) => {
    const { bytesMovedPerIteration: bytes, multiplyAddsPerIteration: multiplyAdds } = counted;
    if (bytes === null || multiplyAdds === null) return [];
    const floorMs = (1000 * bytes) / copyBandwidth;
    return [
      [
        name,
        megabytes(bytes),
        number(floorMs),
        number(iteration.wall.median),
        `${number((100 * floorMs) / iteration.wall.median)} %`,
        `${number(multiplyAdds / 1e6)} M`,
        `${number(multiplyAdds / iteration.wall.median / 1e6)} G`,
      ],
    ];
  });
  if (rows.length === 0) return '';
  return `A copy reads and writes ${number(copyBandwidth / 1e9)} GB a second.\n${table([head, ...rows], 1)}`;
}

/** GPU time of each stage: a column a case. */
function stageTable({ measurements }: BenchReport): string {
  const timed = measurements.filter(({ stages }) => stages.length > 0);
  if (timed.length === 0) return '';
  const names = [...new Set(timed.flatMap(({ stages }) => stages.map(({ stage }) => stage)))];
  const head = [`stage, ${timed[0].stageIterations} iterations`, ...timed.map((measurement) => measurement.case)];
  const rows = names.map((name) => [
    name,
    ...timed.map(({ stages }) => {
      const found = stages.find(({ stage }) => stage === name);
      return found ? spread(found.milliseconds) : '–';
    }),
  ]);
  return table([head, ...rows], 1);
}

/** Which shapes the shaders had: a row a kernel. */
function shapeTable({ measurements }: BenchReport): string {
  // Reports of earlier versions have none.
  const rows = measurements.flatMap((measurement) =>
    (measurement.shapes ?? []).map(({ featureDim, splat, blur, slice }) => [
      measurement.case,
      String(featureDim),
      splat,
      blur,
      slice,
    ]),
  );
  return rows.length === 0 ? '' : table([['case', 'features', 'splat', 'blur', 'slice'], ...rows], 5);
}

/** A new picture by each program. */
function peerTable({ measurements, peers }: BenchReport): string {
  if (peers.length === 0) return '';
  const cases = [...new Set(measurements.map((measurement) => measurement.case))];
  const rows = cases.flatMap((name) => [
    ...measurements
      .filter((measurement) => measurement.case === name)
      .map(({ backend, threads, build, iteration, stageIterations }) => [
        name,
        `meanfield, ${backend}${threads === null ? '' : `, ${threads} thread${threads === 1 ? '' : 's'}`}`,
        number(build.wall.median + stageIterations * iteration.wall.median),
        build.cpu && iteration.cpu ? number(build.cpu.median + stageIterations * iteration.cpu.median) : '–',
      ]),
    ...peers
      .filter((one) => one.case === name)
      .map(({ peer, version, picture }) => [
        name,
        peer === 'guided' ? 'guided filter' : ['pydensecrf', version].filter(Boolean).join(' '),
        spread(picture.wall),
        cpu(picture),
      ]),
  ]);
  const head = ['case', 'program', `a picture, ${measurements[0]?.stageIterations} iterations`, 'CPU'];
  return table([head, ...rows], 2);
}

function spread({ median, minimum, maximum }: Spread): string {
  return `${number(median)} (${number(minimum)}–${number(maximum)})`;
}

function cpu({ cpu: time }: Cost): string {
  return time ? number(time.median) : '–';
}

/** Three digits where they say something. */
function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(value >= 10 ? 3 : 2);
}

function megabytes(bytes: number | null): string {
  return bytes === null ? '–' : `${(bytes / 1e6).toFixed(1)} MB`;
}
