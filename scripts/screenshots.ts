// SPDX-License-Identifier: MIT

// npm run screenshots [-- NAME…]: every state of the demo, at three widths, in light and dark, into screenshots/.
// Builds the demo first. Names choose states; without any, all are taken.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'puppeteer';
import { launchDemo } from './demo-browser.js';
import { projectFolder } from './setup.mjs';
import { drawOn, webcamStates } from './webcam-states.js';

interface State {
  name: string;
  /** After the address of the page. */
  address: string;
  /** Brings the page from its opening to the state. */
  prepare?: (page: Page) => Promise<void>;
  /** For what does not outlive a change of the window's size. */
  preparesEachWidth?: boolean;
  withoutWebGpu?: boolean;
  /** What is seen while something is on its way. */
  isUnderWay?: boolean;
  computesNothing?: boolean;
}

const chooseTab = (name: string) => async (page: Page) => {
  await page.locator(`[role=tab]::-p-text(${name})`).click();
};

const states: readonly State[] = [
  { name: 'photo', address: '' },
  { name: 'cut-out', address: '#photo=cat&view=cut-out' },
  { name: 'labels-merged', address: '#photo=coffee&view=labels&merge=2-1' },
  { name: 'network', address: '#photo=coffee&view=before' },
  {
    name: 'precomputed',
    address: '',
    isUnderWay: true,
    computesNothing: true,
    prepare: async (page) => {
      await page.waitForSelector('.stage[data-result=precomputed]');
    },
  },
  {
    name: 'nuclei',
    address: '#photo=nuclei&input=160&view=instances',
    prepare: async (page) => {
      await page.waitForSelector('.instances');
    },
  },
  {
    name: 'nuclei-on-the-way',
    address: '#photo=nuclei',
    isUnderWay: true,
    async prepare(page) {
      await page.waitForSelector('div.working');
      await chooseTab('Network')(page);
    },
  },
  { name: 'instances', address: '#view=instances' },
  { name: 'confidence', address: '#photo=cat&view=confidence' },
  { name: 'edges', address: '#view=edges' },
  { name: 'compare', address: '#view=labels&compare=0.5' },
  {
    name: 'isolated',
    address: '#photo=coffee',
    prepare: (page) => page.locator('.label-row:nth-child(4) .area').click(),
  },
  {
    name: 'measure',
    address: '',
    async prepare(page) {
      await chooseTab('Measure')(page);
      await page.waitForSelector('.chart svg');
      await page.locator('.part button::-p-text(Run)').click();
      await page.waitForSelector('.code', { timeout: 120_000 });
    },
  },
  { name: 'export', address: '', prepare: chooseTab('Export') },
  {
    name: 'menu',
    preparesEachWidth: true,
    address: '#photo=coffee',
    async prepare(page) {
      // Open from the width before, another click would close it.
      await page.evaluate(() => document.querySelector<HTMLElement>('.menu:popover-open')?.hidePopover());
      await page.$eval('.label-row:nth-child(3) [aria-haspopup]', (button) => (button as HTMLElement).click());
    },
  },
  { name: 'keys', address: '', prepare: (page) => page.locator('[aria-label=Keys]').click() },
  { name: 'snapshot', address: '', prepare: (page) => page.locator('[aria-label="Photo from the camera"]').click() },
  {
    name: 'empty',
    address: '',
    async prepare(page) {
      await page.locator('button::-p-text(Clear)').click();
      await page.waitForSelector('.prompt');
    },
  },
  {
    name: 'box',
    address: '#photo=coffee',
    async prepare(page) {
      await page.locator('button::-p-text(Clear)').click();
      await page.keyboard.press('b');
      await drawOn(page, [0.14, 0.03], [0.82, 0.95]);
    },
  },
  {
    name: 'error',
    address: '#photo=nothing&view=no',
  },
  { name: 'no-webgpu', address: '', withoutWebGpu: true },
  { name: 'networks', address: '', prepare: chooseTab('Network') },
  ...webcamStates,
];

const widths: readonly (readonly [width: number, height: number])[] = [
  [1440, 900],
  [1024, 768],
  [390, 844],
];

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !states.some((state) => state.name === name));
if (unknown) throw new Error(`No state is named ${unknown}; there are ${states.map(({ name }) => name).join(', ')}.`);
const folder = path.join(projectFolder, 'screenshots');
await mkdir(folder, { recursive: true });
const demo = await launchDemo();
try {
  for (const state of states) {
    if (wanted.length > 0 && !wanted.includes(state.name)) continue;
    for (const scheme of ['light', 'dark'] as const) await takeState(state, scheme);
    process.stdout.write(`${state.name}\n`);
  }
} finally {
  await demo.close();
}

/** One page for all widths: what was done to it stays. */
async function takeState(state: State, scheme: 'light' | 'dark'): Promise<void> {
  const { withoutWebGpu = false, computesNothing = false, isUnderWay = false } = state;
  const page = await demo.open(state.address, { scheme, withoutWebGpu, computesNothing, settles: !isUnderWay });
  if (!state.preparesEachWidth) await state.prepare?.(page);
  for (const [width, height] of widths) {
    await page.setViewport({ width, height });
    if (state.preparesEachWidth) await state.prepare?.(page);
    if (!isUnderWay) await demo.settled(page);
    const file = path.join(folder, `${state.name} ${width} ${scheme}.png`) as `${string}.png`;
    await page.screenshot({ path: file, fullPage: width < 500 });
  }
  await page.close();
}
