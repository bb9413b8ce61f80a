// SPDX-License-Identifier: MIT

import type { Page } from 'puppeteer';
import { chooseTab, clickButton, drawOn, type PageState } from './page-state.js';

/** Small, so that a processor without a GPU is not at its limit. */
const person = '#mode=webcam&camera-size=240&camera-adapt=off';
const byMarks = `${person}&camera-network=colour-prompt&camera-input=64`;

/** A stroke on the middle of the picture, and one at its edge. */
const marks = '&camera-marks=AQACeALoHJgTmAPoHAF4AuwDtAakAbQm';

/** What is photographed of the webcam. The camera shows a sample, which moves a little. */
export const webcamStates: readonly PageState[] = (
  [
    { name: 'webcam-off', address: '#mode=webcam' },
    { name: 'webcam-off-cpu', address: '#mode=webcam', withoutWebGpu: true },
    { name: 'webcam-asking', address: person, prepare: (page) => asks(page, () => new Promise(() => {})) },
    {
      name: 'webcam-loading',
      address: person,
      computesNothing: true,
      async prepare(page) {
        await turnOn(page);
        await untilPrompt(page, 'Making the network ready');
      },
    },
    { name: 'webcam-downloading', address: person, computesNothing: true, prepare: downloads },
    { name: 'webcam-first-frame', address: person, before: hearsNothingOfFrames, prepare: waitsForFirstFrame },
    { name: 'webcam-blurred', address: person, prepare: showsPerson },
    { name: 'webcam-cut-out', address: `${person}&camera-effect=cut-out`, prepare: showsPerson },
    {
      name: 'webcam-picture',
      address: `${person}&camera-effect=image`,
      async prepare(page) {
        await showsPerson(page);
        await page.locator('.scene:nth-of-type(2)').click();
      },
    },
    { name: 'webcam-compared', address: `${person}&camera-compare=0.35`, prepare: showsPerson },
    { name: 'webcam-confidence', address: `${person}&camera-effect=confidence`, prepare: showsPerson },
    {
      name: 'webcam-recording',
      address: person,
      preparesEachTime: true,
      async prepare(page) {
        await showsPerson(page);
        if (!(await page.$('.elapsed'))) await clickButton(page, 'Record 5 s');
        await page.waitForSelector('.actions .elapsed');
      },
    },
    {
      name: 'webcam-draw',
      address: byMarks,
      async prepare(page) {
        await turnOn(page);
        await untilPrompt(page, 'Draw a stroke');
      },
    },
    {
      name: 'webcam-marks-wait',
      address: byMarks + marks,
      async prepare(page) {
        await turnOn(page);
        await untilPrompt(page, 'Your marks are kept');
      },
    },
    {
      name: 'webcam-still',
      address: `${byMarks}&camera-effect=overlay`,
      async prepare(page) {
        await turnOn(page);
        await untilPrompt(page, 'Draw a stroke');
        await page.keyboard.press('2');
        await drawOn(page, [0.45, 0.3], [0.5, 0.75]);
        await page.keyboard.press('1');
        await drawOn(page, [0.06, 0.1], [0.08, 0.7]);
        await untilShowing(page);
      },
    },
    {
      name: 'webcam-measure',
      address: person,
      async prepare(page) {
        await showsPerson(page);
        await chooseTab(page, 'Measure');
      },
    },
    {
      name: 'webcam-stopped',
      address: person,
      computesNothing: true,
      async prepare(page) {
        await turnOn(page);
        await tellsPage(page, { kind: 'loading', progress: { phase: 'session' } });
        await tellsPage(page, { kind: 'cancelled' });
        await untilPrompt(page, 'nothing is replaced');
      },
    },
    { name: 'webcam-refused', address: person, prepare: (page) => fails(page, 'NotAllowedError') },
    { name: 'webcam-none', address: person, prepare: (page) => fails(page, 'NotFoundError') },
    {
      name: 'webcam-unplugged',
      address: person,
      async prepare(page) {
        await showsPerson(page);
        await page.$eval('.camera video', (video) => {
          const [track] = ((video as HTMLVideoElement).srcObject as MediaStream).getTracks();
          track.stop();
          track.dispatchEvent(new Event('ended'));
        });
        await page.waitForSelector('[role=alert]');
      },
    },
    {
      name: 'webcam-gpu-lost',
      address: person,
      async prepare(page) {
        await showsPerson(page);
        await tellsPage(page, { kind: 'lost', isLast: true });
        await page.waitForSelector('.message');
      },
    },
    { name: 'webcam-no-webgpu', address: person, withoutWebGpu: true, prepare: showsPerson },
    {
      name: 'webcam-names',
      address: `${byMarks}${marks}&camera-labels=${encodeURIComponent('後ろにあるもの全部、とても長い名前')}~${encodeURIComponent('أنا')}`,
      async prepare(page) {
        await turnOn(page);
        await untilPrompt(page, 'Your marks are kept');
      },
    },
    { name: 'webcam-zoom-200', address: person, widths: [720], density: 2, prepare: showsPerson },
  ] satisfies PageState[]
).map((state: PageState) => ({
  ...state,
  isUnderWay: true,
  async before(page) {
    await givesCamera(page);
    await state.before?.(page);
  },
}));

