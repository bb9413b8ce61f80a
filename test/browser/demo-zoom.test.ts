// SPDX-License-Identifier: MIT

import { decode, encode } from 'fast-png';
import type { CDPSession } from 'puppeteer';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DemoPage, type Place } from '../support/demo.js';
import { demoHost } from '../support/demo-host.js';

const served = demoHost();

let demo: DemoPage;
afterEach(() => demo?.finish());

test('a large photo is sharp to the pixel at its own size, and all of it is seen again after that', async () => {
  demo = await DemoPage.open(served.context, `${served.site.url}?backend=cpu#size=240`);
  await demo.give('drop', 'checkers.png', checkers(3000, 2000));
  await demo.page.waitForSelector('.prompt');
  await demo.sharp();
  const whole = await zoom();
  expect(Number.parseInt(whole, 10)).toBeLessThan(50);
  await demo.page.click('.percent');
  await demo.sharp();
  expect(await zoom()).toBe('100 %');
  const { width, data } = await topOfStage();
  const values = Array.from({ length: data.length / 3 }, (_, pixel) => data[3 * pixel]);
  // Each pixel of the screen is one of the photo: black beside white, right and below.
  expect(new Set(values)).toEqual(new Set([0, 255]));
  const alike = values.filter(
    (value, i) => (i % width < width - 1 && values[i + 1] === value) || values[i + width] === value,
  );
  expect(alike).toHaveLength(0);
  await demo.page.keyboard.press('0');
  await demo.sharp();
  expect(await zoom()).toBe(whole);
  expect(await demo.barriers()).toEqual([]);
});

test('a photo of 40 × 30 pixels fills its room, and goes no nearer', async () => {
  demo = await DemoPage.open(served.context, `${served.site.url}?backend=cpu#size=240`);
  await demo.give('drop', 'small.png', checkers(40, 30));
  await demo.page.waitForSelector('.prompt');
  await demo.sharp();
  expect(Number.parseInt(await zoom(), 10)).toBeGreaterThan(1000);
  const isDisabled = await demo.page.$$eval('.zoom button', (buttons) => buttons.map((button) => button.disabled));
  expect(isDisabled).toEqual([true, true, true]);
});

describe('a photo that is zoomed', () => {
  beforeEach(async () => {
    demo = await DemoPage.open(served.context, `${served.site.url}?backend=cpu#size=240`);
  });

  test('is zoomed by the wheel where the pointer is, drawn on there, and as before when all is undone', async () => {
    const [shares, before] = [await demo.shares(), await demo.fingerprint()];
    const { x, y } = await demo.screenPlace([0.8, 0.3]);
    await demo.page.mouse.move(x, y);
    for (let i = 0; i < 7; i++) await demo.page.mouse.wheel({ deltaY: -160 });
    await demo.sharp();
    expect(Number.parseInt(await zoom(), 10)).toBeGreaterThan(400);
    // The pointer is still over the same place: the label there is named.
    expect(await demo.page.$eval('.hover-label', (label) => label.textContent)).toMatch(/^Background \d+ %$/);
    const part = await demo.fingerprint();
    expect(part).not.toBe(before);
    await demo.page.mouse.down();
    await demo.page.mouse.move(x + 40, y + 30, { steps: 4 });
    await demo.page.mouse.up();
    await demo.settled();
    expect(await demo.shares()).not.toEqual(shares);
    await demo.page.keyboard.down('Control');
    await demo.page.keyboard.press('z');
    await demo.page.keyboard.up('Control');
    await demo.settled();
    await demo.page.keyboard.press('0');
    await demo.sharp();
    expect(await demo.shares()).toEqual(shares);
    expect(await demo.fingerprint()).toBe(before);
  });

  test('is moved by the middle button and by the tool, not farther than its edge, and by keys with the brush', async () => {
    await demo.page.keyboard.press('+');
    await demo.page.keyboard.press('+');
    await demo.sharp();
    const middle = await demo.fingerprint();
    await dragBy(60, 40, 'middle');
    const moved = await demo.fingerprint();
    expect(moved).not.toBe(middle);
    await demo.page.keyboard.press('m');
    await dragBy(-60, -40, 'left');
    expect(await demo.fingerprint()).toBe(middle);
    for (let i = 0; i < 4; i++) await dragBy(300, 300, 'left');
    const corner = await demo.fingerprint();
    await dragBy(300, 300, 'left');
    expect(await demo.fingerprint()).toBe(corner);
    expect(await demo.page.$eval('[aria-label=Undo]', (button) => (button as HTMLButtonElement).disabled)).toBe(true);
    await demo.page.keyboard.press('1');
    await demo.page.focus('.strokes');
    for (let i = 0; i < 30; i++) await demo.page.keyboard.press('ArrowRight');
    await demo.sharp();
    expect(await demo.fingerprint()).not.toBe(corner);
  });

  test('is compared and shown in each view where it is zoomed', async () => {
    await demo.page.keyboard.press('+');
    await demo.sharp();
    const seen = new Set<number>();
    for (const view of ['overlay', 'cut-out', 'labels', 'before', 'confidence', 'edges', 'instances']) {
      await demo.page.click(`input[name=view][value=${view}]`);
      await demo.settled();
      seen.add(await demo.fingerprint());
    }
    await demo.page.click('input[name=view][value=labels]');
    await demo.page.keyboard.press('c');
    await demo.settled();
    seen.add(await demo.fingerprint());
    expect(seen.size).toBe(8);
    expect(await demo.barriers()).toEqual([]);
  });
});

