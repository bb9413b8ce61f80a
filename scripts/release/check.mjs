// SPDX-License-Identifier: MIT

// npm run release:check -- [--tag v1.2.3]: says what keeps this version from being published, and ends with exit code 1 if anything does.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { projectFolder } from '../setup.mjs';
import { problemsOfAddresses, projectAddresses } from './addresses.mjs';
import { readManifest } from './pack.mjs';

/**
 * @typedef {{ library: string, commandLine: string }} Versions of the two manifests
 *
 * @param {{ versions: Versions, changelog: string, addresses: import('./addresses.mjs').Addresses, tag?: string | undefined }} release
 * @returns {string[]} what has to be mended, a sentence each
 */
export function problemsOfRelease({ versions, changelog, addresses, tag }) {
  const { library, commandLine } = versions;
  const problems = problemsOfAddresses(addresses);
  if (commandLine !== library) {
    problems.push(`cli/package.json: version is ${commandLine}, expected ${library}, that of package.json`);
  }
  if (!changelog.includes(`\n## [${library}]`)) problems.push(`CHANGELOG.md: no section "## [${library}]"`);
  if (tag !== undefined && tag !== `v${library}`) problems.push(`the tag is ${tag}, expected v${library}`);
  return problems;
}

/**
 * Of the repository as it is.
 *
 * @param {string} [tag]
 */
export function problemsOfThisRelease(tag) {
  return problemsOfRelease({
    versions: { library: readManifest('').version, commandLine: readManifest('cli').version },
    changelog: readFileSync(path.join(projectFolder, 'CHANGELOG.md'), 'utf8'),
    addresses: projectAddresses,
    tag,
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { tag: { type: 'string' } } });
  const problems = problemsOfThisRelease(values.tag);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) process.exitCode = 1;
}
