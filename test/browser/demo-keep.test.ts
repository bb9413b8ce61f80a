// SPDX-License-Identifier: MIT

import { Buffer } from 'node:buffer';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DemoPage, type Place } from '../support/demo.js';
import { demoHost } from '../support/demo-host.js';

const served = demoHost();
let demo: DemoPage;
beforeAll(async () => {
  const { context, site } = served;
  await context.overridePermissions(new URL(site.url).origin, ['clipboard-read', 'clipboard-sanitized-write']);
  demo = await DemoPage.open(context, `${site.url}?backend=cpu#size=240&view=cut-out`);
});
afterAll(() => demo?.finish());

/** Wall, suit: what is cut away of the first sample, and what stays. */
const wall: Place = [0.1, 0.08];
const suit: Place = [0.3, 0.75];

describe('what is behind a cut-out', () => {
  test('is nothing at first', async () => {
    expect((await demo.coloursAt([wall]))[0]).toMatch(/,0$/);
    expect(at(await downloaded(), wall)[3]).toBe(0);
  });

  test('is a colour, on the page and in the file', async () => {
    await demo.page.click('input[name=backdrop][value=colour]');
    await demo.page.$eval('input[type=color]', (input) => {
      input.value = '#204060';
      input.dispatchEvent(new Event('input', { bubbles: true }));
    });
    await demo.sharp();
    expect(await demo.coloursAt([wall])).toEqual(['32,64,96,255']);
    const file = await downloaded();
    expect([file.width, file.height]).toEqual([512, 512]);
    expect(at(file, wall)).toEqual([32, 64, 96, 255]);
    expect(at(file, suit)).not.toEqual([32, 64, 96, 255]);
  });

  test('is the photo’s own background, out of focus, without a halo of the astronaut', async () => {
    const original = (await demo.coloursAt([suit]))[0];
    await demo.page.click('input[name=backdrop][value=blur]');
    await demo.sharp();
    expect((await demo.coloursAt([suit]))[0]).toBe(original);
    const file = await downloaded();
    // The wall behind her hair is light and grey; the hair is brown and would make it darker.
    const beside = at(file, [0.29, 0.22]);
    expect(beside[3]).toBe(255);
    expect(Math.min(...beside.slice(0, 3))).toBeGreaterThan(110);
    // Strokes of the flag are mixed: neighbours differ by little.
    const row = Array.from({ length: 20 }, (_, i) => at(file, [0.02 + i / 512, 0.5])[0]);
    for (let i = 1; i < row.length; i++) expect(Math.abs(row[i] - row[i - 1])).toBeLessThan(12);
  });

  test('is a picture that the page draws', async () => {
    await demo.page.click('input[name=backdrop][value=picture]');
    await demo.sharp();
    const [first] = await demo.coloursAt([wall]);
    // There is one at once: grey paper.
    expect(first).toMatch(/,255$/);
    await demo.click('Dusk');
    await demo.sharp();
    const [shown] = await demo.coloursAt([wall]);
    expect(shown).not.toBe(first);
    const saved = at(await downloaded(), wall);
    for (const [channel, value] of shown.split(',').entries()) {
      expect(Math.abs(Number(value) - saved[channel])).toBeLessThan(4);
    }
    expect(await demo.barriers()).toEqual([]);
  });
});

test('a cut-out is copied, as large as its photo', async () => {
  await demo.page.bringToFront();
  await demo.click('Copy');
  await demo.page.waitForFunction(() => document.querySelector('.actions')?.textContent?.includes('Copied'));
  const base64 = await demo.page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const bytes = new Uint8Array(await (await item.getType('image/png')).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  const { width, height } = decode(Buffer.from(base64, 'base64'));
  expect([width, height]).toEqual([512, 512]);
  // Another cut-out is not copied yet.
  await demo.page.click('input[name=backdrop][value=none]');
  await demo.page.waitForFunction(() => !document.querySelector('.actions')?.textContent?.includes('Copied'));
});

test('a cut-out is shared from a phone, as large as its photo', async () => {
  const phone = await DemoPage.open(served.context, `${served.site.url}?backend=cpu#size=240`, {
    viewport: { width: 390, height: 844, hasTouch: true, isMobile: true },
    prepare: (page) =>
      page.evaluateOnNewDocument(() => {
        navigator.canShare = () => true;
        navigator.share = async ({ files = [] }: ShareData = {}) => {
          const [{ name, type }] = files;
          const { width, height } = await createImageBitmap(files[0]);
          Object.assign(globalThis, { shared: { name, type, width, height } });
        };
      }),
  });
  // At first it lies behind the bar of tools.
  await phone.page
    .locator('button::-p-text(Share)')
    .map((button) => button.scrollIntoView())
    .wait();
  await phone.click('Share');
  await phone.page.waitForFunction(() => 'shared' in globalThis);
  expect(await phone.page.evaluate(() => (globalThis as unknown as { shared: unknown }).shared)).toEqual({
    name: 'Astronaut cut-out.png',
    type: 'image/png',
    width: 512,
    height: 512,
  });
  expect(await phone.barriers()).toEqual([]);
  await phone.finish();
});

async function downloaded() {
  const { name, content } = await demo.downloaded(() => demo.click('Download cut-out'));
  expect(name).toBe('Astronaut cut-out.png');
  return decode(content);
}

function at({ data, width, height }: ReturnType<typeof decode>, [x, y]: Place): number[] {
  const first = 4 * (Math.floor(y * height) * width + Math.floor(x * width));
  return [...data.slice(first, first + 4)];
}

test('a first visitor sees once what refinement does', async () => {
  const page = await served.context.newPage();
  try {
    await page.goto(`${served.site.url}?backend=cpu`);
    await page.waitForSelector('.divider');
    const first = await page.$eval('.divider-handle', (handle) => Number(handle.ariaValueNow));
    await page.waitForFunction(
      (before) => {
        const now = document.querySelector('.divider-handle')?.ariaValueNow;
        return now === undefined || Number(now) < before - 20;
      },
      {},
      first,
    );
    await page.waitForFunction(() => !document.querySelector('.divider'));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await page.$('.divider')).toBeNull();
  } finally {
    await page.close();
  }
});
