// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * @typedef {{ repository: string, homepage: string, package: string, bugs: string }} Addresses Where the project lives, each '' as long as it is not
 *   decided; `package` is where people read about the published one. addresses.json is the only place that says it.
 */

/** @type {Addresses} */
export const projectAddresses = JSON.parse(readFileSync(path.join(import.meta.dirname, 'addresses.json'), 'utf8'));

/**
 * What keeps the packages from being published: addresses that are missing, or that npm's provenance can't be checked against.
 *
 * @param {Addresses} given
 * @returns {string[]}
 */
export function problemsOfAddresses({ repository, ...others }) {
  const file = 'scripts/release/addresses.json';
  const problems = [];
  if (!/^https:\/\/github\.com\/[^/]+\/[^/]+$/.test(repository)) {
    problems.push(`${file}: repository is "${repository}", expected https://github.com/OWNER/NAME`);
  }
  for (const [name, address] of Object.entries(others)) {
    if (!/^https:\/\/[^/]+/.test(address)) {
      problems.push(`${file}: ${name} is "${address}", expected an address that begins with https://`);
    }
  }
  return problems;
}

/**
 * The fields of a manifest that name addresses; none while they are not decided.
 *
 * @param {Addresses} given
 * @param {string} directory of the package in the repository, '' for its root
 */
export function addressFields({ repository, homepage, bugs }, directory) {
  return {
    ...(homepage && { homepage }),
    ...(bugs && { bugs: { url: bugs } }),
    ...(repository && {
      repository: { type: 'git', url: `git+${repository}.git`, ...(directory && { directory }) },
    }),
  };
}

/**
 * A README as npm shows it, where links relative to the repository lead nowhere: they become absolute, to the files of that version. While the
 * repository's address is not decided they stay.
 *
 * @param {string} markdown
 * @param {Addresses} given
 * @param {string} version
 */
export function withAbsoluteLinks(markdown, { repository }, version) {
  if (!repository) return markdown;
  return markdown.replace(
    /(!?)\[((?:[^\]\\]|\\.)*)\]\((?![a-z][a-z0-9+.-]*:|#|\/\/)(?:\.\/)?([^)\s]+)\)/g,
    (_, image, text, link) => {
      const kind = link.endsWith('/') ? 'tree' : 'blob';
      return `${image}[${text}](${repository}/${image ? 'raw' : kind}/v${version}/${link})`;
    },
  );
}
