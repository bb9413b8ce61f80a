// SPDX-License-Identifier: MIT

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { decode } from 'fast-png';
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readFloatNpy } from '../../src/cli/files/npy.js';
import { PageSession } from '../../src/cli/page/session.js';
import type { RefineJob, RefineJobResult } from '../../src/cli/refine/job.js';
import { checkRequest } from '../../src/cli/refine/options.js';
import { readProblem } from '../../src/cli/refine/problem.js';
import type { RefineSummary } from '../../src/cli/refine/report.js';
import { type Folder, temporaryFolder } from '../support/command-line.js';
import {
  countWrongLabels,
  type GoldenName,
  goldenCase,
  goldenFile,
  goldenMarginals,
  goldenTolerance,
} from '../support/golden.js';

/** One of each kind; the tests of the GPU engine go through all of them. */
const representative: GoldenName[] = [
  'default-5-labels',
  'compatibility-matrix',
  'features-grey-3d',
  'photo-21-labels',
];

/** `npm run meanfield` without npm. */
function start(commandArguments: string[], environment: Record<string, string> = {}): ChildProcess {
  const root = path.resolve(import.meta.dirname, '../..');
  const program = [path.join(root, 'scripts/run.mjs'), 'src/cli/main.ts'];
  const env = { ...process.env, ...environment };
  return spawn(process.execPath, [...program, ...commandArguments], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(commandArguments: string[], environment: Record<string, string> = {}) {
  const child = start(commandArguments, environment);
  let out = '';
  let error = '';
  child.stdout?.on('data', (piece: Buffer) => {
    out += piece.toString();
  });
  child.stderr?.on('data', (piece: Buffer) => {
    error += piece.toString();
  });
  const [exitCode] = await once(child, 'close');
  return { exitCode, out, error };
}

function golden(name: GoldenName, iterations: number): string[] {
  const image = goldenCase(name).image ? goldenFile(name, 'image.png') : '-';
  const files = [image, '--unary', goldenFile(name, 'unary.npy'), '--options', goldenFile(name, 'case.json')];
  return ['refine', ...files, '--iterations', String(iterations)];
}

describe('jobs in one page', () => {
  let session: PageSession | undefined;
  afterAll(() => session?.close());

  test.each(representative)('%s', async (name) => {
    session ??= await PageSession.start();
    const { width, height, labelCount, image } = goldenCase(name);
    const count = 5;
    const request = checkRequest(image ? goldenFile(name, 'image.png') : '-', {
      unary: goldenFile(name, 'unary.npy'),
      options: goldenFile(name, 'case.json'),
      iterations: count,
      backend: 'webgpu',
    });
    const { size, parameters, unary, photograph } = await readProblem(request);
    const job: RefineJob = {
      size,
      parameters,
      unary,
      ...(photograph ? { image: photograph } : undefined),
      backend: 'webgpu',
      marginals: true,
    };
    const { marginals, labelMap, report } = (await session.run('refine', job)) as RefineJobResult;
    const expected = await goldenMarginals(name, count);
    const shape = [labelCount, height, width];
    expect(marginals).toBeAllClose(expected, { tolerance: goldenTolerance(count), shape });
    expect(countWrongLabels(labelMap, expected)).toBe(0);
    expect(report.iterations).toBe(count);
  });

  test('an error of the library arrives with its name and argument', async () => {
    session ??= await PageSession.start();
    const size = { width: 1, height: 1, labelCount: 2 };
    const unary = { unary: Float32Array.of(Number.NaN, 0) };
    const job: RefineJob = { size, parameters: { kernels: [] }, unary, backend: 'webgpu', marginals: false };
    await expect(session.run('refine', job)).rejects.toMatchObject({
      name: 'ArgumentError',
      argument: 'unary.unary[0]',
    });
    // The page is none the worse for it.
    const good = { ...job, unary: { unary: Float32Array.of(1, 0) } };
    expect(await session.run('refine', good)).toMatchObject({ labelMap: Uint32Array.of(1) });
  });

  test('no adapter is an error that names the way out', async () => {
    vi.stubEnv('MEANFIELD_ADAPTER', 'hardware');
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(PageSession.start({ extraArguments: ['--disable-gpu'] })).rejects.toThrow(
      'the browser has no WebGPU adapter (MEANFIELD_ADAPTER is hardware); --backend cpu works without one',
    );
  });
});

describe('the command', () => {
  test('refines a golden case on WebGPU and writes what was asked for', async () => {
    const folder = await temporaryFolder();
    const outputs = ['--marginals', folder.file('q.npy'), '--label-map', folder.file('l.png')];
    const more = ['--overlay', folder.file('o.png'), '--json'];
    const { exitCode, out, error } = await run([...golden('default-5-labels', 5), ...outputs, ...more]);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    const summary = JSON.parse(out) as RefineSummary;
    expect(summary).toMatchObject({ backend: 'webgpu', iterations: 5, labelCount: 5 });
    expect(summary.adapter).not.toBe('');
    for (const { vertexCount } of summary.kernels) expect(vertexCount).toBeGreaterThan(0);
    const expected = await goldenMarginals('default-5-labels', 5);
    expect((await readFloatNpy(folder.file('q.npy'))).data).toBeAllClose(expected, { tolerance: goldenTolerance(5) });
    expect(countWrongLabels(decode(await readFile(folder.file('l.png'))).data, expected)).toBe(0);
    expect(await folder.list()).toEqual(['l.png', 'o.png', 'q.npy']);
  });

  test('ends with 1 and one line when the browser is missing', async () => {
    const folder = await temporaryFolder();
    const command = [...golden('no-kernels', 1), '--marginals', folder.file('q.npy')];
    const { exitCode, error } = await run(command, { PUPPETEER_EXECUTABLE_PATH: folder.file('no-browser') });
    expect(error).toMatch(/^error: PUPPETEER_EXECUTABLE_PATH is ".*no-browser", [^\n]*\n$/);
    expect(exitCode).toBe(1);
    expect(await folder.list()).toEqual([]);
  });

  const profilesIn = async (folder: Folder) =>
    (await folder.list()).filter((name) => name.startsWith('meanfield-browser-'));

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)('%s leaves no browser behind', async (signal) => {
    const folder = await temporaryFolder();
    const output = await temporaryFolder();
    // The browser's profile lies in here, so its processes can be told by their command lines.
    const environment = { TMPDIR: folder.path };
    const command = [...golden('photo-21-labels', 10000), '--marginals', output.file('q.npy')];
    const child = start(command, environment);
    await expect.poll(() => countProcesses(folder.path)).toBeGreaterThan(1);
    expect(await profilesIn(folder)).toHaveLength(1);
    child.kill(signal);
    await once(child, 'close');
    await expect.poll(() => countProcesses(folder.path)).toBe(0);
    const left = await output.list();
    if (signal !== 'SIGKILL') {
      expect(left).toEqual([]);
      expect(await profilesIn(folder)).toEqual([]);
      return;
    }
    // Nobody can tidy up after SIGKILL, but the file's name was never taken, and the next run removes the profile.
    expect(left).not.toContain('q.npy');
    const next = await run([...golden('no-kernels', 1), '--marginals', output.file('q.npy')], environment);
    expect(next).toMatchObject({ exitCode: 0, error: '' });
    expect(await profilesIn(folder)).toEqual([]);
  });
});

function countProcesses(text: string): number {
  const processes = execFileSync('ps', ['-A', '-ww', '-o', 'args'], { encoding: 'utf8' });
  return processes.split('\n').filter((line) => line.includes(text) && line.includes('--user-data-dir')).length;
}