/** A sample in the middle of a wide picture, with the workers within reach. */
async function givesCamera(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    const workers: Worker[] = [];
    Object.assign(window, { workers });
    window.Worker = class extends Worker {
      constructor(...given: ConstructorParameters<typeof Worker>) {
        super(...given);
        workers.push(this);
      }
    };
    navigator.mediaDevices.getUserMedia = async ({ video } = {}) => {
      const { width, height } = video as { width: { ideal: number }; height: { ideal: number } };
      const [across, down] = [width.ideal, height.ideal];
      const image = new Image();
      image.src = 'photos/astronaut.png';
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: across, height: down });
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      let count = 0;
      setInterval(() => {
        context.fillStyle = '#7d8894';
        context.fillRect(0, 0, across, down);
        context.drawImage(image, 0.14 * across + 4 * Math.sin(count++ / 5), 0, 0.72 * across, 0.72 * across);
      }, 200);
      return canvas.captureStream();
    };
  });
}

function hearsNothingOfFrames(page: Page): Promise<unknown> {
  return page.evaluateOnNewDocument(() => {
    const listen = Worker.prototype.addEventListener;
    Worker.prototype.addEventListener = function (
      this: Worker,
      ...[kind, listener, options]: Parameters<typeof listen>
    ) {
      listen.call(
        this,
        kind,
        (event: Event) => {
          if ((event as MessageEvent).data?.kind !== 'shown' && typeof listener === 'function') listener(event);
        },
        options,
      );
    } as typeof listen;
  });
}

async function waitsForFirstFrame(page: Page): Promise<void> {
  await turnOn(page);
  await untilPrompt(page, 'Working on the first frame');
}

/** As if the last worker had said so. */
async function tellsPage(page: Page, data: unknown): Promise<void> {
  await page.waitForFunction(() => document.querySelector<HTMLElement>('.stage')?.dataset.status === 'on');
  await page.evaluate((message) => {
    const { workers } = window as unknown as { workers: Worker[] };
    workers.at(-1)?.dispatchEvent(new MessageEvent('message', { data: message }));
  }, data);
}

async function downloads(page: Page): Promise<void> {
  await page.locator('input[name=network][value=deeplab-voc]').click();
  await turnOn(page);
  const progress = { phase: 'download', loadedBytes: 1_200_000, totalBytes: 2_781_296 };
  await tellsPage(page, { kind: 'loading', progress });
  await untilPrompt(page, 'Downloading');
}

async function asks(page: Page, answer: () => Promise<never>): Promise<void> {
  await page.evaluate(`navigator.mediaDevices.getUserMedia = ${answer}`);
  await turnOn(page);
}

async function fails(page: Page, name: string): Promise<void> {
  await page.evaluate((error) => {
    navigator.mediaDevices.getUserMedia = async () => {
      throw new DOMException('', error);
    };
  }, name);
  await turnOn(page);
  await page.waitForSelector('[role=alert]');
}

async function turnOn(page: Page): Promise<void> {
  if (await page.$('.invitation')) await clickButton(page, 'Turn the camera on');
}

async function showsPerson(page: Page): Promise<void> {
  await turnOn(page);
  await untilShowing(page);
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
