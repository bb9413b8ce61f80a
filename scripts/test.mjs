// SPDX-License-Identifier: MIT

// npm test: installs what is missing, a browser too, then runs every check, and the unit tests once more under each other line of
// Node. The last line is "N passed, N failed". Arguments go to vitest and leave the other checks out:
// npm test -- --project gpu test/gpu/splat.test.ts

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findOrInstallNode, otherMajors, versionOf } from './node-versions.mjs';
import { ensureInstalled, projectFolder, runNpm } from './setup.mjs';

/** A driver that hangs blocks its thread, where vitest's own timeouts don't reach. */
const VITEST_TIMEOUT_MS = 45 * 60_000;

/**
 * Unit tests that take long and only compute: another engine does the same arithmetic. Under the other lines of Node they are left out,
 * which takes a third of the time.
 */
const arithmeticFiles = [
  'test/unit/reference/golden.test.ts',
  'test/unit/cpu/simd-module.test.ts',
  'test/unit/analysis/tune-search.test.ts',
];

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

await ensureInstalled();

const vitestArguments = process.argv.slice(2);
/** @type {Counts[]} */
const results = [];

if (vitestArguments.length === 0) {
  for (const script of ['lint', 'typecheck', 'depcheck']) {
    heading(script);
    results.push(one(runNpm(['run', '--silent', script]) === 0));
  }
}
heading('vitest');
const browserError = await ensureBrowser();
if (browserError) {
  process.stderr.write(`${browserError}\n`);
  results.push(one(false));
}
results.push(runVitest(process.execPath, vitestArguments));
if (vitestArguments.length === 0) for (const major of otherMajors()) results.push(await runUnder(major));

const total = { passed: 0, failed: 0, skipped: 0 };
for (const { passed, failed, skipped } of results) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}
if (total.skipped > 0) process.stdout.write(`${total.skipped} skipped\n`);
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** @returns {Promise<string | undefined>} why there is none */
async function ensureBrowser() {
  const { importTypeScript } = await import('./typescript.mjs');
  try {
    const { findOrInstallBrowser } = await importTypeScript('scripts/install-browser.ts');
    process.stdout.write(`Browser: ${await findOrInstallBrowser()}\n`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * The unit tests under another line of Node.
 *
 * @param {number} major
 * @returns {Promise<Counts>}
 */
async function runUnder(major) {
  heading(`vitest --project unit, Node ${major}`);
  try {
    const executable = await findOrInstallNode(major);
    if (!executable) {
      process.stdout.write(`Left out: npm has no Node for ${process.platform} on ${process.arch}.\n`);
      return { passed: 0, failed: 0, skipped: 1 };
    }
    process.stdout.write(`Node ${versionOf(executable)}, without ${arithmeticFiles.join(', ')}: they only compute\n`);
    return runVitest(executable, ['--project', 'unit', ...arithmeticFiles.flatMap((file) => ['--exclude', file])]);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return one(false);
  }
}

/**
 * @param {string} node an executable
 * @param {string[]} extraArguments
 * @returns {Counts}
 */
function runVitest(node, extraArguments) {
  const folder = mkdtempSync(path.join(tmpdir(), 'meanfield-test-'));
  const report = path.join(folder, 'report.json');
  try {
    const { status } = spawnSync(
      node,
      [
        path.join(projectFolder, 'node_modules', 'vitest', 'vitest.mjs'),
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...extraArguments,
      ],
      { cwd: projectFolder, stdio: 'inherit', timeout: VITEST_TIMEOUT_MS },
    );
    const counts = readReport(report);
    // Errors outside of any test, such as a crashed worker, show in the exit code only.
    if (status !== 0 && counts.failed === 0) counts.failed = 1;
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} file vitest's JSON report
 * @returns {Counts}
 */
function readReport(file) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
  // A file that fails to load has no tests that could be counted.
  const brokenFiles = report.testResults.filter(
    (/** @type {{ status: string, assertionResults: unknown[] }} */ result) =>
      result.status === 'failed' && result.assertionResults.length === 0,
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * @param {boolean} passed
 * @returns {Counts}
 */
function one(passed) {
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}

/** @param {string} name */
function heading(name) {
  process.stdout.write(`\n== ${name}\n`);
}
