// SPDX-License-Identifier: MIT

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decode } from 'fast-png';
import type { Browser, BrowserContext } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Marks } from '../../demo/marks/marks.js';
import { encodeMarks } from '../../demo/marks/marks-code.js';
import { roundedPoint } from '../../demo/marks/stroke.js';
import { DemoPage, launchClosedBrowser, type Place, serveBuiltDemo } from '../support/demo.js';
import { writeCameraFile } from '../support/fake-camera.js';
import type { StaticSite } from '../support/static-site.js';
import {
  cameraArguments,
  crashGpu,
  framesLater,
  goLiveOnCpu,
  type Rgb,
  screenColours,
  untilMessage,
  untilNear,
  untilShowing,
} from '../support/webcam.js';

// Three bands of colour, and above them a strip whose grey says which of thirty frames it is.
const [red, yellow, blue]: Rgb[] = [
  [200, 40, 40],
  [220, 200, 40],
  [40, 60, 200],
];
const inRed: Place = [0.15, 0.25];
const inYellow: Place = [0.5, 0.25];
const inBlue: Place = [0.85, 0.25];
const inStrip: Place = [0.65, 0.05];
/** What the link has in the place of the background. */
const behind: Rgb = [18, 52, 86];

/** In the lower part of a band: what is measured lies above, beside the marks. */
function strokeAt(x: number): [Place, Place] {
  return [
    [x, 0.6],
    [x, 0.75],
  ];
}

const restored: Marks = {
  strokes: [
    { label: 1, radius: 0.03125, points: strokeAt(0.125).map(([x, y]) => roundedPoint({ x, y })) },
    { label: 0, radius: 0.03125, points: strokeAt(0.875).map(([x, y]) => roundedPoint({ x, y })) },
  ],
  box: null,
};
/** The quality stays as it is, so that frames are alike. */
const link =
  '#mode=webcam&camera-network=colour-prompt&camera-input=64&camera-size=160&camera-effect=colour&camera-colour=123456&camera-mirror=off&camera-adapt=off' +
  `&camera-smoothing=0.00&camera-marks=${encodeMarks(restored)}`;

let folder: string;
let site: StaticSite;
let browser: Browser;
let context: BrowserContext;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'meanfield-demo-webcam-'));
  const film = path.join(folder, 'camera.y4m');
  await writeCameraFile(film, 96, 64, colourOfFilm, 30);
  site = await serveBuiltDemo();
  browser = await launchClosedBrowser(cameraArguments(film));
  context = browser.defaultBrowserContext();
  await context.overridePermissions(new URL(site.url).origin, ['camera']);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
  await rm(folder, { recursive: true, force: true });
});

function colourOfFilm(x: number, y: number, frame: number): Rgb {
  if (y < 8) return [8 * frame, 8 * frame, 8 * frame];
  if (x < 32) return red;
  return x < 64 ? yellow : blue;
}