describe('on a phone', () => {
  let touch: CDPSession;
  beforeEach(async () => {
    demo = await DemoPage.open(served.context, `${served.site.url}?backend=cpu#size=240`, {
      viewport: { width: 390, height: 844, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
    });
    touch = await demo.page.createCDPSession();
  });

  test('one finger scrolls the page until drawing is chosen, then draws; two fingers zoom and draw nothing', async () => {
    const shares = await demo.shares();
    await demo.page.evaluate(() => {
      const comesToRest = new Promise((resolve) => addEventListener('scrollend', resolve, { once: true }));
      Object.assign(globalThis, { comesToRest });
    });
    await swipe([[0.5, 0.8]], [[0.5, 0.3]]);
    // The page runs on after the finger is gone.
    await demo.page.evaluate(() =>
      (globalThis as unknown as { comesToRest: Promise<Event> }).comesToRest.then(() => 0),
    );
    expect(await demo.page.evaluate(() => scrollY)).toBeGreaterThan(50);
    await demo.page.evaluate(() => scrollTo(0, 0));
    expect(await isUndoable()).toBe(false);
    const whole = await zoom();
    await swipe(
      [
        [0.45, 0.5],
        [0.55, 0.5],
      ],
      [
        [0.2, 0.4],
        [0.8, 0.6],
      ],
    );
    await demo.sharp();
    expect(Number.parseInt(await zoom(), 10)).toBeGreaterThan(3 * Number.parseInt(whole, 10));
    expect(await demo.page.evaluate(() => visualViewport?.scale)).toBe(1);
    const zoomed = await demo.fingerprint();
    await swipe([[0.5, 0.5]], [[0.3, 0.3]]);
    await demo.sharp();
    expect(await demo.fingerprint()).not.toBe(zoomed);
    expect(await isUndoable()).toBe(false);
    await demo.page.tap('.tool-bar label:nth-of-type(2)');
    await swipe([[0.3, 0.3]], [[0.6, 0.4]]);
    await demo.settled();
    expect(await isUndoable()).toBe(true);
    await demo.page.tap('.tool-bar [aria-label=Undo]');
    // The first finger of two is no stroke.
    await swipe(
      [
        [0.2, 0.4],
        [0.8, 0.6],
      ],
      [
        [0.48, 0.5],
        [0.52, 0.5],
      ],
    );
    await demo.settled();
    expect(await isUndoable()).toBe(false);
    expect(await zoom()).toBe(whole);
    expect(await demo.shares()).toEqual(shares);
    expect(await demo.barriers()).toEqual([]);
  });

  /** Fingers go from places on what is seen to others. */
  async function swipe(from: readonly Place[], to: readonly Place[]): Promise<void> {
    const steps = 8;
    const at = async (share: number) =>
      Promise.all(
        from.map(async ([x, y], finger) => ({
          ...(await demo.screenPlace([x + share * (to[finger][0] - x), y + share * (to[finger][1] - y)])),
          id: finger,
        })),
      );
    const start = await at(0);
    for (let count = 1; count <= start.length; count++) {
      await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: start.slice(0, count) });
    }
    for (let step = 1; step <= steps; step++) {
      await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: await at(step / steps) });
    }
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await demo.drawFrames();
  }
});

function isUndoable(): Promise<boolean> {
  return demo.page.$eval('[aria-label=Undo]', (button) => !(button as HTMLButtonElement).disabled);
}

/** In percent, as the page says it. */
function zoom(): Promise<string> {
  return demo.page.$eval('.percent', (button) => button.lastChild?.textContent ?? '');
}

async function dragBy(x: number, y: number, button: 'left' | 'middle'): Promise<void> {
  const from = await demo.screenPlace([0.5, 0.5]);
  await demo.page.mouse.move(from.x, from.y);
  await demo.page.mouse.down({ button });
  await demo.page.mouse.move(from.x + x, from.y + y, { steps: 3 });
  await demo.page.mouse.up({ button });
  await demo.page.mouse.move(5, 5);
  await demo.sharp();
}

/** What the screen shows of the upper half of the picture, RGB. */
async function topOfStage() {
  const { x, y, width, height } = (await (await demo.page.$('.frame'))?.boundingBox()) ?? {
    x: 0,
    y: 0,
    width: 1,
    height: 1,
  };
  // Its corners are round.
  const inset = 16;
  const clip = {
    x: Math.ceil(x) + inset,
    y: Math.ceil(y) + inset,
    width: Math.floor(width) - 2 * inset,
    height: Math.floor(height / 2),
  };
  const { data, ...size } = decode(await demo.page.screenshot({ clip, optimizeForSpeed: true }));
  const channels = data.length / (size.width * size.height);
  return { width: size.width, data: data.filter((_, i) => i % channels < 3) };
}

/** A PNG file of black and white pixels by turns. */
function checkers(width: number, height: number): Uint8Array {
  const data = Uint8Array.from({ length: width * height }, (_, i) => ((i + Math.floor(i / width)) % 2 ? 255 : 0));
  return encode({ width, height, data, channels: 1 });
}
