// SPDX-License-Identifier: MIT

import type { Page } from 'puppeteer';

/** What is photographed of the webcam. */
export interface WebcamState {
  name: string;
  /** After the address of the page. */
  address: string;
  /** Brings the page from its opening to the state. */
  prepare?: (page: Page) => Promise<void>;
  withoutWebGpu?: boolean;
}

/** Small, as no GPU is needed to take them. */
const quick = '#mode=webcam&camera-network=colour-prompt&camera-input=64&camera-size=240&camera-adapt=off';

/** A stroke on the test picture's middle, and one at its edge. */
const marks = '&camera-marks=AQACeALoHJgTmAPoHAF4AuwDtAakAbQm';

export const webcamStates: readonly WebcamState[] = [
  { name: 'webcam-off', address: '#mode=webcam' },
  {
    name: 'webcam-ready',
    address: quick,
    async prepare(page) {
      await turnOn(page);
      await untilPrompt(page, 'Draw a stroke');
    },
  },
  {
    name: 'webcam-marks',
    address: quick + marks,
    async prepare(page) {
      await turnOn(page);
      await untilPrompt(page, 'Your marks are kept');
    },
  },
  {
    name: 'webcam-still',
    address: `${quick}&camera-effect=overlay`,
    async prepare(page) {
      await turnOn(page);
      await untilPrompt(page, 'Draw a stroke');
      await drawOn(page, [0.45, 0.3], [0.5, 0.75]);
      await page.keyboard.press('1');
      await drawOn(page, [0.06, 0.1], [0.08, 0.7]);
      await untilShowing(page);
    },
  },
  {
    name: 'webcam-live',
    address: `${quick}&camera-compare=0.35${marks}`,
    prepare: goLive,
  },
  {
    name: 'webcam-measure',
    address: `${quick}&camera-effect=colour${marks}`,
    async prepare(page) {
      await goLive(page);
      await page.locator('[role=tab]::-p-text(Measure)').click();
    },
  },
  {
    name: 'webcam-stopped',
    address: '#mode=webcam',
    async prepare(page) {
      await turnOn(page);
      await page.locator('.prompt button::-p-text(Cancel)').click();
      await untilPrompt(page, 'bare camera');
    },
  },
  {
    name: 'webcam-refused',
    address: '#mode=webcam',
    async prepare(page) {
      await page.evaluate(() => {
        navigator.mediaDevices.getUserMedia = async () => {
          throw new DOMException('', 'NotAllowedError');
        };
      });
      await turnOn(page);
      await page.waitForSelector('[role=alert]');
    },
  },
  {
    name: 'webcam-unplugged',
    address: quick,
    async prepare(page) {
      await turnOn(page);
      await untilPrompt(page, 'Draw a stroke');
      await page.$eval('.camera video', (video) => {
        const [track] = ((video as HTMLVideoElement).srcObject as MediaStream).getTracks();
        track.dispatchEvent(new Event('ended'));
      });
      await page.waitForSelector('[role=alert]');
    },
  },
  {
    name: 'webcam-no-webgpu',
    address: '#mode=webcam',
    withoutWebGpu: true,
    async prepare(page) {
      await turnOn(page);
      await page.waitForFunction(() => document.querySelector<HTMLElement>('.stage')?.dataset.showing === 'true');
    },
  },
];

/** Places are in parts of the picture's width and height. */
export async function drawOn(
  page: Page,
  from: readonly [number, number],
  to: readonly [number, number],
): Promise<void> {
  const box = await (await page.$('.strokes'))?.boundingBox();
  if (!box) throw new Error('The page has no picture.');
  await page.mouse.move(box.x + from[0] * box.width, box.y + from[1] * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + to[0] * box.width, box.y + to[1] * box.height, { steps: 3 });
  await page.mouse.up();
}

async function turnOn(page: Page): Promise<void> {
  await page.locator('button::-p-text(Turn the camera on)').click();
}

async function goLive(page: Page): Promise<void> {
  await turnOn(page);
  await untilPrompt(page, 'Your marks are kept');
  await page.locator('button::-p-text(Use the marks)').click();
  await untilShowing(page);
  await page.locator('button::-p-text(Go live)').click();
  await page.waitForFunction(() => Number(document.querySelector<HTMLElement>('.stage')?.dataset.shown) > 9, {
    timeout: 300_000,
  });
}

async function untilPrompt(page: Page, part: string): Promise<void> {
  await page.waitForFunction(
    (text) => document.querySelector('.prompt')?.textContent.includes(text),
    { timeout: 120_000 },
    part,
  );
}

async function untilShowing(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector<HTMLElement>('.stage')?.dataset.showing === 'true', {
    timeout: 300_000,
  });
}
