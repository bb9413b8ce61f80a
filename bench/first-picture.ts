// SPDX-License-Identifier: MIT

// npm run bench:demo [-- RUNS]: how long the built demo takes to show its first picture with a mask, and until it has computed that
// mask itself: each time in a browser that was just started, with an empty profile. Milliseconds since the address was opened, and
// milliseconds of processor time of all of the browser's processes until then.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'puppeteer';
import { build, preview } from 'vite';
import { adapterFromEnvironment, launchBrowser } from '../src/cli/browser.js';
import { packageFolder } from '../src/cli/package-folder.js';

interface Visit {
  masked: number;
  computed: number;
  processorTime: number;
}

const runs = Number(process.argv[2] ?? 5);
if (!Number.isInteger(runs) || runs < 1)
  throw new Error(`RUNS: got "${process.argv[2]}", expected a whole number from 1`);

const folder = await mkdtemp(path.join(tmpdir(), 'meanfield-demo-'));
const shared = {
  configFile: path.join(packageFolder(), 'vite.config.ts'),
  logLevel: 'error' as const,
  build: { outDir: folder, emptyOutDir: true },
};
await build(shared);
const server = await preview({ ...shared, preview: { port: 0, host: '127.0.0.1' } });
try {
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('Vite gave no address.');
  const visits: Visit[] = [];
  for (let run = 0; run < runs; run++) {
    const visit = await visitFresh(url);
    visits.push(visit);
    process.stdout.write(`${lineOf(visit)}\n`);
  }
  process.stdout.write(
    `median of ${runs}: ${lineOf({ masked: median('masked'), computed: median('computed'), processorTime: median('processorTime') })}\n`,
  );

  function median(of: keyof Visit): number {
    const sorted = visits.map((visit) => visit[of]).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  }
} finally {
  await server.close();
  await rm(folder, { recursive: true, force: true });
}

async function visitFresh(url: string): Promise<Visit> {
  const browser = await launchBrowser({ adapter: adapterFromEnvironment('software'), endsWithProcess: true });
  try {
    const page = await browser.newPage();
    await page.setViewport({ width: 1280, height: 800 });
    await page.evaluateOnNewDocument(() => {
      const times: Record<string, number> = {};
      Object.assign(globalThis, { times });
      new MutationObserver(() => {
        const stage = document.querySelector<HTMLElement>('.stage');
        const { result = 'none' } = stage?.dataset ?? {};
        if (result !== 'none') times.masked ??= performance.now();
        if (result === 'refined') times.computed ??= performance.now();
      }).observe(document, { subtree: true, childList: true, attributes: true });
    });
    const before = await processorTimeOf(browser);
    await page.goto(url);
    await page.waitForSelector('.stage[data-result=refined]', { timeout: 120_000 });
    const times = await page.evaluate(() => (globalThis as unknown as { times: Omit<Visit, 'processorTime'> }).times);
    return { ...times, processorTime: (await processorTimeOf(browser)) - before };
  } finally {
    await browser.close();
  }
}

/** Milliseconds, of all its processes. */
async function processorTimeOf(browser: Browser): Promise<number> {
  const session = await browser.target().createCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return 1000 * processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

function lineOf({ masked, computed, processorTime }: Visit): string {
  const [first, second, third] = [masked, computed, processorTime].map(Math.round);
  return `mask after ${first} ms, computed here after ${second} ms, ${third} ms of processor time`;
}
