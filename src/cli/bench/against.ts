// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { about, Failure } from '../failure.js';
import { parseJson } from '../files/json.js';
import { escapeAllButLineEnds } from '../plain-text.js';
import type { BenchReport } from './bench-report.js';
import type { Cost, Measurement } from './measure.js';
import type { Spread } from './statistics.js';
import { table } from './table.js';

/** New through old, of medians. */
export interface Ratio {
  wall: number;
  /** Of all processors together; null where either report has none. */
  cpu: number | null;
  /** Whether all measurements of one report lie below all of the other's, on the wall: less may be chance. */
  apart: boolean;
}

/** A case that both reports have. */
export interface Compared {
  case: string;
  backend: 'webgpu' | 'cpu';
  threads: number | null;
  /** To the first result: measured once. */
  first: number;
  build: Ratio;
  iteration: Ratio;
  /** GPU memory held. */
  held: number | null;
}

/** This run beside an earlier one. */
export interface Comparison {
  /** Of the earlier report. */
  version: string;
  commit: string | null;
  date: string;
  /** What differs beside meanfield, in words: times then say little. */
  differences: string[];
  cases: Compared[];
  /** Cases of this run that the earlier report lacks. */
  missing: string[];
}

/**
 * Reads what `bench --json` or `--out` wrote.
 *
 * @throws Failure where the file can't be read or is no such report
 */
export function readReport(file: string): Promise<BenchReport> {
  return about(`--against ${file}`, async () => {
    const report = parseJson(await readFile(file, 'utf8'));
    if (!isReport(report)) throw new Failure('is no report of bench: expected what bench --out or --json writes');
    return report;
  });
}

export function compare(report: BenchReport, earlier: BenchReport): Comparison {
  const { version, commit, date } = earlier;
  const cases: Compared[] = [];
  const missing: string[] = [];
  for (const measurement of report.measurements) {
    const before = earlier.measurements.find((one) => nameOf(one) === nameOf(measurement));
    if (before) cases.push(comparedCase(measurement, before));
    else missing.push(nameOf(measurement));
  }
  return { version, commit, date, differences: differencesOf(report, earlier), cases, missing };
}

/** Ratios, this run's through the earlier one's. */
export function describeComparison({ version, commit, date, differences, cases, missing }: Comparison): string {
  const head = ['case', 'backend', 'threads', 'first', 'build', 'CPU', 'iteration', 'CPU', 'held'];
  const rows = cases.map((one) => [
    one.case,
    one.backend,
    String(one.threads ?? '–'),
    ratio(one.first),
    wallRatio(one.build),
    ratio(one.build.cpu),
    wallRatio(one.iteration),
    ratio(one.iteration.cpu),
    ratio(one.held),
  ]);
  // The earlier report may hold anything.
  return escapeAllButLineEnds(
    [
      `this run / ${version}${commit ? `, commit ${commit.slice(0, 8)}` : ''}, ${date}; ~ where measurements overlap\n`,
      ...differences.map((difference) => `other machine or program: ${difference}\n`),
      ...(rows.length > 0 ? ['\n', table([head, ...rows], 2)] : []),
      ...missing.map((name) => `not in the earlier report: ${name}\n`),
    ].join(''),
  );
}

function wallRatio({ wall, apart }: Ratio): string {
  return `${apart ? '' : '~'}${ratio(wall)}`;
}

function ratio(value: number | null): string {
  return value === null ? '–' : value.toFixed(2);
}

/** Reports of before there were threads have no number of them. */
function nameOf({ case: name, backend, threads }: Measurement): string {
  if (backend === 'webgpu') return `${name} on ${backend}`;
  return `${name} on ${backend} with ${threads ?? 1} thread${(threads ?? 1) === 1 ? '' : 's'}`;
}

function comparedCase(now: Measurement, before: Measurement): Compared {
  return {
    case: now.case,
    backend: now.backend,
    threads: now.threads,
    first: now.firstResultMs / before.firstResultMs,
    build: ratioOf(now.build, before.build),
    iteration: ratioOf(now.iteration, before.iteration),
    held: now.bytesHeld === null || before.bytesHeld === null ? null : now.bytesHeld / before.bytesHeld,
  };
}

function ratioOf(now: Cost, before: Cost): Ratio {
  return {
    wall: now.wall.median / before.wall.median,
    // Short times are less than a tick of the clock.
    cpu: now.cpu && before.cpu && before.cpu.median > 0 ? now.cpu.median / before.cpu.median : null,
    apart: now.wall.maximum < before.wall.minimum || before.wall.maximum < now.wall.minimum,
  };
}

function differencesOf(report: BenchReport, earlier: BenchReport): string[] {
  const kinds = ['processor', 'processorCount', 'platform', 'node'] as const;
  const titles = { processor: 'processor', processorCount: 'processors', platform: 'platform', node: 'Node' };
  const differences = kinds
    .filter((kind) => report[kind] !== earlier[kind])
    .map((kind) => `${titles[kind]} ${report[kind]}, then ${earlier[kind]}`);
  const [now, then] = [report, earlier].map((one) =>
    one.measurements.map((each) => `${each.host}: ${each.adapterName}`),
  );
  const others = [...new Set(now)].filter((name) => !then.includes(name));
  if (others.length > 0) differences.push(`${others.join(', ')}; then ${[...new Set(then)].join(', ')}`);
  return differences;
}

function isReport(value: unknown): value is BenchReport {
  return (
    has(value, { version: 'string', date: 'string', processor: 'string', processorCount: 'number' }) &&
    has(value, { platform: 'string', node: 'string' }) &&
    Array.isArray(value.measurements) &&
    value.measurements.every(isMeasurement)
  );
}

function isMeasurement(value: unknown): value is Measurement {
  return (
    has(value, { case: 'string', backend: 'string', host: 'string', adapterName: 'string', firstResultMs: 'number' }) &&
    isCost(value.build) &&
    isCost(value.iteration) &&
    (value.bytesHeld === null || typeof value.bytesHeld === 'number')
  );
}

function isCost(value: unknown): value is Cost {
  return has(value, {}) && isSpread(value.wall) && (value.cpu === null || isSpread(value.cpu));
}

function isSpread(value: unknown): value is Spread {
  return has(value, { median: 'number', minimum: 'number', maximum: 'number' });
}

function has(value: unknown, types: Readonly<Record<string, 'string' | 'number'>>): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(types).every(([key, type]) => typeof (value as Record<string, unknown>)[key] === type);
}
