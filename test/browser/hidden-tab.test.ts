// SPDX-License-Identifier: MIT

import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { adapterFromEnvironment, launchBrowser } from '../../src/cli/browser.js';
import type { PlayOptions } from '../../src/pipeline/index.js';
import { writeCameraFile } from '../support/fake-camera.js';
import type { Progress } from '../support/hidden-page.js';
import { patience } from '../support/patience.js';
import { tinyDescription, tinyNetwork } from '../support/tiny-network.js';
import { driveTrack, rateOf } from '../support/track-driver.js';

let folder: string;
let browser: Browser;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'meanfield-hidden-'));
  const film = path.join(folder, 'camera.y4m');
  await writeCameraFile(film, 64, 48, (x, y, frame) => [8 * frame, x, y], 30);
  browser = await launchBrowser({
    adapter: adapterFromEnvironment('software'),
    extraArguments: [
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
    ],
    // As browsers are that people use: a hidden tab's timers come once a second.
    withoutArguments: [
      '--disable-background-timer-throttling',
      '--disable-renderer-backgrounding',
      '--disable-backgrounding-occluded-windows',
    ],
  });
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Calls a function of `hidden-page.ts` in the page. */
async function inPage<Result>(page: Page, name: string, ...given: unknown[]): Promise<Result> {
  const result = await page.evaluate(
    async (called, values) => {
      const module = await window.importModule('test/support/hidden-page.ts');
      return (module[called] as (...values: unknown[]) => unknown)(...values);
    },
    name,
    given,
  );
  return result as Result;
}

/** A tab that plays, behind another one. */
async function hiddenTab(whenHidden: NonNullable<PlayOptions['whenHidden']>, ...network: unknown[]): Promise<Page> {
  const page = await openTab();
  await inPage(page, 'start', whenHidden, ...network);
  await expect.poll(async () => (await inPage<Progress>(page, 'progress')).drawn).toBeGreaterThan(5);
  await hide(page, async () => (await inPage<Progress>(page, 'progress')).hidden);
  return page;
}

async function openTab(): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  await page.goto(new URL('test/browser/harness.html', inject('serverUrl')).href);
  return page;
}

/** Puts another tab before it. */
async function hide(page: Page, isHidden: () => Promise<boolean>): Promise<void> {
  const front = await page.browser().newPage();
  await front.bringToFront();
  await expect.poll(isHidden).toBe(true);
}

/** Frames a second, drawn and received by a call, over a second and a half. */
async function ratesOf(page: Page): Promise<{ drawn: number; received: number }> {
  const [from, before] = [performance.now(), await inPage<Progress>(page, 'progress')];
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const after = await inPage<Progress>(page, 'progress');
  const seconds = (performance.now() - from) / 1000;
  expect(after.hidden).toBe(true);
  return { drawn: (after.drawn - before.drawn) / seconds, received: (after.received - before.received) / seconds };
}

test('what feeds a call goes on in a hidden tab, at ten frames a second or more', async () => {
  const page = await hiddenTab('continue');
  // A computer that is busy for a moment gets another chance; a throttled tab never has more than one frame a second.
  await expect
    .poll(async () => {
      const { drawn, received } = await ratesOf(page);
      return Math.min(drawn, received);
    })
    .toBeGreaterThanOrEqual(10);
  await inPage(page, 'stop');
  await page.close();
});

test("a pipeline's canvas gives frames to a call in a hidden tab", async () => {
  const page = await hiddenTab('continue', tinyDescription, [...tinyNetwork()]);
  const before = (await inPage<Progress>(page, 'progress')).received;
  await expect.poll(async () => (await inPage<Progress>(page, 'progress')).received).toBeGreaterThan(before + 10);
  await inPage(page, 'stop');
  await page.close();
});

test('what is only looked at stops in a hidden tab, and goes on when it is seen again', async () => {
  const page = await hiddenTab('pause');
  await expect.poll(async () => (await ratesOf(page)).drawn).toBe(0);
  const before = (await inPage<Progress>(page, 'progress')).drawn;
  await page.bringToFront();
  await expect.poll(async () => (await inPage<Progress>(page, 'progress')).drawn).toBeGreaterThan(before + 3);
  await inPage(page, 'stop');
  await page.close();
});

test.each([false, true])('a processed track goes on in a hidden tab; in a worker: %s', async (inWorker) => {
  const page = await openTab();
  const track = driveTrack(page);
  const network = [tinyDescription, [...tinyNetwork()]];
  await track.call('begin', ...network, { backend: 'cpu', isFake: true, byCall: true, inWorker });
  await expect.poll(async () => (await track.call('progress')).received).toBeGreaterThan(3);
  await hide(page, async () => (await track.call('progress')).hidden);
  await expect.poll(() => rateOf(track)).toBeGreaterThanOrEqual(5);
  expect(await track.call('told')).toEqual([]);
  await track.call('end');
  await page.close();
});
