// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import path from 'node:path';
import { adapterFromEnvironment } from '../../src/cli/browser.js';
import { requireBrowser, softwareVulkan } from '../../src/cli/find-browser.js';
import { packageFolder } from '../../src/cli/package-folder.js';
import type { Streams } from '../../src/cli/streams.js';
import type { BatchNotice, FuzzOptions } from './fuzz.js';

/** A batch that takes longer hangs, in a driver or in an endless loop, where no timer of its own process fires. */
const longestBatchMs = 10 * 60_000;

/**
 * Runs the suites in a process of their own: Dawn finds Vulkan through variables that are read when a process starts, and a crash or a
 * hang is a finding too. Returns whether anything was found.
 */
export async function superviseChild(options: FuzzOptions, streams: Streams): Promise<boolean> {
  const child = spawn(
    process.execPath,
    [
      // V8's optimising compiler takes half a minute on one function of onnxruntime's asyncify build.
      '--liftoff-only',
      path.join(packageFolder(), 'scripts/run.mjs'),
      'test/fuzz/main.ts',
      '--child',
      ...argumentsOf(options),
    ],
    {
      cwd: packageFolder(),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // The working folder is set above: the npm script's own must not win.
      env: { ...process.env, npm_lifecycle_event: '', ...(options.backend === 'cpu' ? {} : await vulkanVariables()) },
    },
  );
  let last: BatchNotice | undefined;
  let hanging = false;
  const stop = () => {
    hanging = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(stop, longestBatchMs);
  child.on('message', (notice: BatchNotice) => {
    last = notice;
    clearTimeout(timer);
    timer = setTimeout(stop, longestBatchMs);
  });
  // Whoever is in an endless loop hears no other signal.
  process.on('exit', () => child.kill('SIGKILL'));
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.on('exit', (...result) => resolve(result));
  });
  clearTimeout(timer);
  if (code === 0 || code === 1) return code === 1;
  const ended = hanging ? `hung for ${longestBatchMs / 60_000} minutes` : `ended with ${signal ?? `exit code ${code}`}`;
  streams.out(`\nFOUND in ${last?.suite ?? 'the start'}: the process ${ended}\n`);
  if (last) streams.out(`  npm run fuzz -- --only ${last.suite} --seed ${last.seed} --seconds 1\n\n`);
  return true;
}

function argumentsOf({ seconds, seed, only, backend, path: casePath }: FuzzOptions): string[] {
  return [
    ...['--seconds', `${seconds}`, '--seed', `${seed}`, '--backend', backend],
    ...(only === undefined ? [] : ['--only', only]),
    ...(casePath === undefined ? [] : ['--path', casePath]),
  ];
}

async function vulkanVariables(): Promise<Record<string, string>> {
  const adapter = adapterFromEnvironment('software');
  const found = adapter === 'software' ? softwareVulkan(await requireBrowser()) : undefined;
  return { MEANFIELD_ADAPTER: adapter, ...found };
}
