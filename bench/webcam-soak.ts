// SPDX-License-Identifier: MIT

import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { Page } from 'puppeteer';
import { launchDemo } from '../scripts/demo-browser.js';
import { WebcamMeter } from './webcam-meter.js';
import { sampleLine, sampleTable } from './webcam-table.js';

interface Options {
  minutes: number;
  every: number;
  adaptive: boolean;
  settings: string;
  json: boolean;
  out?: string;
}

const program = new Command('npm run bench:webcam --')
  .description(
    "Leaves the built demo's webcam on, with strokes on a fake camera of 640×480, and counts what is created on the GPU, what is held, the heaps of " +
      'page and worker after collecting garbage, and what a frame costs the main thread.',
  )
  .option('--minutes <n>', 'how long, after 20 frames that are not counted', positive, 10)
  .option('--every <seconds>', 'between two samples', positive, 15)
  .option('--adaptive', 'let the frame budget choose the quality, which makes some things anew when it changes', false)
  .option('--settings <parts>', 'of the address, for example camera-input=64&camera-size=160', '')
  .option('--json', 'print JSON instead of a table', false)
  .option('--out <file>', 'also write the JSON to this file');
program.parse();
await run(program.opts<Options>());

async function run({ minutes, every, adaptive, settings, json, out }: Options): Promise<void> {
  const demo = await launchDemo();
  try {
    const address = [
      '?backend=webgpu#mode=webcam&camera-network=colour-prompt',
      adaptive ? '' : 'camera-adapt=off',
      settings,
    ]
      .filter((part) => part !== '')
      .join('&');
    const page = await demo.open(address, { scheme: 'light' });
    const meter = await WebcamMeter.begin(page, () => page.locator('button::-p-text(Turn the camera on)').click());
    await markCamera(page);
    await untilFrame(page, 20);
    const samples = [await meter.sample()];
    const { seconds: start } = samples[0];
    for (let last = samples[0]; last.seconds < start + 60 * minutes; last = samples[samples.length - 1]) {
      const pause = Math.min(every, Math.max(1, start + 60 * minutes - last.seconds));
      await new Promise((resolve) => setTimeout(resolve, 1000 * pause));
      samples.push(await meter.sample());
      process.stderr.write(`${sampleLine(samples[samples.length - 1])}\n`);
    }
    const adapter = await page.$eval('.hud', (hud) => /Computed by(.*?)Frames/.exec(hud.textContent)?.[1]);
    const text = `${JSON.stringify({ date: new Date().toISOString(), adapter, address, samples }, null, 2)}\n`;
    if (out !== undefined) await writeFile(out, text);
    process.stdout.write(json ? text : sampleTable(samples));
  } finally {
    await demo.close();
  }
}

/** Strokes of both labels, which make the picture stand still, and on with it. */
async function markCamera(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('.prompt')?.textContent.includes('Draw a stroke'), {
    timeout: 300_000,
  });
  await page.keyboard.press('2');
  await draw(page, [0.45, 0.4], [0.5, 0.7]);
  await page.keyboard.press('1');
  await draw(page, [0.06, 0.1], [0.08, 0.7]);
  await page.locator('button::-p-text(Go live)').click();
}

async function draw(page: Page, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  const box = await (await page.$('.strokes'))?.boundingBox();
  if (!box) throw new Error('the page has no picture to draw on');
  const place = ([x, y]: readonly [number, number]) => [box.x + x * box.width, box.y + y * box.height] as const;
  await page.mouse.move(...place(from));
  await page.mouse.down();
  await page.mouse.move(...place(to), { steps: 3 });
  await page.mouse.up();
}

async function untilFrame(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => Number(document.querySelector<HTMLElement>('.stage')?.dataset.shown) >= wanted,
    { timeout: 600_000 },
    count,
  );
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number above 0.');
  return value;
}
