// SPDX-License-Identifier: MIT

import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { decode, encode } from 'fast-png';
import type { BrowserContext, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { decodeMarks } from '../../demo/marks/marks-code.js';
import { linkTags } from '../../scripts/project-links.js';
import { DemoPage, type Place } from '../support/demo.js';
import { demoHost } from '../support/demo-host.js';
import { jpegSegment, withSegments } from '../support/exif.js';
import { jpegOf, testPicture } from '../support/images.js';
import { pngChunk, pngHeader, pngOf, testPng } from '../support/png-file.js';
import { serveFolder } from '../support/static-site.js';

// SwiftShader is no GPU that the page would take by itself: here the processor computes, which is the faster of the two.
const served = demoHost();

const repository = path.resolve(import.meta.dirname, '../..');

/** Places on the sample photo of the astronaut. */
const astronaut: Place[] = [
  [0.43, 0.25],
  [0.47, 0.12],
  [0.3, 0.62],
  [0.75, 0.85],
];
const background: Place[] = [
  [0.1, 0.15],
  [0.27, 0.1],
  [0.83, 0.3],
  [0.85, 0.6],
];
const chest: Place = [0.36, 0.62];

describe('a photo', () => {
  let demo: DemoPage;
  beforeAll(async () => {
    demo = await DemoPage.open(served.context, `${served.site.url}#size=240&view=labels`);
  });
  // Throws if anything was an error on the console, or asked for elsewhere.
  afterAll(() => demo?.finish());

  test('is cut out when the page opens', async () => {
    const [around, cutOut] = [await demo.coloursAt(background), await demo.coloursAt(astronaut)];
    expect(new Set(around).size).toBe(1);
    expect(new Set(cutOut).size).toBe(1);
    expect(around[0]).not.toBe(cutOut[0]);
    const share = Number.parseFloat((await demo.shares())[1]);
    expect(share).toBeGreaterThan(50);
    expect(share).toBeLessThan(56);
  });

  test('follows a stroke, and takes it back', async () => {
    const shares = await demo.shares();
    const [outside, inside] = await demo.coloursAt([background[0], chest]);
    expect(inside).not.toBe(outside);
    await demo.page.keyboard.press('1');
    await demo.draw([
      [0.3, 0.62],
      [0.42, 0.62],
    ]);
    await demo.settled();
    expect(await demo.coloursAt([chest])).toEqual([outside]);
    expect(await demo.shares()).not.toEqual(shares);
    await undo(demo);
    expect(await demo.shares()).toEqual(shares);
  });

  test('shows the mark of a mere click', async () => {
    const swatch = await demo.page.$eval('.label-row .swatch', (button) => getComputedStyle(button).backgroundColor);
    const { x, y } = await demo.screenPlace(chest);
    await demo.page.keyboard.press('1');
    await demo.page.mouse.click(x, y);
    await demo.settled();
    const colour = await demo.page.$eval(
      '.strokes canvas',
      (element, left, top) => {
        const canvas = element as HTMLCanvasElement;
        const box = canvas.getBoundingClientRect();
        // Beside the dot in the middle of the brush, and within its ring.
        const place = [left - box.left + 4, top - box.top].map((pixels) => Math.round(pixels * devicePixelRatio));
        const [red, green, blue, alpha] = canvas.getContext('2d')?.getImageData(place[0], place[1], 1, 1).data ?? [];
        return alpha === 255 ? `rgb(${red}, ${green}, ${blue})` : 'nothing';
      },
      x,
      y,
    );
    await undo(demo);
    expect(colour).toBe(swatch);
  });

  test('is drawn on with the keyboard', async () => {
    const shares = await demo.shares();
    await demo.page.focus('.strokes');
    await demo.page.keyboard.press('1');
    await demo.page.keyboard.down('Space');
    for (let press = 0; press < 6; press++) await demo.page.keyboard.press('ArrowDown');
    await demo.page.keyboard.up('Space');
    await demo.settled();
    expect(await demo.shares()).not.toEqual(shares);
    await demo.page.click('[aria-label=Undo]');
    await demo.settled();
    expect(await demo.shares()).toEqual(shares);
  });

  test('is told by a box what is outside, but a stroke wins over it, at once and later', async () => {
    const shares = await demo.shares();
    const helmet: Place[] = [
      [0.75, 0.85],
      [0.7, 0.93],
      [0.84, 0.8],
    ];
    await demo.click('Clear');
    await demo.settled();
    // Computed by, and both times: what they were of is gone.
    const figures = await demo.page.$$eval('.hud dd', (cells) => cells.map((cell) => cell.textContent));
    expect(figures.slice(1)).toEqual(['–', '–', '–']);
    await demo.page.keyboard.press('b');
    await demo.draw([
      [0.02, 0.02],
      [0.66, 0.98],
    ]);
    await demo.settled();
    const [outside, inside, ...leftOut] = await demo.coloursAt([[0.85, 0.3], chest, ...helmet]);
    expect(inside).not.toBe(outside);
    expect(leftOut).toEqual(helmet.map(() => outside));
    await demo.page.keyboard.press('2');
    await demo.draw([
      [0.74, 0.86],
      [0.82, 0.9],
    ]);
    await demo.settled();
    expect(await demo.coloursAt(helmet)).toEqual(helmet.map(() => inside));
    expect(await demo.coloursAt([[0.85, 0.3], chest])).toEqual([outside, inside]);
    const fingerprint = await demo.fingerprint();
    await demo.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1000)));
    await demo.settled();
    expect(await demo.fingerprint()).toBe(fingerprint);
    for (let step = 0; step < 3; step++) await undo(demo);
    expect(await demo.shares()).toEqual(shares);
  });

  test('has a box that is moved, resized and removed, by mouse and by keys', async () => {
    const shares = await demo.shares();
    await demo.page.keyboard.press('b');
    await demo.draw([
      [0.3, 0.1],
      [0.7, 0.9],
    ]);
    await demo.settled();
    const boxes = [await boxOf(demo)];
    const follows = async (expected: readonly number[]) => {
      await demo.settled();
      boxes.push(await boxOf(demo));
      for (const [i, value] of expected.entries()) expect(boxes.at(-1)?.[i]).toBeCloseTo(value, 1);
    };
    // By the middle, a corner and a side: each a little beside it.
    await demo.draw([
      [0.5, 0.5],
      [0.6, 0.45],
    ]);
    await follows([0.4, 0.05, 0.4, 0.8]);
    await demo.draw([
      [0.402, 0.052],
      [0.1, 0.02],
    ]);
    await follows([0.1, 0.02, 0.7, 0.83]);
    await demo.draw([
      [0.8, 0.4],
      [0.95, 0.6],
    ]);
    await follows([0.1, 0.02, 0.85, 0.83]);
    await demo.page.keyboard.down('Control');
    for (let press = 0; press < 20; press++) await demo.page.keyboard.press('ArrowDown');
    await demo.page.keyboard.up('Control');
    await follows([0.1, 0.02, 0.85, 0.93]);
    const [before] = boxes.slice(-1);
    await demo.page.keyboard.press('ArrowLeft');
    await demo.settled();
    expect((await boxOf(demo))?.[0]).toBeLessThan(before?.[0] ?? 0);
    await undo(demo);
    expect(await boxOf(demo)).toEqual(before);
    await demo.page.keyboard.press('Delete');
    await demo.settled();
    expect(await boxOf(demo)).toBeUndefined();
    expect(await demo.shares()).toEqual(shares);
    await undo(demo);
    expect(await boxOf(demo)).toEqual(before);
    await demo.click('Remove the box');
    await demo.settled();
    expect(await demo.shares()).toEqual(shares);
    expect(await demo.barriers()).toEqual([]);
  });

  test('looks different in each view, and alike again in the first', async () => {
    const prints = new Map<string, number>();
    for (const view of ['labels', 'overlay', 'cut-out', 'before', 'confidence', 'edges']) {
      await demo.page.click(`input[name=view][value=${view}]`);
      prints.set(view, await demo.fingerprint());
    }
    expect(new Set(prints.values()).size).toBe(6);
    await demo.page.click('input[name=view][value=cut-out]');
    const [[, , , alphaAround], [, , , alphaOf]] = (await demo.coloursAt([background[0], astronaut[0]])).map((rgba) =>
      rgba.split(',').map(Number),
    );
    expect([alphaAround < 20, alphaOf > 235]).toEqual([true, true]);
    await demo.page.keyboard.down('o');
    const original = await demo.fingerprint();
    await demo.page.keyboard.up('o');
    expect([...prints.values()]).not.toContain(original);
    await demo.page.click('input[name=view][value=labels]');
    expect(await demo.fingerprint()).toBe(prints.get('labels'));
  });

  test('is compared with what was before the CRF, by mouse and by keys', async () => {
    await demo.page.click('input[name=view][value=before]');
    await demo.page.click('input[name=view][value=labels]');
    const after = await demo.fingerprint();
    await demo.page.keyboard.press('c');
    await demo.page.focus('.divider-handle');
    await demo.page.keyboard.press('End');
    const before = await demo.fingerprint();
    expect(before).not.toBe(after);
    expect(await demo.page.$eval('.divider-handle', (handle) => handle.getAttribute('aria-valuenow'))).toBe('100');
    await demo.page.keyboard.press('Home');
    expect(await demo.fingerprint()).toBe(after);
    await demo.page.keyboard.press('c');
  });

  test('names the label under the pointer, with its probability', async () => {
    await demo.page.keyboard.press('2');
    const { x, y } = await demo.screenPlace(astronaut[0]);
    await demo.page.mouse.move(x, y);
    await demo.drawFrames();
    const text = await demo.page.$eval('.hover-label', (element) => element.textContent);
    expect(text).toMatch(/^Astronaut (9\d|100) %$/);
    await demo.page.mouse.move(2, 2);
  });

  test('says how many pixels each label has, and shows one alone', async () => {
    const pixels = await demo.page.$$eval('.pixels', (elements) =>
      elements.map(({ textContent }) => Number(textContent.replace(/\D/g, ''))),
    );
    expect(pixels.reduce((sum, count) => sum + count)).toBe(240 * 240);
    const [astronautColour] = await demo.coloursAt([astronaut[0]]);
    const all = await demo.fingerprint();
    await demo.page.click('.label-row:nth-child(2) .area');
    expect(await demo.fingerprint()).not.toBe(all);
    expect(await demo.coloursAt([astronaut[0]])).toEqual([astronautColour]);
    expect(await demo.barriers()).toEqual([]);
    await demo.page.click('.label-row:nth-child(2) .area');
    expect(await demo.fingerprint()).toBe(all);
  });

  test('changes with every parameter, and Reset brings all back', async () => {
    const first = await demo.shares();
    const sliders = await demo.page.$$('[role=tabpanel] .slider input');
    const selects = await demo.page.$$('[role=tabpanel] .kernel select');
    const switches = await demo.page.$$('[role=tabpanel] .kernel [type=checkbox]');
    expect([sliders.length, selects.length, switches.length]).toEqual([6, 2, 2]);
    await demo.page.click('input[name=view][value=confidence]');
    const seen = new Set([await demo.fingerprint()]);
    const withoutStrength: number[] = [];
    for (const [index, slider] of sliders.entries()) {
      await slider.focus();
      await demo.page.keyboard.press('Home');
      await demo.settled();
      seen.add(await demo.fingerprint());
      if (index === 3 || index === 5) withoutStrength.push(await demo.fingerprint());
      await demo.click('Reset');
    }
    for (const select of selects) {
      await select.select('none');
      await demo.settled();
      seen.add(await demo.fingerprint());
      await demo.click('Reset');
    }
    expect(seen.size).toBe(1 + 6 + 2);
    // A kernel that is off is one without strength.
    for (const [index, expected] of withoutStrength.entries()) {
      await (await demo.page.$$('[role=tabpanel] .kernel [type=checkbox]'))[index].click();
      await demo.settled();
      expect(await demo.fingerprint()).toBe(expected);
      await demo.click('Reset');
    }
    await demo.settled();
    await demo.page.click('input[name=view][value=labels]');
    expect(await demo.shares()).toEqual(first);
  });

  test('takes presets, and plain-word advice', async () => {
    // Confidence shows what moves no pixel from one label to another.
    await demo.page.click('input[name=view][value=confidence]');
    const first = await demo.fingerprint();
    for (const preset of ['pydensecrf', 'deeplab', 'thin', 'webcam']) {
      await demo.page.select('[role=tabpanel] .field select', preset);
      await demo.settled();
      expect(await demo.fingerprint()).not.toBe(first);
    }
    await demo.page.select('[role=tabpanel] .field select', 'crisp');
    await demo.click('Too slow?');
    expect(await demo.page.$eval('[role=tabpanel] .slider output', (output) => output.textContent)).toBe('4');
    await demo.click('Reset');
    await demo.settled();
    expect(await demo.fingerprint()).toBe(first);
    await demo.page.click('input[name=view][value=labels]');
  });

  test('shows stages, change by iteration and lattice, and measures itself', async () => {
    await demo.openTab('Measure');
    await demo.page.waitForSelector('.chart svg');
    const description = await demo.page.$eval('.chart', (chart) => chart.getAttribute('aria-label') ?? '');
    const changes = (description.match(/[\d.]+(e-\d+)?/g) ?? []).map(Number);
    expect(changes).toHaveLength(8);
    expect(changes[7]).toBeLessThan(changes[0]);
    const rows = await demo.page.$$eval('.figures tbody th', (cells) => cells.map((cell) => cell.textContent));
    expect(rows).toEqual(['marks', 'refine', 'read back', 'label map']);
    expect(await demo.page.$eval('.rows', (list) => list.textContent)).toMatch(/Vertices, bilateral[\d,]+/);
    expect(await demo.barriers()).toEqual([]);
    await demo.click('Run');
    await demo.page.waitForSelector('.code');
    const report = JSON.parse(await demo.page.$eval('.code', (code) => (code as HTMLTextAreaElement).value));
    expect(report).toMatchObject({ runs: 20, width: 240, height: 240, labelCount: 2, backend: 'cpu' });
    expect(report.percentile95Milliseconds).toBeGreaterThanOrEqual(report.medianMilliseconds);
    expect(report.parameters.kernels).toHaveLength(2);
  });

  test('is exported as PNG files of its own size, with the right pixels', async () => {
    await demo.openTab('Export');
    expect(await demo.page.$eval('[role=tabpanel] .hint', (hint) => hint.textContent)).toContain('512 × 512 px');
    const photo = decode(await readFile(path.join(repository, 'demo/public/photos/astronaut.png')));
    const colourOf = (pixel: number) => [...photo.data.subarray(photo.channels * pixel, photo.channels * pixel + 3)];
    const [inside, outside] = [512 * Math.floor(512 * 0.25) + Math.floor(512 * 0.43), 512 * 77 + 51];
    const mask = decode((await demo.downloaded(() => demo.click('Mask'))).content);
    expect([mask.width, mask.height, mask.channels]).toEqual([512, 512, 1]);
    expect([mask.data[inside], mask.data[outside]]).toEqual([255, 0]);
    const share = mask.data.filter((value) => value === 255).length / 512 ** 2;
    expect(Math.abs(100 * share - Number.parseFloat((await demo.shares())[1]))).toBeLessThan(0.5);
    const cutOut = decode((await demo.downloaded(() => demo.click('Cut-out'))).content);
    expect([cutOut.width, cutOut.height, cutOut.channels]).toEqual([512, 512, 4]);
    expect(cutOut.data[4 * inside + 3]).toBeGreaterThan(235);
    expect(cutOut.data[4 * outside + 3]).toBeLessThan(20);
    // Straight alpha: inside colours are the photo's, and outside nothing of what was behind is left in the file.
    expect([...cutOut.data.slice(4 * inside, 4 * inside + 3)]).toEqual(colourOf(inside));
    expect([...cutOut.data.slice(4 * outside, 4 * outside + 4)]).toEqual([0, 0, 0, 0]);
    const overlay = decode((await demo.downloaded(() => demo.click('Overlay'))).content);
    expect([overlay.width, overlay.height]).toEqual([512, 512]);
    expect([...overlay.data.slice(4 * outside, 4 * outside + 4)]).toEqual([...colourOf(outside), 255]);
    expect([...overlay.data.slice(4 * inside, 4 * inside + 3)]).not.toEqual(colourOf(inside));
    expect(await demo.barriers()).toEqual([]);
  });

  test('is reproduced by the code that is shown', async () => {
    const code = await demo.page.$eval('.code', (element) => (element as HTMLTextAreaElement).value);
    expect(code).toContain(
      "{ type: 'bilateral', sigmaXY: 50, sigmaRGB: 8, compatibility: 5, normalization: 'symmetric' }",
    );
    expect(code).toContain('iterations: 8');
    await demo.openTab('Refine');
  });

  test('keeps the work when a file is empty, damaged, no picture or too large', async () => {
    const shares = await demo.shares();
    for (const [name, content, message] of [
      ['nothing.png', Buffer.alloc(0), 'nothing.png is empty.'],
      ['notes.png', Buffer.from('not a picture at all'), 'notes.png is not a picture that can be read.'],
      ['broken.png', testPng(2, 8).subarray(0, 300), 'broken.png is damaged'],
      ['unmarked.jpg', Buffer.of(0xff, 0xd8, 0xff), 'unmarked.jpg is not a picture that can be read.'],
      ['bomb.png', bomb(), 'bomb.png has 16000 × 16000 pixels, 256 million.'],
    ] as const) {
      await demo.give('drop', name, content);
      await demo.page.waitForFunction(
        (expected) => document.querySelector('[role=alert]')?.textContent?.includes(expected),
        {},
        message,
      );
    }
    await demo.settled();
    expect(await demo.shares()).toEqual(shares);
    await demo.page.click('[role=alert] [aria-label=Dismiss]');
    expect(await demo.page.$('[role=alert]')).toBeNull();
  });

  test('is replaced by a picture whose size comes after a megabyte of other things, and which has no person', async () => {
    const more = Array.from({ length: 20 }, () => jpegSegment(0xed, Buffer.alloc(60_000)));
    await demo.give('drop', 'edited.jpg', withSegments(await jpegOf(testPicture(320, 200)), ...more));
    const prompt = await demo.page.waitForSelector('.prompt');
    expect(await prompt?.evaluate((element) => element.textContent)).toMatch(/^No person was found\. Draw a stroke/);
    expect(await demo.shares()).toEqual([]);
    expect(await demo.barriers()).toEqual([]);
  });

  test('is replaced by a picture that is pasted: its person is found at once, and anything else by marks', async () => {
    const photo = await readFile(path.join(import.meta.dirname, '../../demo/public/photos/astronaut.png'));
    await demo.give('paste', 'mine.png', photo);
    await demo.page.waitForFunction(
      () => document.querySelectorAll<HTMLInputElement>('.label-name')[1]?.value === 'person',
    );
    await demo.settled();
    expect(await demo.page.$('.prompt')).toBeNull();
    const share = Number.parseFloat((await demo.shares())[1]);
    expect(share).toBeGreaterThan(50);
    expect(share).toBeLessThan(60);
    await demo.click('Mark something else');
    const prompt = await demo.page.waitForSelector('.prompt');
    expect(await prompt?.evaluate((element) => element.textContent)).toMatch(/^Draw a stroke on the object/);
    expect(await demo.shares()).toEqual([]);
    expect(await demo.barriers()).toEqual([]);
  });
});

