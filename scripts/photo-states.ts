// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'puppeteer';
import sharp from 'sharp';
import { chooseTab, clickButton, drawOn, dropFile, type PageState } from './page-state.js';
import { projectFolder } from './setup.mjs';

/** What is photographed of the page for photos. */
export const photoStates: readonly PageState[] = [
  { name: 'photo', address: '' },
  {
    name: 'sweep',
    address: '',
    moves: true,
    isUnderWay: true,
    before: stopsFrames,
    async prepare(page) {
      await page.waitForSelector('.divider');
    },
  },
  { name: 'cut-out', address: '#photo=cat&view=cut-out' },
  {
    name: 'background-blur',
    address: '#view=cut-out',
    prepare: (page) => page.locator('input[name=backdrop][value=blur]').click(),
  },
  {
    name: 'background-picture',
    address: '#view=cut-out',
    async prepare(page) {
      await page.locator('input[name=backdrop][value=picture]').click();
      await page.locator('.scene').click();
    },
  },
  { name: 'labels-merged', address: '#photo=coffee&view=labels&merge=2-1' },
  { name: 'before', address: '#photo=coffee&view=before' },
  {
    name: 'precomputed',
    address: '',
    isUnderWay: true,
    computesNothing: true,
    prepare: (page) => page.waitForSelector('.stage[data-result=precomputed]'),
  },
  {
    name: 'nuclei',
    address: '#photo=nuclei&input=160&view=instances',
    prepare: (page) => page.waitForSelector('.instances'),
  },
  {
    name: 'nuclei-on-the-way',
    address: '#photo=nuclei',
    isUnderWay: true,
    async prepare(page) {
      await page.waitForSelector('div.working');
      await chooseTab(page, 'Network');
    },
  },
  { name: 'instances', address: '#view=instances' },
  { name: 'confidence', address: '#photo=cat&view=confidence' },
  { name: 'edges', address: '#view=edges' },
  { name: 'compare', address: '#view=labels&compare=0.5' },
  { name: 'compare-instances', address: '#view=instances&compare=0.5' },
  { name: 'original', address: '', prepare: (page) => clickButton(page, 'Original') },
  {
    name: 'isolated',
    address: '#photo=coffee',
    prepare: (page) => page.locator('.label-row:nth-child(4) .area').click(),
  },
  {
    name: 'measure',
    address: '',
    async prepare(page) {
      await chooseTab(page, 'Measure');
      await page.waitForSelector('.chart svg');
      await page.locator('.part button::-p-text(Run)').click();
      await page.waitForSelector('.code', { timeout: 120_000 });
    },
  },
  { name: 'refine', address: '', prepare: (page) => chooseTab(page, 'Refine') },
  { name: 'export', address: '', prepare: (page) => chooseTab(page, 'Export') },
  {
    name: 'menu',
    preparesEachTime: true,
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
      await clickButton(page, 'Clear');
      await page.waitForSelector('.prompt');
    },
  },
  {
    name: 'box',
    address: '#photo=coffee',
    async prepare(page) {
      await clickButton(page, 'Clear');
      await page.keyboard.press('b');
      await drawOn(page, [0.14, 0.03], [0.82, 0.95]);
    },
  },
  { name: 'undone', address: '', preparesEachTime: true, prepare: undoesStroke },
  { name: 'error', address: '#photo=nothing&view=no' },
  { name: 'no-webgpu', address: '', withoutWebGpu: true },
  { name: 'networks', address: '', prepare: (page) => chooseTab(page, 'Network') },
  {
    name: 'network-wrong-file',
    address: '',
    async prepare(page) {
      await chooseTab(page, 'Network');
      const input = await page.waitForSelector('[aria-label="ONNX file"]');
      await (input as unknown as { uploadFile(file: string): Promise<void> }).uploadFile(
        path.join(projectFolder, 'README.md'),
      );
      await page.waitForSelector('.own-network [role=alert]');
    },
  },
  {
    name: 'network-form',
    address: '',
    async prepare(page) {
      await chooseTab(page, 'Network');
      const input = await page.waitForSelector('[aria-label="ONNX file"]');
      await (input as unknown as { uploadFile(file: string): Promise<void> }).uploadFile(
        path.join(projectFolder, 'models/colour-prompt.onnx'),
      );
      await page.waitForSelector('.own-form');
    },
  },
  { name: 'own-landscape', address: '', prepare: (page) => opensPerson(page, 3000, 2000) },
  {
    name: 'own-corrected',
    address: '',
    async prepare(page) {
      await opensPerson(page, 1500, 1000);
      await page.keyboard.press('1');
      await drawOn(page, [0.45, 0.7], [0.55, 0.85]);
    },
  },
  { name: 'own-portrait', address: '', prepare: (page) => opensPerson(page, 900, 1600) },
  { name: 'own-tiny', address: '', prepare: (page) => opensPerson(page, 40, 30) },
  {
    name: 'zoom-400',
    address: '#photo=cat',
    preparesEachTime: true,
    async prepare(page) {
      await page.keyboard.press('0');
      for (let percent = 0; percent < 400; ) {
        await page.keyboard.press('+');
        const text = await page.$eval('.percent', ({ lastChild }) => lastChild?.textContent ?? '');
        if (Number.parseInt(text, 10) <= percent) break;
        percent = Number.parseInt(text, 10);
      }
    },
  },
  {
    name: 'kept',
    address: '',
    async prepare(page) {
      await opensNobody(page, 'mine.png', 600, 400);
      await page.locator('.sample').click();
      await page.waitForSelector('.kept-photo button::-p-text(Open)');
    },
  },
  { name: 'wrong-text', address: '', prepare: (page) => drops(page, 'notes.txt', Buffer.from('Bread, milk, eggs.')) },
  { name: 'wrong-empty', address: '', prepare: (page) => drops(page, 'empty.png', new Uint8Array()) },
  {
    name: 'wrong-broken',
    address: '',
    prepare: async (page) => drops(page, 'broken.png', (await astronaut()).subarray(0, 4000)),
  },
  {
    name: 'names',
    address: `#labels=${['Hintergrund mit sehr langem Namen, der nicht passt', '宇航员與太空梭', 'رائدة فضاء'].map(encodeURIComponent).join('~')}`,
  },
  {
    name: 'names-own',
    address: '',
    prepare: (page) =>
      opensNobody(page, 'Ein sehr langer Dateiname, wie ihn Kameras und Leute sich ausdenken 写真 صورة.png', 600, 400),
  },
  { name: 'zoom-200', address: '', widths: [720], density: 2 },
  { name: 'phone', address: '', widths: [390], before: isPhone },
  { name: 'phone-draw', address: '', widths: [390], before: isPhone, prepare: (page) => choosesBarTool(page, 'Brush') },
  { name: 'phone-box', address: '', widths: [390], before: isPhone, prepare: (page) => choosesBarTool(page, 'Box') },
  {
    name: 'phone-portrait',
    address: '',
    widths: [390],
    before: isPhone,
    prepare: (page) => opensPerson(page, 900, 1600),
  },
];

