// SPDX-License-Identifier: MIT

import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeMarks } from '../../demo/marks/marks-code.js';
import { launchFirefox } from '../../scripts/launch-firefox.js';
import { DemoPage, type Place, serveBuiltDemo } from '../support/demo.js';
import { patience } from '../support/patience.js';
import type { StaticSite } from '../support/static-site.js';
import { givesCamera, goLiveOnCpu, type Rgb } from '../support/webcam.js';

let site: StaticSite;
let browser: Browser;
beforeAll(async () => {
  site = await serveBuiltDemo();
  browser = await launchFirefox(patience);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

// Firefox's adapter is lavapipe here, which is as good as none.
describe.each([
  ['no WebGPU', true],
  ['an adapter in software alone', false],
])('with %s', (_what, withoutWebGpu) => {
  test('a photo is cut out, and a stroke changes it', async () => {
    const demo = await open('#size=160&view=labels');
    const astronaut: Place = [0.43, 0.25];
    const background: Place = [0.1, 0.15];
    const [person, around] = await demo.coloursAt([astronaut, background]);
    expect(person).not.toBe(around);
    const before = await demo.fingerprint();
    await demo.page.keyboard.press('2');
    await demo.draw([
      [0.08, 0.4],
      [0.12, 0.6],
    ]);
    await demo.settled();
    expect(await demo.fingerprint()).not.toBe(before);
    await demo.finish();
  });

  test('the camera is cut out live, on the processor', async () => {
    const demo = await open(link, { settles: false, prepare: givesCamera });
    await goLiveOnCpu(demo, [inRed, inBlue], [red, behind]);
    await demo.finish();
  });

  function open(hash: string, options: { settles?: boolean; prepare?: (page: Page) => Promise<unknown> } = {}) {
    return DemoPage.open(browser.defaultBrowserContext(), `${site.url}${hash}`, { ...options, withoutWebGpu });
  }
});

const red: Rgb = [200, 40, 40];
const inRed: Place = [0.15, 0.25];
const inBlue: Place = [0.85, 0.25];
/** What the link has in the place of the background. */
const behind: Rgb = [18, 52, 86];

const marks = encodeMarks({
  strokes: [
    {
      label: 1,
      radius: 0.03125,
      points: [
        { x: 0.125, y: 0.625 },
        { x: 0.125, y: 0.75 },
      ],
    },
    {
      label: 0,
      radius: 0.03125,
      points: [
        { x: 0.875, y: 0.625 },
        { x: 0.875, y: 0.75 },
      ],
    },
  ],
  box: null,
});
const link =
  '#mode=webcam&camera-network=colour-prompt&camera-input=64&camera-size=160&camera-effect=colour&camera-colour=123456&camera-mirror=off&camera-adapt=off' +
  `&camera-smoothing=0.00&camera-marks=${marks}`;