test('a photo of 3000 × 2000 pixels is exported with all of them, along its own edges', async () => {
  const [width, height, edge] = [3000, 2000, 1237];
  const demo = await DemoPage.open(served.context, `${served.site.url}#size=240`);
  const data = new Uint8Array(3 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    data.set(pixel % width < edge ? [190, 60, 40] : [40, 90, 170], 3 * pixel);
  }
  await demo.give('drop', 'large.png', Buffer.from(encode({ width, height, data, channels: 3 })));
  await demo.page.waitForSelector('.prompt');
  for (const [label, x] of [
    ['1', 0.15],
    ['2', 0.75],
  ] as const) {
    await demo.page.keyboard.press(label);
    await demo.draw([
      [x, 0.2],
      [x, 0.8],
    ]);
  }
  await demo.settled();
  await demo.openTab('Export');
  const mask = decode((await demo.downloaded(() => demo.click('Mask'))).content);
  expect([mask.width, mask.height, mask.channels]).toEqual([width, height, 1]);
  const wrong = mask.data.filter((value, pixel) => value !== (pixel % width < edge ? 0 : 255));
  expect(wrong).toHaveLength(0);
  const cutOut = decode((await demo.downloaded(() => demo.click('Cut-out'))).content);
  const at = 4 * (1000 * width + edge);
  expect([cutOut.width, cutOut.height]).toEqual([width, height]);
  expect([...cutOut.data.slice(at, at + 3)]).toEqual([40, 90, 170]);
  // Sure on both sides of the edge, within a pixel of it.
  expect(cutOut.data[at + 3]).toBeGreaterThan(200);
  expect(cutOut.data[at - 1]).toBeLessThan(55);
  const overlay = decode((await demo.downloaded(() => demo.click('Overlay'))).content);
  expect([overlay.width, overlay.height, overlay.channels]).toEqual([width, height, 4]);
  expect([...overlay.data.slice(at - 4, at)]).toEqual([190, 60, 40, 255]);
  await demo.finish();
}, 300_000);

