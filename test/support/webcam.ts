// SPDX-License-Identifier: MIT

import { Buffer } from 'node:buffer';
import { decode } from 'fast-png';
import type { Browser, Page } from 'puppeteer';
import { expect } from 'vitest';
import type { DemoPage, Place } from './demo.js';

export type Rgb = [number, number, number];

/** Switches of Chromium's: a film is the camera, and whoever crashes its GPU on purpose is not kept from it. */
export function cameraArguments(film: string): string[] {
  return [
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
    '--disable-domain-blocking-for-3d-apis',
    '--disable-gpu-process-crash-limit',
  ];
}

export async function crashGpu(browser: Browser): Promise<void> {
  const session = await browser.target().createCDPSession();
  // The answer is lost with the process.
  await session.send('Browser.crashGpuProcess').catch(() => undefined);
  await session.detach();
}

export async function untilMessage(demo: DemoPage, part: string): Promise<void> {
  await demo.page.waitForFunction(
    (text) => [...document.querySelectorAll('.message, .prompt')].some(({ textContent }) => textContent.includes(text)),
    {},
    part,
  );
}

/** The result, not the bare camera. */
export async function untilShowing(demo: DemoPage): Promise<void> {
  await demo.page.waitForFunction(() => document.querySelector<HTMLElement>('.stage')?.dataset.showing === 'true');
  await demo.drawFrames();
}

/** So far. */
export function framesShown(demo: DemoPage): Promise<number> {
  return demo.page.$eval('.stage', (stage) => Number((stage as HTMLElement).dataset.shown));
}

/** Waits until as many more frames have been shown. */
export async function framesLater(demo: DemoPage, count: number): Promise<void> {
  const wanted = (await framesShown(demo)) + count;
  await demo.page.waitForFunction(
    (least) => Number(document.querySelector<HTMLElement>('.stage')?.dataset.shown) >= least,
    {},
    wanted,
  );
  await demo.drawFrames();
}

/** RGB at places of the camera's picture, from the screen itself: what a person sees. */
export async function screenColours(demo: DemoPage, places: readonly Place[]): Promise<Rgb[]> {
  const frame = await demo.page.$('.frame');
  if (!frame) throw new Error('The page has no picture.');
  const { width, height, channels, data } = decode(Buffer.from(await frame.screenshot()));
  return places.map(([x, y]) => {
    const at = channels * (Math.floor(y * height) * width + Math.floor(x * width));
    return [data[at], data[at + 1], data[at + 2]];
  });
}

/** Waits until the screen shows these colours there, within 4. */
export async function untilNear(demo: DemoPage, places: readonly Place[], expected: readonly Rgb[]): Promise<void> {
  await expect
    .poll(() => screenColours(demo, places), { interval: 500 })
    .toSatisfy((colours: Rgb[]) => largestDifference(colours, expected) <= 4);
}

function largestDifference(colours: readonly Rgb[], expected: readonly Rgb[]): number {
  const wanted = expected.flat();
  return Math.max(...colours.flat().map((value, index) => Math.abs(value - wanted[index])));
}

/** Turns the camera of a link with marks on, sees that it is cut out, then live, on the CPU, and that nothing was loaded for a GPU. */
export async function goLiveOnCpu(demo: DemoPage, places: readonly Place[], expected: readonly Rgb[]): Promise<void> {
  await demo.click('Turn the camera on');
  await untilMessage(demo, 'Your marks are kept');
  await demo.click('Use the marks');
  await untilShowing(demo);
  await untilNear(demo, places, expected);
  await demo.click('Go live');
  await framesLater(demo, 3);
  await demo.page.waitForFunction(() => document.querySelector('.hud')?.textContent.includes('Computed byCPU'));
  expect(demo.requests.filter((url) => /jspi|asyncify|frame-path|gpu-crf/.test(url))).toEqual([]);
}

/** Before the page is opened: its camera shows red on the left, blue on the right, and a line that moves. Firefox's own fake one has one colour. */
export function givesCamera(page: Page): Promise<unknown> {
  return page.evaluateOnNewDocument(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 96, height: 64 });
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    let count = 0;
    setInterval(() => {
      context.fillStyle = 'rgb(200 40 40)';
      context.fillRect(0, 0, 48, 64);
      context.fillStyle = 'rgb(40 60 200)';
      context.fillRect(48, 0, 48, 64);
      context.fillStyle = `rgb(${count} ${count} ${count})`;
      context.fillRect(0, 0, 96, 4);
      count = (count + 8) % 256;
    }, 50);
    navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(20);
    navigator.mediaDevices.enumerateDevices = async () => [];
  });
}
