// SPDX-License-Identifier: MIT

// npm run release:dry-run -- [--packages FOLDER]: does what the workflow "release" does, without publishing and without the tests. FOLDER has tarballs that were
// packed before. Ends with exit code 1 where a step fails, and where the workflow is not what it must be.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { projectFolder } from '../setup.mjs';
import { readManifest } from './pack.mjs';

/** What the workflow's lines are, in their order. */
const order = ['npm ci', 'npm run release:check', 'npm test', 'npm run release:pack', 'npm publish', 'npm publish'];

/**
 * @param {string} workflow the file's text
 * @returns {string[]} the commands of its steps, a line each
 */
export function commandsOf(workflow) {
  return [...workflow.matchAll(/^ *- run: (.+)$/gm)].map(([, command]) => command);
}

/**
 * @param {string} workflow the file's text
 * @param {Record<string, string>} scripts of package.json
 * @returns {string[]} what is wrong with it, a sentence each
 */
export function problemsOfWorkflow(workflow, scripts) {
  const commands = commandsOf(workflow);
  const problems = [];
  const found = commands.map((command) => order.find((known) => command.startsWith(known)) ?? command);
  if (found.join() !== order.join()) problems.push(`its steps are ${found.join(', ')}; expected ${order.join(', ')}`);
  if (!/^ {2}id-token: write$/m.test(workflow)) problems.push('without "id-token: write" npm can state no provenance');
  for (const command of commands) {
    const script = /^npm run ([\w:-]+)/.exec(command)?.[1];
    if (script !== undefined && !(script in scripts)) problems.push(`package.json has no script "${script}"`);
    if (command.startsWith('npm publish') && !/ --provenance --access public$/.test(command)) {
      problems.push(`"${command}" publishes without provenance, or not for everybody`);
    }
  }
  return problems;
}

/**
 * The file that a pattern of the workflow means. The shell would take the first of several.
 *
 * @param {string} folder
 * @param {string} pattern such as meanfield-[0-9]*.tgz
 */
export function fileMatching(folder, pattern) {
  const matching = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
  const files = readdirSync(folder).filter((name) => matching.test(name));
  if (files.length !== 1)
    throw new Error(`${pattern}: expected one file in ${folder}, got ${files.join(', ') || 'none'}`);
  return path.join(folder, files[0]);
}

/** @param {string | undefined} packages */
function dryRun(packages) {
  const workflow = readFileSync(path.join(projectFolder, '.github/workflows/release.yml'), 'utf8');
  const { scripts, version } = /** @type {{ scripts: Record<string, string>, version: string }} */ (
    /** @type {unknown} */ (readManifest(''))
  );
  const problems = problemsOfWorkflow(workflow, scripts).map((problem) => `release.yml: ${problem}`);
  for (const command of commandsOf(workflow)) {
    if (command === 'npm ci' || command === 'npm test') continue;
    if (command.startsWith('npm run release:pack') && packages !== undefined) continue;
    process.stdout.write(`\n$ ${command}\n`);
    if (!runStep(command, path.resolve(packages ?? path.join(projectFolder, 'packages')), version))
      problems.push(`failed: ${command}`);
  }
  process.stdout.write(problems.length > 0 ? `\n${problems.join('\n')}\n` : '\nThe release would be published.\n');
  return problems.length === 0;
}

/**
 * @param {string} command
 * @param {string} packages
 * @param {string} version
 * @returns {boolean} whether it went well
 */
function runStep(command, packages, version) {
  const pattern = /^npm publish \.\/packages\/(\S+)/.exec(command)?.[1];
  // npm asks the registry nothing that matters here.
  const given = pattern
    ? ['publish', fileMatching(packages, pattern), '--dry-run', '--offline', '--access', 'public']
    : command.replace('$GITHUB_REF_NAME', `v${version}`).replaceAll('"', '').split(' ').slice(1);
  return (
    spawnSync('npm', given, { cwd: projectFolder, stdio: 'inherit', shell: process.platform === 'win32' }).status === 0
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { packages: { type: 'string' } } });
  if (!dryRun(values.packages)) process.exitCode = 1;
}
