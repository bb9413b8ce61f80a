// SPDX-License-Identifier: MIT

// npm test: installs what is missing, a browser too, then runs every check, and the unit tests and some on the GPU once more under each other
// line of Node. It ends with what failed, and with the line "N passed, N failed". Arguments go to vitest and leave the other checks out:
// npm test -- --project gpu test/gpu/splat.test.ts

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { findOrInstallNode, otherMajors, versionOf } from './node-versions.mjs';
import { ensureInstalled, projectFolder, startNpm } from './setup.mjs';

/** A driver that hangs blocks its thread, where vitest's own timeouts don't reach. */
const VITEST_TIMEOUT_MS = 75 * 60_000;

/**
 * Unit tests that take long and are left out under the other lines of Node: they ask for the arithmetic of typed arrays and WebAssembly, as many
 * others do, or judge what is the same whoever reads it. What asks for texts, files, streams, threads, processes or errors stays.
 */
const sameEverywhere = [
  // Numbers alone.
  'test/unit/analysis/cut-out.test.ts',
  'test/unit/analysis/tune-search.test.ts',
  'test/unit/cli/evaluate/nuclei-figures.test.ts',
  'test/unit/cli/evaluate/person-figures.test.ts',
  'test/unit/cpu/simd-module.test.ts',
  'test/unit/models/colour-prompt-network.test.ts',
  'test/unit/models/nuclei-network.test.ts',
  'test/unit/models/person-network.test.ts',
  'test/unit/reference/golden.test.ts',
  // The packages, and what TypeScript says of the source.
  'test/unit/public-api.test.ts',
  'test/unit/release/packages.test.ts',
];

/** Under each line of Node: onnxruntime has a build of its own for those that can suspend WebAssembly. */
const onTheGpuEverywhere = ['test/gpu/pipeline/failures.test.ts', 'test/gpu/pipeline/session.test.ts'];

/** @typedef {{ passed: number, skipped: number, failures: string[] }} Results `failures`: name and first line of each error */

await ensureInstalled();

const vitestArguments = process.argv.slice(2);
/** @type {Results[]} */
const results = [];

if (vitestArguments.length === 0) results.push(...(await runChecks()));
heading('vitest');
for (const error of await ensureBrowsers()) {
  process.stderr.write(`${error}\n`);
  results.push(one(error, false));
}
results.push(runVitest(process.execPath, vitestArguments));
if (vitestArguments.length === 0) for (const major of otherMajors()) results.push(await runUnder(major));

const passed = sum(results.map((result) => result.passed));
const skipped = sum(results.map((result) => result.skipped));
const failures = results.flatMap((result) => result.failures);
if (failures.length > 0) {
  heading('failed');
  for (const failure of failures) process.stdout.write(`${failure}\n`);
}
if (skipped > 0) process.stdout.write(`${skipped} skipped\n`);
process.stdout.write(`${passed} passed, ${failures.length} failed\n`);
process.exitCode = failures.length > 0 ? 1 : 0;

/**
 * All that is no test. Each keeps one core busy: there are as many at once as there are cores, those first that take longest.
 *
 * @returns {Promise<Results[]>}
 */
async function runChecks() {
  const waiting = ['docs', 'typecheck', 'depcheck', 'lint'];
  /** @type {Results[]} */
  const found = [];
  const runSome = async () => {
    for (let script = waiting.shift(); script; script = waiting.shift()) {
      const { status, output } = await startNpm(['run', '--silent', script]);
      heading(script);
      process.stdout.write(output);
      found.push(one(script, status === 0));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, runSome));
  return found;
}

/** @returns {Promise<string[]>} which of them are missing, and why */
async function ensureBrowsers() {
  const { importTypeScript } = await import('./typescript.mjs');
  /** @type {string[]} */
  const errors = [];
  /** @param {() => Promise<string>} find */
  const ensure = async (find) => {
    try {
      process.stdout.write(`Browser: ${await find()}\n`);
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error));
    }
  };
  const { findOrInstallBrowser } = await importTypeScript('scripts/install-browser.ts');
  await ensure(() => findOrInstallBrowser());
  if (vitestArguments.length === 0 || vitestArguments.some((argument) => argument.includes('firefox'))) {
    const { findOrInstallFirefox } = await importTypeScript('scripts/firefox.ts');
    await ensure(async () => (await findOrInstallFirefox()).executable);
  }
  return errors;
}

/**
 * The unit tests, and `onTheGpuEverywhere`, under another line of Node.
 *
 * @param {number} major
 * @returns {Promise<Results>}
 */
async function runUnder(major) {
  heading(`vitest, Node ${major}`);
  try {
    const executable = await findOrInstallNode(major);
    if (!executable) {
      process.stdout.write(`Left out: npm has no Node for ${process.platform} on ${process.arch}.\n`);
      return { passed: 0, skipped: 1, failures: [] };
    }
    process.stdout.write(`Node ${versionOf(executable)}, without ${sameEverywhere.join(', ')}\n`);
    const projects = ['--project', 'unit', '--project', 'gpu'];
    const left = sameEverywhere.flatMap((file) => ['--exclude', file]);
    return runVitest(executable, [...projects, ...left, 'test/unit/', ...onTheGpuEverywhere]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message}\n`);
    return one(message, false);
  }
}

/**
 * @param {string} node an executable
 * @param {string[]} extraArguments
 * @returns {Results}
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
    const results = readReport(report);
    // Errors outside of any test, such as a crashed worker, show in the exit code only.
    if (status !== 0 && results.failures.length === 0) results.failures.push(`vitest ended with exit code ${status}`);
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} file vitest's JSON report
 * @returns {Results}
 */
function readReport(file) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, skipped: 0, failures: [] };
  }
  return {
    passed: report.numPassedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: report.testResults.flatMap(failuresOf),
  };
}

/**
 * @param {{ name: string, status: string, message: string, assertionResults: { fullName: string, status: string, failureMessages: string[] }[] }} result
 *   of one file
 * @returns {string[]}
 */
function failuresOf({ name, status, message, assertionResults }) {
  const file = path.relative(projectFolder, name);
  // A file that fails to load has no tests that could be counted.
  if (status === 'failed' && assertionResults.length === 0) return [`${file}: ${firstLine(message)}`];
  return assertionResults
    .filter((test) => test.status === 'failed')
    .map((test) => `${file}: ${test.fullName}: ${firstLine(test.failureMessages[0] ?? '')}`);
}

/** @param {string} text */
function firstLine(text) {
  return text.split('\n', 1)[0];
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

/**
 * @param {string} name
 * @param {boolean} passed
 * @returns {Results}
 */
function one(name, passed) {
  return { passed: passed ? 1 : 0, skipped: 0, failures: passed ? [] : [name] };
}

/** @param {string} name */
function heading(name) {
  process.stdout.write(`\n== ${name}\n`);
}