test('the first picture has its mask at once, computed beforehand: the one that the page finds itself', async () => {
  const demo = await DemoPage.open(served.context, `${served.site.url}#view=cut-out`, {
    settles: false,
    prepare: holdWorkers,
  });
  await demo.page.waitForSelector('.stage[data-result=precomputed]');
  expect(await demo.page.$eval('.working', (note) => note.textContent)).toContain('A stored result');
  await demo.sharp();
  const [shares, early] = [await demo.shares(), await alphas(demo)];
  // One for each pixel of the screen that shows the photo, of which there are more than the working picture has.
  const pixelsSeen = await demo.page.$eval('.frame', (frame) => frame.clientWidth * frame.clientHeight);
  expect(early).toHaveLength(pixelsSeen);
  expect(pixelsSeen).toBeGreaterThan(480 * 480);
  // What it was before the CRF nobody computed beforehand.
  await demo.page.click('input[name=view][value=edges]');
  await demo.page.waitForSelector('.stage[data-result=none]');
  await demo.page.click('input[name=view][value=cut-out]');
  await letWorkers(demo);
  await demo.settled();
  expect(await demo.page.$('.stage[data-result=refined]')).not.toBeNull();
  expect(await demo.page.$eval('.working', (note) => note.textContent)).not.toContain('stored');
  // There is less room for the photo under the message that the processor computes.
  await demo.page.click('.message [aria-label=Dismiss]');
  await demo.sharp();
  const late = await alphas(demo);
  // Browsers may reduce a photo to the working size each in their own way: a few pixels at the edge.
  expect(late.filter((alpha, pixel) => Math.abs(alpha - early[pixel]) > 2).length).toBeLessThan(0.001 * late.length);
  expect(await demo.shares()).toEqual(shares);
  await demo.finish();
});

