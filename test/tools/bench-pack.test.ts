// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { requireBrowser, softwareVulkan } from '../../src/cli/find-browser.js';
import { temporaryFolder } from '../support/command-line.js';
import { patience } from '../support/patience.js';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** Enough for a few golden cases, shapes and a small size on however slow a machine. */
const seconds = patience / 1000;

test.runIf(process.platform === 'linux')(
  'the archive runs in an empty folder, with nothing but a Vulkan driver',
  async () => {
    const folder = await temporaryFolder();
    const archive = folder.file('bench.tar.gz');
    await run(process.execPath, [path.join(root, 'scripts/run.mjs'), 'bench/pack.ts', '--out', archive], { cwd: root });
    expect((await stat(archive)).size).toBeLessThanOrEqual(50e6);
    await run('tar', ['-C', folder.path, '-xzf', archive]);
    const program = folder.file('meanfield-bench/run');
    const given = [
      '--seconds',
      `${seconds}`,
      '--sizes',
      '64x48x3',
      '--repeat',
      '1',
      '--out',
      folder.file('report.json'),
    ];
    const driver = softwareVulkan(await requireBrowser());
    // No PATH, no HOME: whatever it needs lies beside it.
    const { stdout } = await run(program, given, { env: { ...driver } });
    expect(stdout).toMatch(/^meanfield .*, commit [0-9a-f]{8}, .*swiftshader.*, IN SOFTWARE$/im);
    expect(stdout).toMatch(/^all right/m);
    const report = JSON.parse(await readFile(folder.file('report.json'), 'utf8'));
    expect(report.failures).toEqual([]);
    expect(report.golden.length).toBeGreaterThan(0);
    expect(report.shapesCompared).toBeGreaterThan(0);
    expect(report.generated.problems).toMatch(/^\d+ /);
  },
);
