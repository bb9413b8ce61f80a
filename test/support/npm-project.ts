// SPDX-License-Identifier: MIT

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packedPackages } from './packed.js';
import { run } from './user-project.js';

export interface NpmProject {
  folder: string;
  remove(): Promise<void>;
}

/** A user's project in a folder of its own, with the packed library and packages from npm, among which may be options of npm's. */
export async function createNpmProject(packages: readonly string[], manifest: object = {}): Promise<NpmProject> {
  const { library } = await packedPackages();
  const folder = await mkdtemp(path.join(tmpdir(), 'meanfield-tools-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', ...manifest }));
    await run('npm', ['install', '--no-audit', '--no-fund', '--silent', library.tarball, ...packages], folder);
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, remove };
}
