// SPDX-License-Identifier: MIT

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { NodeHost } from '../src/cli/bench/host.js';
import { adapterFromEnvironment } from '../src/cli/browser.js';
import { requireBrowser, softwareVulkan } from '../src/cli/find-browser.js';
import { packageFolder } from '../src/cli/package-folder.js';

/** This process as a host: WebGPU is on globalThis, as a page has it. */
export async function startDawn(): Promise<NodeHost> {
  const { installDawn } = await import('./install-dawn.js');
  await installDawn();
  return new NodeHost(`Dawn, Node ${process.version}`);
}

/**
 * Dawn finds Vulkan through variables that are read when a process starts. Where the software driver is wanted and they are
 * not set, the program is run anew with them, and this process ends as that one does.
 */
export async function runAnewForSoftware(): Promise<void> {
  if (process.env.VK_DRIVER_FILES || adapterFromEnvironment('software') === 'hardware') return;
  const variables = softwareVulkan(await requireBrowser());
  if (!variables) return;
  const [node, , ...given] = process.argv;
  const { status } = spawnSync(node, [path.join(packageFolder(), 'scripts/run.mjs'), 'bench/main.ts', ...given], {
    stdio: 'inherit',
    env: { ...process.env, ...variables },
  });
  process.exit(status ?? 1);
}
