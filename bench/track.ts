// SPDX-License-Identifier: MIT

import type { Browser, Page } from 'puppeteer';
import { launchFirefox } from '../scripts/launch-firefox.js';
import { memoryOfTree } from '../src/cli/bench/cpu-time.js';
import { adapterFromEnvironment, launchBrowser } from '../src/cli/browser.js';
import { requireBrowser } from '../src/cli/find-browser.js';
import { wholeNumber } from '../src/cli/option-values.js';
import { bundlePage } from '../src/cli/page/locate.js';
import { PageServer } from '../src/cli/page/server.js';
import { runAsProcess } from '../src/cli/process.js';
import { createBareProgram, runProgram } from '../src/cli/program.js';
import type { Streams } from '../src/cli/streams.js';
import type { TrackBenchPage, TrackBenchSample, TrackBenchSetting } from './track-page.js';

interface Options {
  minutes: number;
  every: number;
  browser: 'chromium' | 'firefox';
  backend: TrackBenchSetting['backend'];
  workingSize: number;
  json?: boolean;
}

interface Row extends TrackBenchSample {
  seconds: number;
  /** Bytes of the whole browser, which no other process shares; undefined where there is no /proc. */
  memory: number | undefined;
  /** The same when garbage was collected; undefined in Firefox, where nobody else can ask for that. */
  collected: number | undefined;
}

const heading =
  'seconds  hidden      in     out  dropped  held  received  out/s  received/s  median ms  95 % ms   MiB  collected';

await runAsProcess((commandArguments, streams) => {
  const program = createBareProgram('npm run bench:track --', streams)
    .description(
      "Minutes of the browser's fake camera of 640×480 through processTrack with person and background blur to the other end of a call, the second half in a " +
        'hidden tab: frames, latency, and what the browser holds.',
    )
    .option('--minutes <n>', 'how long, in all', wholeNumber('--minutes', 1, 1e4), 10)
    .option('--every <seconds>', 'between two samples', wholeNumber('--every', 1, 3600), 15)
    .option('--browser <name>', 'chromium or firefox', 'chromium')
    .option('--backend <name>', 'auto, webgpu or cpu', 'auto')
    .option('--working-size <pixels>', 'long side that the CRF works on', wholeNumber('--working-size', 1, 16384), 320)
    .option('--json', 'print JSON instead of a table')
    .action((options: Options) => run(options, streams));
  return runProgram(program, commandArguments, streams);
});

async function run(options: Options, streams: Streams): Promise<void> {
  const { minutes, every, browser: name, backend, workingSize, json } = options;
  const server = await PageServer.start(await bundlePage('bench/track-page.ts'));
  const browser = await launch(name);
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.waitForFunction(() => 'meanfieldTrackBench' in globalThis);
    await page.evaluate((given) => (globalThis as unknown as PageGlobal).meanfieldTrackBench.open(given), {
      ...{ backend, workingSize, width: 640, height: 480 },
    });
    const rows: Row[] = [];
    const start = performance.now();
    const elapsed = () => (performance.now() - start) / 1000;
    let front: Page | undefined;
    while (elapsed() < 60 * minutes) {
      await new Promise((resolve) => setTimeout(resolve, 1000 * every));
      const memory = memoryOfBrowser(browser);
      const collected =
        name === 'chromium' ? await collectGarbage(page).then(() => memoryOfBrowser(browser)) : undefined;
      rows.push({ seconds: elapsed(), memory, collected, ...(await sample(page)) });
      if (!json) streams.out(`${rows.length === 1 ? `${heading}\n` : ''}${line(rows)}\n`);
      if (!front && elapsed() > 30 * minutes) {
        front = await browser.newPage();
        await front.bringToFront();
      }
    }
    if (json) streams.out(`${JSON.stringify({ browser: await browser.version(), options, rows }, null, 2)}\n`);
    await page.evaluate(() => (globalThis as unknown as PageGlobal).meanfieldTrackBench.close());
  } finally {
    await browser.close();
    await server.close();
  }
}

async function launch(name: Options['browser']): Promise<Browser> {
  if (name === 'firefox') return launchFirefox(300_000);
  return launchBrowser({
    adapter: adapterFromEnvironment('software'),
    executablePath: await requireBrowser(''),
    extraArguments: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
    // As browsers are that people use: a hidden tab's timers come once a second.
    withoutArguments: [
      '--disable-background-timer-throttling',
      '--disable-renderer-backgrounding',
      '--disable-backgrounding-occluded-windows',
    ],
    endsWithProcess: true,
  });
}

function memoryOfBrowser(browser: Browser): number | undefined {
  return memoryOfTree(browser.process()?.pid ?? -1);
}

/** Of the page and its workers: what is left then, somebody holds. */
async function collectGarbage(page: Page): Promise<void> {
  const pageClient = await page.createCDPSession();
  for (const client of [pageClient, ...page.workers().map((worker) => worker.client)]) {
    await client.send('HeapProfiler.collectGarbage');
  }
  await pageClient.detach();
}

function sample(page: Page): Promise<TrackBenchSample> {
  return page.evaluate(() => (globalThis as unknown as PageGlobal).meanfieldTrackBench.sample());
}

function line(rows: readonly Row[]): string {
  const row = rows[rows.length - 1];
  const before = rows[rows.length - 2] ?? { seconds: 0, received: 0 };
  const rate = (row.received - before.received) / (row.seconds - before.seconds);
  const { latency, errors } = row;
  const cells = [
    [row.seconds.toFixed(0), 7],
    [row.hidden ? 'yes' : 'no', 6],
    [row.framesIn, 6],
    [row.framesOut, 6],
    [row.framesDropped, 7],
    [row.framesHeld, 4],
    [row.received, 8],
    [row.framesPerSecond.toFixed(1), 5],
    [rate.toFixed(1), 10],
    // JSON between browser and program has no NaN.
    [latency.median?.toFixed(0) ?? '–', 9],
    [latency.percentile95?.toFixed(0) ?? '–', 7],
    [mebibytes(row.memory), 4],
    [mebibytes(row.collected), 9],
  ] as const;
  return [cells.map(([value, width]) => String(value).padStart(width)).join('  '), ...errors].join('\n');
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : (bytes / 2 ** 20).toFixed(0);
}

interface PageGlobal {
  meanfieldTrackBench: TrackBenchPage;
}
