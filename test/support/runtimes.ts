// SPDX-License-Identifier: MIT

import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { run } from './user-project.js';

export type Runtime = 'deno' | 'bun';

/** npm packages by name and version, and where the packages that they bring for this platform have the executable. */
const packages: Readonly<Record<Runtime, { version: string; scope: string; executable: string }>> = {
  deno: { version: '2', scope: '@deno', executable: 'deno' },
  bun: { version: '1', scope: '@oven', executable: 'bin/bun' },
};

const cache = path.resolve(import.meta.dirname, '../../node_modules/.cache/meanfield');

/** A runtime's executable, from npm where it is not there yet (about 100 MB, once). Rejects, and says so, where it can't be installed. */
export async function findOrInstallRuntime(name: Runtime): Promise<string> {
  const folder = path.join(cache, name);
  const found = await executableIn(folder, name);
  if (found) return found;
  const wanted = `${name}@${packages[name].version}`;
  // Their scripts only put the executable in another place.
  const settings = ['--no-save', '--no-package-lock', '--ignore-scripts'];
  await mkdir(folder, { recursive: true });
  let reason = 'it holds no executable that runs here';
  try {
    await run('npm', ['--silent', 'install', '--prefix', folder, ...settings, wanted], folder);
  } catch (error) {
    reason = (error as Error).message;
  }
  const installed = await executableIn(folder, name);
  if (installed) return installed;
  throw new Error(`${name} could not be installed: npm's package ${wanted} is wanted (${reason})`);
}

/** Packages for several kinds of processor may be there: the first that runs. */
async function executableIn(folder: string, name: Runtime): Promise<string | undefined> {
  const { scope, executable } = packages[name];
  const scoped = path.join(folder, 'node_modules', scope);
  for (const kind of await readdir(scoped).catch(() => [])) {
    const file = path.join(scoped, kind, process.platform === 'win32' ? `${executable}.exe` : executable);
    const version = await run(file, ['--version'], folder).catch(() => undefined);
    if (version !== undefined) return file;
  }
  return undefined;
}