test('opens without a network once it was there', async () => {
  const host = await serveFolder(served.site.folder, '/some/folder/');
  const visitor = await served.browser.createBrowserContext();
  onTestFinished(() => visitor.close());
  const first = await DemoPage.open(visitor, `${host.url}#size=240&view=labels`);
  const fingerprint = await first.fingerprint();
  await first.page.waitForFunction(() =>
    navigator.serviceWorker.ready.then(({ active }) => active?.state === 'activated'),
  );
  await first.finish();
  await host.close();
  await expect(fetch(host.url)).rejects.toThrow();
  for (const query of ['', '?backend=cpu']) {
    const later = await DemoPage.open(visitor, `${host.url}${query}#size=240&view=labels`);
    expect(await later.fingerprint()).toBe(fingerprint);
    await later.page.click('.sample[title="Sample: Cat"]');
    await later.settled();
    expect(await later.shares()).toHaveLength(2);
    await later.finish();
  }
});

describe('labels', () => {
  test('are merged and separated by menu, and a link opens all as it was', async () => {
    const demo = await DemoPage.open(served.context, `${served.site.url}#photo=coffee&size=240&view=labels`);
    const shares = (await demo.shares()).map(Number.parseFloat);
    expect(shares).toHaveLength(4);
    await demo.page.click('.label-row:nth-child(3) [aria-haspopup]');
    await demo.page.locator('.menu:popover-open button::-p-text(Merge into Cup and saucer)').click();
    await demo.drawFrames();
    const merged = (await demo.shares()).map(Number.parseFloat);
    expect(merged).toHaveLength(3);
    // At the bottom of a phone too.
    expect(await demo.page.$$('.tool-bar .swatch')).toHaveLength(3);
    expect(merged[1]).toBeCloseTo(shares[1] + shares[2], 0);
    const [coffee, saucer] = await demo.coloursAt([
      [0.48, 0.37],
      [0.3, 0.75],
    ]);
    expect(coffee).toBe(saucer);
    // A stroke of one's own, another view and a slider are in the link too.
    await demo.page.keyboard.press('4');
    await demo.draw([
      [0.05, 0.5],
      [0.1, 0.9],
    ]);
    await demo.page.select('[role=tabpanel] .field select', 'thin');
    await demo.settled();
    const fingerprint = await demo.fingerprint();
    const link = await linkOf(demo);
    const other = await DemoPage.open(served.context, link);
    expect(await other.shares()).toEqual(await demo.shares());
    expect(await other.fingerprint()).toBe(fingerprint);
    expect(await linkOf(other)).toBe(link);
    await other.finish();
    await demo.page.click('.label-row:nth-child(2) [aria-haspopup]');
    await demo.page.locator('.menu:popover-open button::-p-text(Separate again)').click();
    await demo.drawFrames();
    expect(await demo.shares()).toHaveLength(4);
    await demo.finish();
  });

  test('are added and deleted, with their marks, and undo brings each back before anything older', async () => {
    const demo = await DemoPage.open(served.context, `${served.site.url}#photo=coffee&size=240`);
    const names = () =>
      demo.page.$$eval('.label-name', (inputs) => inputs.map((input) => (input as HTMLInputElement).value));
    const [shares, all] = [await demo.shares(), await names()];
    await demo.click('Add a label');
    expect(await names()).toEqual([...all, 'Object 4']);
    await demo.page.click('[aria-label=Undo]');
    await demo.settled();
    expect(await names()).toEqual(all);
    await demo.page.click('.label-row:nth-child(3) [aria-haspopup]');
    await demo.page.locator('.menu:popover-open button::-p-text(Delete, with its marks)').click();
    await demo.settled();
    expect(await names()).toEqual(all.filter((_, index) => index !== 2));
    expect(await demo.shares()).toHaveLength(3);
    expect(await demo.barriers()).toEqual([]);
    await demo.page.click('[aria-label=Undo]');
    await demo.settled();
    expect(await names()).toEqual(all);
    expect(await demo.shares()).toEqual(shares);
    await demo.finish();
  });

  test('have long names and names in any script: nothing is wider than the page, at 200 % and on a small phone', async () => {
    const names = ['Hintergrund, dessen Name nicht mehr passt', '宇航员與太空梭', 'رائدة فضاء'];
    const link = `#size=240&labels=${names.map(encodeURIComponent).join('~')}`;
    const demo = await DemoPage.open(served.context, served.site.url + link);
    for (const [width, height, deviceScaleFactor] of [
      [640, 400, 2],
      [320, 640, 1],
    ]) {
      await demo.page.setViewport({ width, height, deviceScaleFactor });
      await demo.drawFrames();
      expect(
        await demo.page.$$eval('.label-name', (inputs) => inputs.map((input) => (input as HTMLInputElement).value)),
      ).toEqual([names[0].slice(0, 40), ...names.slice(1)]);
      expect(await demo.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await demo.barriers()).toEqual([]);
    }
    await demo.finish();
  });

  test('are merged by dragging one onto another', async () => {
    const demo = await DemoPage.open(served.context, `${served.site.url}#photo=coffee&size=240`);
    await demo.page.evaluate(() => {
      const [, cup, , spoon] = document.querySelectorAll('.label-row');
      const dataTransfer = new DataTransfer();
      const send = (target: Element, type: string) =>
        target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
      send(spoon, 'dragstart');
      if (send(cup, 'dragover')) throw new Error('The label does not let itself be dropped on.');
      send(cup, 'drop');
    });
    await demo.drawFrames();
    expect(await demo.shares()).toHaveLength(3);
    expect(await demo.page.$eval('.label-others', (element) => element.textContent)).toBe('with Spoon');
    await demo.finish();
  });
});

