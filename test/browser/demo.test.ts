// SPDX-License-Identifier: MIT

import { Buffer } from 'node:buffer';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type DemoPage, openDemo, serveBuiltDemo } from '../support/demo.js';
import type { StaticSite } from '../support/static-site.js';

let site: StaticSite;
beforeAll(async () => {
  site = await serveBuiltDemo();
});
afterAll(() => site.close());

/** Places on the sample photo of the astronaut. */
const astronaut: [number, number][] = [
  [0.43, 0.25],
  [0.47, 0.12],
  [0.3, 0.62],
  [0.75, 0.85],
];
const background: [number, number][] = [
  [0.1, 0.15],
  [0.27, 0.1],
  [0.83, 0.3],
  [0.85, 0.6],
];
const chest: [number, number] = [0.36, 0.62];

describe('the page', () => {
  let demo: DemoPage;
  beforeAll(async () => {
    demo = await openDemo(`${site.url}?backend=webgpu`);
    await demo.page.click('input[value=labels]');
  });
  // Throws if anything was an error on the console.
  afterAll(() => demo.finish());

  test('shows a cut-out astronaut when it opens', async () => {
    const [around, cutOut] = [await demo.coloursAt(background), await demo.coloursAt(astronaut)];
    expect(new Set(around).size).toBe(1);
    expect(new Set(cutOut).size).toBe(1);
    expect(around[0]).not.toBe(cutOut[0]);
    const share = Number.parseFloat((await demo.shares())[1]);
    expect(share).toBeGreaterThan(50);
    expect(share).toBeLessThan(56);
  });

  test('asks for nothing but its own files', () => {
    expect(demo.requests.length).toBeGreaterThan(3);
    expect(demo.requests.filter((url) => !url.startsWith(site.url) && !url.startsWith('blob:'))).toEqual([]);
  });

  test('works at the size that is chosen', async () => {
    await demo.page.select('.small-select', '240');
    await demo.settled();
    expect(await demo.page.$eval('.size', (element) => element.textContent)).toBe('240 × 240 px');
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
    await demo.page.keyboard.down('Control');
    await demo.page.keyboard.press('z');
    await demo.page.keyboard.up('Control');
    await demo.settled();
    expect(await demo.shares()).toEqual(shares);
  });

  test('draws with the keyboard', async () => {
    const shares = await demo.shares();
    await demo.page.focus('.strokes');
    await demo.page.keyboard.down('Space');
    for (let press = 0; press < 6; press++) await demo.page.keyboard.press('ArrowDown');
    await demo.page.keyboard.up('Space');
    await demo.settled();
    expect(await demo.shares()).not.toEqual(shares);
    await demo.page.click('[aria-label=Undo]');
    await demo.settled();
    expect(await demo.shares()).toEqual(shares);
  });

  test('follows the sliders, and Reset brings the values back', async () => {
    const shares = await demo.shares();
    await demo.page.focus('[role=tabpanel] .slider input');
    await demo.page.keyboard.press('Home');
    await demo.settled();
    const withoutCrf = await demo.shares();
    expect(withoutCrf).not.toEqual(shares);
    await demo.page.click('.part-head button');
    await demo.settled();
    expect(await demo.shares()).toEqual(shares);
  });

  test('keeps the work when a file is damaged, is no picture or is too large', async () => {
    const shares = await demo.shares();
    for (const [name, content, message] of [
      ['notes.png', Buffer.from('not a picture at all'), 'notes.png is not a picture that can be read.'],
      ['broken.png', pngHeader(40, 30), 'broken.png is damaged'],
      ['huge.png', pngHeader(20000, 16000), 'huge.png has 20000 × 16000 pixels, 320 million.'],
    ] as const) {
      await drop(demo, name, content);
      await demo.page.waitForFunction(
        (expected) => document.querySelector('[role=alert]')?.textContent?.includes(expected),
        { timeout: 10_000 },
        message,
      );
    }
    await demo.settled();
    expect(await demo.shares()).toEqual(shares);
    await demo.page.click('[role=alert] [aria-label=Dismiss]');
    expect(await demo.page.$('[role=alert]')).toBeNull();
  });

  test('opens a picture that is dropped on it, and says what to do', async () => {
    const base64 = await demo.page.$eval(
      '.result',
      (canvas) => (canvas as HTMLCanvasElement).toDataURL().split(',')[1],
    );
    await drop(demo, 'mine.png', Buffer.from(base64, 'base64'));
    await demo.page.waitForSelector('.prompt');
    expect(await demo.shares()).toEqual([]);
  });
});

test('computes without WebGPU, and says so', async () => {
  const demo = await openDemo(site.url, { withoutWebGpu: true });
  expect(await demo.page.$eval('.message', (element) => element.textContent)).toContain('This browser has no WebGPU');
  await demo.page.click('input[value=labels]');
  const colours = [await demo.coloursAt(background), await demo.coloursAt(astronaut)];
  expect(colours.map((list) => new Set(list).size)).toEqual([1, 1]);
  expect(colours[0][0]).not.toBe(colours[1][0]);
  await demo.finish();
});

test('is served by `npm start`, from its source', async () => {
  const { createServer } = await import('vite');
  const repository = path.resolve(import.meta.dirname, '../..');
  const server = await createServer({
    configFile: path.join(repository, 'vite.config.ts'),
    root: path.join(repository, 'demo'),
    cacheDir: path.join(repository, 'node_modules/.vite-test-demo'),
    logLevel: 'warn',
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null },
  });
  await server.listen();
  onTestFinished(() => server.close());
  const demo = await openDemo(server.resolvedUrls?.local[0] ?? '', { withoutWebGpu: true });
  expect(Number.parseFloat((await demo.shares())[1])).toBeGreaterThan(50);
  await demo.finish();
});

/** A PNG file that ends after its header. */
function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(64);
  header.set(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  header.set([8, 2], 24);
  return header;
}

async function drop(demo: DemoPage, name: string, content: Buffer): Promise<void> {
  await demo.page.evaluate(
    (fileName, base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], fileName, { type: 'image/png' }));
      document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
    },
    name,
    content.toString('base64'),
  );
}