function isPhone(page: Page): Promise<void> {
  return page.setViewport({ width: 390, height: 844, hasTouch: true, isMobile: true });
}

async function choosesBarTool(page: Page, title: string): Promise<void> {
  await page.locator(`.tool-bar label::-p-text(${title})`).click();
}

/** The handle of the first view stays in the middle. */
function stopsFrames(page: Page): Promise<unknown> {
  return page.evaluateOnNewDocument(() => {
    const request = window.requestAnimationFrame.bind(window);
    let stopped: number | undefined;
    window.requestAnimationFrame = (callback) =>
      request((now) => {
        if (document.querySelector('.divider')) stopped ??= now + 900;
        callback(stopped ?? now);
      });
  });
}

async function undoesStroke(page: Page): Promise<void> {
  await page.keyboard.press('1');
  await drawOn(page, [0.2, 0.6], [0.3, 0.7]);
  await page.locator('[aria-label=Undo]').click();
}

async function drops(page: Page, name: string, content: Uint8Array): Promise<void> {
  await dropFile(page, name, content);
  await page.waitForSelector('[role=alert]');
}

function astronaut(): Promise<Buffer> {
  return readFile(path.join(projectFolder, 'demo/public/photos/astronaut.png'));
}

async function opensPerson(page: Page, width: number, height: number): Promise<void> {
  const photo = await sharp(await astronaut())
    .resize(width, height, { fit: 'cover', position: 'top' })
    .jpeg()
    .toBuffer();
  await dropFile(page, 'holiday.jpg', photo, 'image/jpeg');
  await page.waitForFunction(() =>
    [...document.querySelectorAll<HTMLInputElement>('.label-name')].some(({ value }) => value === 'person'),
  );
}

/** An evening sky: the network takes things for people, a cup for one. */
async function opensNobody(page: Page, name: string, width: number, height: number): Promise<void> {
  const sky = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <linearGradient id="sky" x2="0" y2="1"><stop stop-color="#2b3a67"/><stop offset="1" stop-color="#d9a26b"/></linearGradient>
    <rect width="100%" height="100%" fill="url(#sky)"/>
  </svg>`;
  const photo = await sharp(Buffer.from(sky)).png().toBuffer();
  await dropFile(page, name, photo);
  await page.waitForFunction(() => document.querySelector('.prompt')?.textContent.includes('No person'));
}