test('the Tab key comes to every control', async () => {
  const demo = await DemoPage.open(served.context, `${served.site.url}#size=240&view=cut-out&compare=0.5`);
  const expected = await demo.page.evaluate(() => {
    const controls = document.querySelectorAll<HTMLElement>('a, button, input, select, textarea, [tabindex="0"]');
    // Of radio buttons the chosen one is a stop, and arrows go on from there.
    const stops = [...controls].filter(
      (element) =>
        element.tabIndex >= 0 && element.checkVisibility() && !element.matches(':disabled, [type=radio]:not(:checked)'),
    );
    Object.assign(globalThis, { missing: new Set(stops) });
    return stops.length;
  });
  expect(expected).toBeGreaterThan(40);
  for (let press = 0; press < 2 * expected; press++) {
    await demo.page.keyboard.press('Tab');
    const count = await demo.page.evaluate(() => {
      const { missing } = globalThis as unknown as { missing: Set<Element> };
      if (document.activeElement) missing.delete(document.activeElement);
      return missing.size;
    });
    if (count === 0) break;
  }
  const missing = await demo.page.evaluate(() =>
    [...(globalThis as unknown as { missing: Set<Element> }).missing].map(({ outerHTML }) => outerHTML.slice(0, 120)),
  );
  expect(missing).toEqual([]);
  await demo.finish();
});

