// SPDX-License-Identifier: MIT

import type { CDPSession, Page } from 'puppeteer';
import { cpuTimeOfTree } from '../src/cli/bench/cpu-time.js';
import { launchBrowser } from '../src/cli/browser.js';
import { requireBrowser } from '../src/cli/find-browser.js';
import { wholeNumber } from '../src/cli/option-values.js';
import { bundlePage } from '../src/cli/page/locate.js';
import { PageServer } from '../src/cli/page/server.js';
import { runAsProcess } from '../src/cli/process.js';
import { createBareProgram, runProgram } from '../src/cli/program.js';
import type { Streams } from '../src/cli/streams.js';
import type { CpuWebcamFrames, CpuWebcamPage } from './cpu-webcam-page.js';

interface Options {
  frames: number;
  workingSize: number;
  budget?: number;
  json?: boolean;
}

interface Result extends CpuWebcamFrames {
  browser: string;
  /** CPU milliseconds of the browser and its processes, of all frames; undefined where there is no /proc. */
  cpu: number | undefined;
  /** Bytes of the page after collecting garbage, before the frames and after them. */
  heap: [before: number, after: number];
}

await runAsProcess((commandArguments, streams) => {
  const program = createBareProgram('npm run bench:cpu-webcam --', streams)
    .description(
      "What a frame costs where there is no WebGPU: the browser's fake camera of 640×480 through person, CRF, smoothing and background blur on the CPU, one " +
        'frame after the other, with the time of each stage and what the page holds before and after.',
    )
    .option('--frames <count>', 'frames measured, after 30 that are not', wholeNumber('--frames', 1, 1e6), 500)
    .option('--working-size <pixels>', 'long side that the CRF works on', wholeNumber('--working-size', 1, 16384), 320)
    .option('--budget <fps>', 'frames a second for a frame budget to hold', wholeNumber('--budget', 1, 1000))
    .option('--json', 'print JSON instead of a table')
    .action((options: Options) => run(options, streams));
  return runProgram(program, commandArguments, streams);
});

async function run({ frames, workingSize, budget, json }: Options, streams: Streams): Promise<void> {
  const server = await PageServer.start(await bundlePage('bench/cpu-webcam-page.ts'));
  const browser = await launchBrowser({
    adapter: 'software',
    executablePath: await requireBrowser(''),
    extraArguments: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
    endsWithProcess: true,
    protocolTimeout: 0,
  });
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    const global = 'meanfieldCpuWebcam';
    await page.waitForFunction((name) => name in globalThis, {}, global);
    await page.evaluate((given) => (globalThis as unknown as PageGlobal).meanfieldCpuWebcam.open(given), {
      workingSize,
      budget,
    });
    const session = await page.createCDPSession();
    await runFrames(page, 30);
    const before = await heapOf(session);
    const root = browser.process()?.pid;
    const cpuNow = () => (root === undefined ? undefined : cpuTimeOfTree(root));
    const cpuBefore = cpuNow();
    const measured = await runFrames(page, frames);
    const cpuAfter = cpuNow();
    const cpu = cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore;
    const heap: Result['heap'] = [before, await heapOf(session)];
    const result = { browser: await browser.version(), ...measured, cpu, heap };
    streams.out(json ? `${JSON.stringify(result, null, 2)}\n` : table(result));
  } finally {
    await browser.close();
    await server.close();
  }
}

async function runFrames(page: Page, frames: number): Promise<CpuWebcamFrames> {
  return page.evaluate((count) => (globalThis as unknown as PageGlobal).meanfieldCpuWebcam.run(count), frames);
}

/** JavaScript's objects and the bytes of array buffers and WebAssembly memories. */
async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const usage = await session.send('Runtime.getHeapUsage');
  return usage.usedSize + usage.backingStorageSize;
}

function table({ browser, frames, wall, cpu, stages, heap, working, iterations }: Result): string {
  const rows = [
    ['wall', wall],
    ...(cpu === undefined ? [] : [['CPU, the whole browser', cpu] as const]),
    ...Object.entries(stages),
  ] as const;
  const lines = rows.map(
    ([name, milliseconds]) => `${name.padEnd(24)} ${(milliseconds / frames).toFixed(2).padStart(8)} ms`,
  );
  const [before, after] = heap.map((bytes) => (bytes / 2 ** 20).toFixed(1));
  return (
    `${browser}, ${frames} frames, the last at ${working} pixels with ${iterations} iterations: ` +
    `${((1000 * frames) / wall).toFixed(1)} frames a second; a frame takes\n${lines.join('\n')}\n` +
    `The page holds ${before} MiB before and ${after} MiB after.\n`
  );
}

interface PageGlobal {
  meanfieldCpuWebcam: CpuWebcamPage;
}
