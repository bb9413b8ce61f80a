// SPDX-License-Identifier: MIT

// npm run screenshots [-- NAME…]: every state of the demo, at five widths, in light and dark, into screenshots/.
// Builds the demo first. Names choose states; without any, all are taken.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'puppeteer';
import { launchDemo } from './demo-browser.js';
import type { PageState } from './page-state.js';
import { photoStates } from './photo-states.js';
import { projectFolder } from './setup.mjs';
import { webcamStates } from './webcam-states.js';

const states: readonly PageState[] = [...photoStates, ...webcamStates];

const heights: Readonly<Record<number, number>> = { 2560: 1440, 1440: 900, 1024: 768, 820: 1180, 720: 450, 390: 844 };
const widths: readonly number[] = [1440, 2560, 1024, 820, 390];

/** Below it the page scrolls. */
const widthOfDesks = 900;

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !states.some((state) => state.name === name));
if (unknown) throw new Error(`No state is named ${unknown}; there are ${states.map(({ name }) => name).join(', ')}.`);
const folder = path.join(projectFolder, 'screenshots');
await mkdir(folder, { recursive: true });
const demo = await launchDemo();
try {
  for (const state of states) {
    if (wanted.length > 0 && !wanted.includes(state.name)) continue;
    try {
      await takeState(state);
      process.stdout.write(`${state.name}\n`);
    } catch (error) {
      process.stderr.write(`${state.name} was not reached: ${error}\n`);
      process.exitCode = 1;
    }
  }
} finally {
  await demo.close();
}

/** One page for all widths and both themes: what was done to it stays. */
async function takeState(state: PageState): Promise<void> {
  const { before, isUnderWay = false, ...rest } = state;
  const page = await demo.open(state.address, { ...rest, scheme: 'light', settles: !isUnderWay, prepare: before });
  try {
    await takeSizes(page, state);
  } finally {
    await page.close();
  }
}

async function takeSizes(page: Page, state: PageState): Promise<void> {
  const { isUnderWay = false, density = 1, widths: ownWidths = widths } = state;
  if (!state.preparesEachTime) await state.prepare?.(page);
  for (const width of ownWidths) {
    // A phone stays one: to have touch or not would load the page again.
    await page.setViewport({ ...page.viewport(), width, height: heights[width], deviceScaleFactor: density });
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMediaFeatures([
        { name: 'prefers-color-scheme', value: scheme },
        { name: 'prefers-reduced-motion', value: state.moves ? 'no-preference' : 'reduce' },
      ]);
      if (!isUnderWay) await demo.settled(page);
      if (state.preparesEachTime) {
        await state.prepare?.(page);
        if (!isUnderWay) await demo.settled(page);
      }
      await take(page, `${state.name} ${width} ${scheme}`, width < widthOfDesks);
    }
  }
}

async function take(page: Page, name: string, fullPage: boolean): Promise<void> {
  await page.screenshot({ path: path.join(folder, `${name}.png`) as `${string}.png`, fullPage });
}