describe('the webcam of a link', () => {
  let demo: DemoPage;
  beforeAll(async () => {
    // The adapter of these tests is one in software, which is not taken unless it is asked for.
    demo = await DemoPage.open(context, `${site.url}?backend=webgpu${link}`, { settles: false });
  });
  afterAll(() => demo?.finish());

  test('is set up as the link says, and stays off until somebody turns it on', async () => {
    await demo.page.waitForSelector('.invitation');
    await addressHas(demo, link);
    expect(await demo.page.$eval('[aria-label=Mirror]', (button) => button.ariaPressed)).toBe('false');
    expect(await demo.page.$eval('input[name=effect]:checked', (input) => (input as HTMLInputElement).value)).toBe(
      'colour',
    );
    expect(await demo.page.$('video')).toBeNull();
  });

  test('has its marks wait for a frame, then cuts out by them, and a still picture follows the settings', async () => {
    await demo.click('Turn the camera on');
    await untilMessage(demo, 'Your marks are kept');
    expect(await demo.page.$eval('.stage', (stage) => (stage as HTMLElement).dataset.showing)).toBe('false');
    await demo.click('Use the marks');
    await untilShowing(demo);
    await untilNear(demo, [inRed, inBlue], [red, behind]);
    await demo.page.click('input[name=effect][value=overlay]');
    await slide(demo, 'Opacity', 'Home');
    await untilNear(demo, [inRed, inBlue], [red, blue]);
    expect(await demo.page.$('.is-key')).toBeNull();
    await demo.page.click('input[name=effect][value=confidence]');
    await untilText(demo, '.is-key', /^Bright: sure\. Dark: not sure$/);
    await demo.page.click('input[name=effect][value=overlay]');
    await demo.click('Go live');
    await framesLater(demo, 1);
  });

  test('stands still at the frame that was seen when a stroke began, and forgets a slip of the hand', async () => {
    await demo.page.keyboard.press('2');
    const grey = await dabWhenShown(demo);
    await untilMessage(demo, 'Now choose Background');
    for (let look = 0; look < 2; look++) {
      const [[strip]] = await screenColours(demo, [inStrip]);
      expect(Math.abs(strip - grey)).toBeLessThan(4);
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    await demo.click('Go live');
    await framesLater(demo, 1);
    await addressHas(demo, `#camera-marks=${encodeMarks(restored)}`);
    await demo.page.click('input[name=effect][value=colour]');
    await framesLater(demo, 2);
    await untilNear(demo, [inRed, inBlue], [red, behind]);
  });

  test('is kept as a picture and as a video, as it is shown', async () => {
    const picture = await demo.downloaded(() => demo.click('Take a picture'));
    expect(picture.name).toBe('meanfield.png');
    const { width, height, data } = decode(picture.content);
    expect([width, height]).toEqual([96, 64]);
    for (const [[x, y], colour] of [
      [inRed, red],
      [inBlue, behind],
    ] as const) {
      const at = 4 * (Math.floor(y * height) * width + Math.floor(x * width));
      for (const [channel, value] of colour.entries()) expect(Math.abs(data[at + channel] - value)).toBeLessThan(30);
    }
    const video = await demo.downloaded(async () => {
      await demo.click('Record 5 s');
      await untilText(demo, '.actions', /Recording: [1-4] s of 5 s/);
    });
    const start = video.content.subarray(0, 12).toString('latin1');
    if (video.name === 'meanfield.webm') expect(start.slice(0, 4)).toBe('\x1a\x45\xdf\xa3');
    else expect([video.name, start.slice(4, 8)]).toEqual(['meanfield.mp4', 'ftyp']);
    expect(video.content.length).toBeGreaterThan(2000);
    await untilText(demo, '.actions', /Record 5 s/);
  });

  test('is marked anew by keys and with several labels, and each step is undone', async () => {
    await demo.page.focus('.strokes');
    await demo.page.keyboard.press('2');
    await demo.page.keyboard.press('ArrowDown');
    await dab(demo);
    await untilMessage(demo, 'Now choose Background');
    await demo.page.keyboard.press('1');
    await demo.page.keyboard.down('Shift');
    for (let step = 0; step < 6; step++) await demo.page.keyboard.press('ArrowRight');
    await demo.page.keyboard.up('Shift');
    await dab(demo);
    await untilNear(demo, [inYellow, inBlue], [yellow, behind]);
    await demo.click('Add a label');
    await demo.draw(strokeAt(0.125));
    await untilNear(demo, [inRed, inYellow, inBlue], [red, yellow, behind]);
    await demo.page.click('.label-row:nth-child(3) [aria-label^="Show"]');
    await untilNear(demo, [inRed, inYellow, inBlue], [behind, yellow, behind]);
    // Back to a single stroke, before the label was added, and hidden: what was marked before holds again.
    for (let step = 0; step < 4; step++) await demo.page.click('[aria-label=Undo]');
    await untilMessage(demo, 'Now choose Background');
    await untilNear(demo, [inRed, inBlue], [red, behind]);
    for (let step = 0; step < 4; step++) await demo.page.click('[aria-label=Redo]');
    await untilNear(demo, [inRed, inYellow, inBlue], [behind, yellow, behind]);
    await demo.click('Go live');
    await framesLater(demo, 1);
    await untilNear(demo, [inRed, inYellow, inBlue], [behind, yellow, behind]);
  });

  test('goes on as it was after the camera was unplugged', async () => {
    await demo.page.$eval('.camera video', (video) => {
      const [track] = ((video as HTMLVideoElement).srcObject as MediaStream).getTracks();
      track.stop();
      track.dispatchEvent(new Event('ended'));
    });
    await untilMessage(demo, 'The camera was unplugged');
    await demo.click('Turn the camera on');
    await untilShowing(demo);
    await untilNear(demo, [inRed, inYellow, inBlue], [behind, yellow, behind]);
    expect(await demo.page.$('[role=alert]')).toBeNull();
  });

  test('keeps the marks when the GPU is lost twice, and says what to do', async () => {
    await crashGpu(browser);
    await untilMessage(demo, 'started anew');
    await untilShowing(demo);
    await crashGpu(browser);
    await untilMessage(demo, 'The GPU was lost again');
    expect(await demo.page.$('[role=alert]')).toBeNull();
    await demo.click('Start again');
    await untilShowing(demo);
    const [front, back] = await screenColours(demo, [inYellow, inBlue]);
    expectNear([back], [behind]);
    // After a crash Chromium converts camera pictures in another way.
    expect(front).toBeAllClose(yellow, { tolerance: 24, shape: [3] });
  });

  test('is turned off, and its marks stay for the next time', async () => {
    await demo.click('Turn off');
    await demo.page.waitForSelector('.invitation');
    expect(await demo.page.$('video')).toBeNull();
    expect(await demo.page.$$eval('.message', (messages) => messages.length)).toBe(0);
    expect(await demo.page.evaluate(() => location.hash)).toContain('camera-labels=Background');
  });
});

describe('without a GPU', () => {
  test.each([
    ['no WebGPU', true],
    ['an adapter in software alone', false],
  ])('because there is %s, the camera is cut out on the processor', async (_what, withoutWebGpu) => {
    const demo = await DemoPage.open(context, `${site.url}${link}`, { settles: false, withoutWebGpu });
    await goLiveOnCpu(demo, [inRed, inBlue], [red, behind]);
    expect(await demo.barriers()).toEqual([]);
    await demo.finish();
  });
});

/** Waits until the address has all these parts. */
async function addressHas(demo: DemoPage, hash: string): Promise<void> {
  const expected = [...new URLSearchParams(hash.slice(1))].sort();
  const parts = async () => [...new URLSearchParams(await demo.page.evaluate(() => location.hash.slice(1)))].sort();
  await expect.poll(parts, { interval: 200 }).toEqual(expect.arrayContaining(expected));
}

function expectNear(colours: readonly Rgb[], expected: readonly Rgb[]): void {
  expect(colours.flat()).toBeAllClose(expected.flat(), { tolerance: 4, shape: [expected.length, 3] });
}

/** A mark where the brush is. */
async function dab(demo: DemoPage): Promise<void> {
  await demo.page.keyboard.down(' ');
  await demo.page.keyboard.up(' ');
  await demo.drawFrames();
}

/**
 * A dab of the brush in the moment in which the page learns of a new frame on its canvas; the camera is further by then.
 *
 * @returns the strip's grey on the canvas at that moment
 */
function dabWhenShown(demo: DemoPage): Promise<number> {
  return demo.page.evaluate(async ([x, y]) => {
    const stage = document.querySelector('.stage') as HTMLElement;
    await new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        observer.disconnect();
        resolve();
      });
      observer.observe(stage, { attributeFilter: ['data-shown'] });
    });
    const shown = document.querySelector('.result') as HTMLCanvasElement;
    const copy = new OffscreenCanvas(shown.width, shown.height);
    const context = copy.getContext('2d');
    context?.drawImage(shown, 0, 0);
    const strokes = document.querySelector('.strokes');
    for (const kind of ['keydown', 'keyup']) {
      strokes?.dispatchEvent(new KeyboardEvent(kind, { key: ' ', bubbles: true }));
    }
    return context?.getImageData(Math.floor(x * copy.width), Math.floor(y * copy.height), 1, 1).data[0] ?? Number.NaN;
  }, inStrip);
}

async function slide(demo: DemoPage, title: string, key: 'Home' | 'End'): Promise<void> {
  const label = await demo.page.waitForSelector(`.slider label::-p-text(${title})`);
  const id = await label?.evaluate((element) => (element as HTMLLabelElement).htmlFor);
  await demo.page.focus(`#${id}`);
  await demo.page.keyboard.press(key);
}

async function untilText(demo: DemoPage, selector: string, pattern: RegExp): Promise<void> {
  await demo.page.waitForFunction(
    (where, source) => new RegExp(source).test(document.querySelector(where)?.textContent ?? ''),
    {},
    selector,
    pattern.source,
  );
}
