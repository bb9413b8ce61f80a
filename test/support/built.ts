// SPDX-License-Identifier: MIT

import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { withLock } from '../../scripts/lock.mjs';
import { hashOfSources } from '../../scripts/source-hash.mjs';

export const repository = path.resolve(import.meta.dirname, '../..');
const cache = path.join(repository, 'node_modules/.cache/meanfield');

/**
 * A folder with what is built of the repository, built when that has changed: of tests that run at the same time one builds, and the others wait for
 * it. It is shared: nobody may write there.
 *
 * @param name of what is built
 * @param sources files and folders that it is built from
 */
export async function builtFolder(
  name: string,
  sources: readonly string[],
  build: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = path.join(cache, `${name}-${hashOfSources(sources)}`);
  await mkdir(cache, { recursive: true });
  await withLock(
    `${folder}.lock`,
    async () => {
      if (existsSync(folder)) return;
      for (const older of await readdir(cache)) {
        if (new RegExp(`^${name}-[0-9a-f]+$`).test(older))
          await rm(path.join(cache, older), { recursive: true, force: true });
      }
      // Under a name of its own until it is complete.
      const temporary = `${folder}.new`;
      await rm(temporary, { recursive: true, force: true });
      await build(temporary);
      await rename(temporary, folder);
    },
    () => undefined,
  );
  return folder;
}