test('a link with nonsense in it opens the page, and says what was left out', async () => {
  const demo = await DemoPage.open(
    served.context,
    `${served.site.url}#photo=nowhere&size=240&bilateral=on~x&marks=!!&colour=9`,
  );
  const text = await demo.page.$eval('[role=alert]', (element) => element.textContent);
  for (const part of ['photo=nowhere', 'bilateral=on~x', 'marks=!!', 'colour']) expect(text).toContain(part);
  await demo.finish();
});

test('without WebGPU the processor computes, and the page says so in plain words', async () => {
  const demo = await DemoPage.open(served.context, served.site.url, { withoutWebGpu: true });
  const text = await demo.page.$eval('.message', (element) => element.textContent);
  expect(text).toMatch(/no WebGPU \(Chrome and Edge from 113.*The processor computes instead/);
  // The page's policy lets WebAssembly in: without, the processor would take three times as long.
  const emptyModule = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  await demo.page.evaluate((bytes) => WebAssembly.compile(Uint8Array.from(bytes)).then(() => undefined), emptyModule);
  await demo.page.click('input[value=labels]');
  const colours = [await demo.coloursAt(background), await demo.coloursAt(astronaut)];
  expect(colours.map((list) => new Set(list).size)).toEqual([1, 1]);
  expect(colours[0][0]).not.toBe(colours[1][0]);
  await demo.page.click('input[value=confidence]');
  expect(await demo.page.$eval('.tag.is-key', (element) => element.textContent)).toBe('Bright: sure. Dark: not sure');
  for (const scheme of ['light', 'dark']) {
    await demo.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    expect(await demo.barriers()).toEqual([]);
  }
  // What was drawn for a wide page, the chart too, goes with it when it gets narrow.
  await demo.openTab('Measure');
  for (const width of [1024, 820, 390]) {
    await demo.page.setViewport({ width, height: 800 });
    await demo.page.waitForSelector('.chart svg');
    await demo.drawFrames();
    expect(await demo.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
  await demo.finish();
});

test('without WebGPU networks run on the processor', async () => {
  const demo = await DemoPage.open(served.context, `${served.site.url}#photo=nuclei&view=instances`, {
    withoutWebGpu: true,
    settles: false,
    prepare: holdWorkers,
  });
  await demo.page.waitForSelector('.stage[data-busy=true]');
  const [worker] = demo.page.workers();
  await worker.evaluate(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
  await letWorkers(demo);
  await demo.settled();
  expect(await demo.page.$('[role=alert]')).toBeNull();
  const summary = await demo.page.waitForSelector('.instances');
  const found = Number(/^(\d+) nuclei/.exec((await summary?.evaluate((text) => text.textContent)) ?? '')?.[1]);
  expect(found).toBeGreaterThanOrEqual(24);
  expect(found).toBeLessThanOrEqual(28);
  expect(demo.requests.filter((url) => /ort.*\.wasm$/.test(url))).toHaveLength(1);
  expect(demo.requests.filter((url) => /asyncify|jsep/.test(url))).toEqual([]);
  await demo.finish();
});

test('the page allows itself no more than it needs', async () => {
  const response = await fetch(served.site.url);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/
    .exec(await response.text())?.[1]
    .replaceAll('&#39;', "'");
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'/);
});

test('the page shows a picture of itself to machines, and where scripts do not run', async () => {
  const html = await (await fetch(served.site.url)).text();
  const about = new Map(
    [...html.matchAll(/<meta\s+property="og:([^"]*)"\s+content="([^"]*)"/g)].map(
      ([, ...pair]) => pair as [string, string],
    ),
  );
  expect([...about.keys()]).toEqual(expect.arrayContaining(['title', 'description', 'image', 'image:alt']));
  const file = await fetch(new URL(about.get('image') ?? '', served.site.url));
  const picture = decode(new Uint8Array(await file.arrayBuffer()));
  expect([picture.width, picture.height]).toEqual(
    ['width', 'height'].map((side) => Number(about.get(`image:${side}`))),
  );
  const page = await served.context.newPage();
  onTestFinished(() => page.close());
  await page.setJavaScriptEnabled(false);
  await page.goto(served.site.url);
  expect(await page.$eval('noscript img', (image) => (image as HTMLImageElement).naturalWidth)).toBe(picture.width);
  expect(await page.$eval('noscript h1', (title) => title.textContent)).toBe('meanfield');
});

describe('the header', () => {
  const decided = {
    repository: 'https://code.example/meanfield',
    package: 'https://packages.example/meanfield',
    homepage: 'https://docs.example/',
  };
  const undecided = { repository: '', package: '', homepage: '' };
  let context: BrowserContext;
  // Another test's service worker would answer with the page that it keeps.
  beforeAll(async () => {
    context = await served.browser.createBrowserContext();
  });
  afterAll(() => context?.close());

  test('links to the repository, the package and the documentation', async () => {
    const links = await linksOfHeader(decided);
    expect(links).toEqual([
      ['Source', decided.repository],
      ['Package', decided.package],
      ['Docs', decided.homepage],
    ]);
  });

  test('has no link to what is not decided', async () => {
    expect(await linksOfHeader({ ...undecided, homepage: decided.homepage })).toEqual([['Docs', decided.homepage]]);
    expect(await linksOfHeader(undecided)).toBeUndefined();
  });

  /** Titles and addresses, on the built page as it would be with these addresses; undefined where there is no place for links. */
  async function linksOfHeader(addresses: typeof decided): Promise<string[][] | undefined> {
    const built = await readFile(path.join(served.site.folder, 'index.html'), 'utf8');
    const tags = linkTags({ ...addresses, bugs: '' }).map(
      ({ tag, attrs }) => `<${tag} name="${attrs?.name}" content="${attrs?.content}">`,
    );
    const body = built.replace(/<meta name="meanfield:[^>]*>/g, '').replace('</head>', `${tags.join('')}</head>`);
    const demo = await DemoPage.open(context, served.site.url, {
      settles: false,
      async prepare(page) {
        await page.setRequestInterception(true);
        page.on('request', (request) => {
          const isPage = request.url() === served.site.url;
          void (isPage ? request.respond({ contentType: 'text/html; charset=utf-8', body }) : request.continue());
        });
      },
    });
    await demo.page.waitForSelector('.header h1');
    const links = await demo.page.$$eval('.header nav', (places) =>
      places.map((place) => [...place.querySelectorAll('a')].map(({ textContent, href }) => [textContent, href])),
    );
    if (links.length > 0) expect(await demo.barriers()).toEqual([]);
    await demo.finish();
    return links[0];
  }
});

test('is served by `npm start`, from its source', async () => {
  const { createServer } = await import('vite');
  const server = await createServer({
    configFile: path.join(repository, 'vite.config.ts'),
    root: path.join(repository, 'demo'),
    cacheDir: path.join(repository, 'node_modules/.vite-test-demo'),
    logLevel: 'warn',
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null },
  });
  await server.listen();
  onTestFinished(() => server.close());
  const demo = await DemoPage.open(served.context, server.resolvedUrls?.local[0] ?? '', { withoutWebGpu: true });
  expect(Number.parseFloat((await demo.shares())[1])).toBeGreaterThan(50);
  await demo.finish();
});

/** Whoever computes hears nothing before it is let. */
async function holdWorkers(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    const { postMessage } = Worker.prototype;
    const held: (() => void)[] = [];
    Worker.prototype.postMessage = function (...content: unknown[]) {
      held.push(() => Reflect.apply(postMessage, this, content));
    };
    const letWorkers = () => {
      Worker.prototype.postMessage = postMessage;
      for (const send of held) send();
    };
    Object.assign(globalThis, { letWorkers });
  });
}

async function letWorkers({ page }: DemoPage): Promise<void> {
  await page.evaluate(() => (globalThis as unknown as { letWorkers(): void }).letWorkers());
}

/** Of the picture that is shown, [y, x]. */
function alphas(demo: DemoPage): Promise<number[]> {
  return demo.page.$eval('.result', (element) => {
    const canvas = element as HTMLCanvasElement;
    const { data = [] } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {};
    return Array.from(data).filter((_, index) => index % 4 === 3);
  });
}

async function undo(demo: DemoPage): Promise<void> {
  await demo.page.keyboard.down('Control');
  await demo.page.keyboard.press('z');
  await demo.page.keyboard.up('Control');
  await demo.settled();
}

/** The address is rewritten 0.3 s after a change: a later timer of the page's own comes after that one. */
async function linkOf(demo: DemoPage): Promise<string> {
  return await demo.page.evaluate(async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    return location.href;
  });
}

/** Left, top, width and height of the box in the page's link, in parts of the picture. */
async function boxOf(demo: DemoPage): Promise<number[] | undefined> {
  const marks = new URLSearchParams(new URL(await linkOf(demo)).hash.slice(1)).get('marks');
  const { box } = decodeMarks(marks ?? '', 2) ?? {};
  return box ? [box.left, box.top, box.width, box.height] : undefined;
}

/** A small file that would unfold to a gigabyte: the header says 16000², and what follows is well packed. */
function bomb(): Buffer {
  const pixels = pngChunk('IDAT', deflateSync(new Uint8Array(4000 * 4000)));
  expect(pixels.length).toBeLessThan(40_000);
  return pngOf(pngHeader({ width: 16000, height: 16000, depth: 8, colourType: 0 }), pixels);
}
