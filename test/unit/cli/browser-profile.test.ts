// SPDX-License-Identifier: MIT

import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { makeProfile, removeProfile } from '../../../src/cli/browser-profile.js';
import { temporaryFolder } from '../../support/command-line.js';

afterEach(() => vi.unstubAllEnvs());

test('what processes that are no more left behind is removed, and nothing else', async () => {
  const folder = await temporaryFolder();
  for (const variable of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(variable, folder.path);
  const own = await makeProfile();
  const [, begin = ''] = /^(meanfield-browser-[0-9a-f]{8}-)\d+-\w{6}$/.exec(path.basename(own)) ?? [];
  expect(begin).not.toBe('');
  const ended = spawnSync(process.execPath, ['--version']).pid;
  const stays = [
    path.basename(own),
    `${begin}${process.ppid}-abcdef`,
    `meanfield-browser-00000000-${ended}-abcdef`,
    `puppeteer_dev_chrome_profile-${ended}`,
    `x${begin}${ended}-abcdef`,
  ];
  // A container has the same few process ids each time it starts.
  const goes = [`${begin}${ended}-abcdef`, `${begin}${process.pid}-abcdef`];
  for (const name of [...stays.slice(1), ...goes]) {
    await mkdir(folder.file(`${name}/Default/Cache`), { recursive: true });
    await writeFile(folder.file(`${name}/Default/Cache/data`), 'data');
  }
  const other = await makeProfile();
  expect(await folder.list()).toEqual([...stays, path.basename(other)].sort());
  removeProfile(other);
  removeProfile(own);
  expect(await folder.list()).toEqual(stays.slice(1).sort());
});
