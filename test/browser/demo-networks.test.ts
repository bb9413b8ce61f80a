// SPDX-License-Identifier: MIT

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decode } from 'fast-png';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { presets } from '../../src/pipeline/index.js';
import { DemoPage } from '../support/demo.js';
import { demoHost } from '../support/demo-host.js';
import { describeWithModels, modelFile } from '../support/model-files.js';

const served = demoHost();

describe('nuclei', () => {
  let demo: DemoPage;
  beforeAll(async () => {
    // On WebGPU in software a network takes so long that it can be stopped at work. A smaller picture than its own 256 pixels is enough.
    demo = await DemoPage.open(served.context, `${served.site.url}?backend=webgpu#photo=nuclei&input=160`, {
      settles: false,
    });
    await demo.page.waitForSelector('.instances');
    await demo.settled();
  });
  afterAll(() => demo?.finish());

  test('are counted, and their areas with them', async () => {
    const text = await demo.page.$eval('.instances', (element) => element.textContent);
    const found = Number(/^(\d+) nuclei/.exec(text)?.[1]);
    // There are 26, drawn so that none touches another.
    expect(found).toBeGreaterThanOrEqual(24);
    expect(found).toBeLessThanOrEqual(28);
    const [, nucleus, border] = (await demo.shares()).map(Number.parseFloat);
    const percent = Number(/([\d.]+) % of the picture/.exec(text)?.[1]);
    expect(Math.abs(percent - nucleus - border)).toBeLessThan(0.3);
  });

  test('have a colour each', async () => {
    await demo.page.click('input[name=view][value=instances]');
    // Two neighbours, and the ground between them.
    const [one, other, ground] = await demo.coloursAt([
      [0.31, 0.54],
      [0.46, 0.53],
      [0.39, 0.62],
    ]);
    expect(new Set([one, other, ground]).size).toBe(3);
    const [red, green, blue] = ground.split(',');
    expect([green, blue]).toEqual([red, red]);
    const { x, y } = await demo.screenPlace([0.46, 0.53]);
    await demo.page.mouse.move(x, y);
    await demo.drawFrames();
    expect(await demo.page.$eval('.hover-label', (label) => label.textContent)).toMatch(/^nucleus \d+: \d+ px$/);
    expect(await demo.barriers()).toEqual([]);
  });

  test('come with CRF parameters of their own, and the link says nothing of it', async () => {
    expect(await demo.page.$eval('[role=tabpanel] .field select', (select) => select.value)).toBe('nuclei');
    // The address is rewritten by a timer of the page's own, which comes before this one.
    await demo.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
    expect(new URL(demo.page.url()).hash).toBe('#photo=nuclei&input=160&view=instances');
  });

  test('stay as they are when the network is stopped at work', async () => {
    const summary = await demo.page.$eval('.instances', (element) => element.textContent);
    const fingerprint = await demo.fingerprint();
    await demo.openTab('Network');
    await demo.page.focus('[role=tabpanel] .slider input');
    await demo.page.keyboard.press('ArrowRight');
    await demo.page.waitForFunction(() =>
      document.querySelector('.working')?.textContent?.startsWith('The network is running'),
    );
    await demo.page.locator('.progress button::-p-text(Cancel)').click();
    await demo.page.waitForFunction(() => document.querySelector<HTMLElement>('.stage')?.dataset.busy === 'false');
    expect(await demo.page.$('[role=alert]')).toBeNull();
    expect(await demo.page.$eval('.instances', (element) => element.textContent)).toBe(summary);
    expect(await demo.fingerprint()).toBe(fingerprint);
  });

  test('go with their sample: another one has its marks', async () => {
    await demo.page.click('.sample[title="Sample: Cat"]');
    await demo.settled();
    expect(
      await demo.page.$$eval('.label-name', (names) => names.map((name) => (name as HTMLInputElement).value)),
    ).toEqual(['Background', 'Cat']);
    await demo.page.waitForFunction(() => document.querySelector('.instances')?.textContent.match(/^\d+ objects?/));
  });
});

test('pieces are counted on the GPU as on the processor', async () => {
  const counts = new Set<string | undefined>();
  for (const backend of ['webgpu', 'cpu']) {
    const demo = await DemoPage.open(
      served.context,
      `${served.site.url}?backend=${backend}#photo=coffee&size=240&view=instances`,
    );
    const summary = await demo.page.waitForSelector('.instances');
    counts.add(/^\d+ objects?/.exec((await summary?.evaluate((element) => element.textContent)) ?? '')?.[0]);
    await demo.finish();
  }
  expect(counts).toEqual(new Set(['1 object']));
});

test('a person is found by a network that comes with the page', async () => {
  const demo = await DemoPage.open(served.context, `${served.site.url}#size=240&view=labels`);
  await demo.openTab('Network');
  const text = await demo.page.$eval('.network:has([value=person])', (label) => label.textContent);
  expect(text).toContain('Comes with this page · Apache-2.0, notice');
  const texts = await demo.page.$$eval('.network:has([value=person]) a', (links) =>
    Promise.all(links.map(async ({ href }) => (await fetch(href)).text())),
  );
  expect(texts).toEqual([
    expect.stringContaining('Apache License\n                           Version 2.0'),
    expect.stringContaining('person.onnx and person-landscape.onnx are MediaPipe Selfie Segmentation'),
  ]);
  const share = await shareOfPerson(demo, 'person');
  expect(share).toBeGreaterThan(50);
  expect(share).toBeLessThan(60);
  // Its name was another one; links that have it still mean it.
  await demo.page.goto(`${served.site.url}#size=240&network=selfie`);
  await demo.page.waitForFunction(() => document.querySelector<HTMLInputElement>('[value=person]')?.checked);
  await demo.finish();
});

test('strokes correct what a network found of a person, and a link has them; one’s own marks stay as they were', async () => {
  const demo = await DemoPage.open(served.context, `${served.site.url}#size=240&view=labels`);
  const own = await demo.shares();
  await demo.openTab('Network');
  const share = await shareOfPerson(demo, 'person');
  const helmet = [0.78, 0.88] as const;
  const [around, found] = await demo.coloursAt([[0.1, 0.15], helmet]);
  expect(found).not.toBe(around);
  await demo.page.keyboard.press('1');
  await demo.draw([
    [0.75, 0.86],
    [0.82, 0.9],
  ]);
  await demo.settled();
  expect(await demo.coloursAt([helmet, [0.36, 0.62]])).toEqual([around, found]);
  const shares = await demo.shares();
  expect(Number.parseFloat(shares[1])).toBeLessThan(share - 3);
  await demo.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
  const other = await DemoPage.open(served.context, await demo.page.evaluate(() => location.href));
  expect(await other.shares()).toEqual(shares);
  await other.finish();
  await demo.page.click('[aria-label=Undo]');
  await demo.settled();
  expect(Number.parseFloat((await demo.shares())[1])).toBe(share);
  await demo.page.click('input[name=network][value=colour-prompt]');
  await demo.page.waitForFunction(
    () => document.querySelector<HTMLInputElement>('.label-name')?.value === 'Background',
  );
  await demo.settled();
  expect(await demo.shares()).toEqual(own);
  expect(await demo.barriers()).toEqual([]);
  await demo.finish();
});

test('the person on an own portrait is found at once, corrected by a stroke, and exported at the portrait’s own size', async () => {
  const [width, height] = [900, 1600];
  const portrait = await sharp('demo/public/photos/astronaut.png')
    .resize(width, height, { fit: 'cover', position: 'top' })
    .png()
    .toBuffer();
  const demo = await DemoPage.open(served.context, `${served.site.url}#size=240&view=cut-out`);
  await demo.give('drop', 'portrait.png', portrait);
  await demo.page.waitForFunction(
    () => document.querySelectorAll<HTMLInputElement>('.label-name')[1]?.value === 'person',
  );
  await demo.settled();
  await demo.openTab('Export');
  // In the middle of the face, of the suit's breast, and of the flag behind her.
  const places = [
    [0.375, 0.254],
    [0.36, 0.78],
    [0.03, 0.1],
  ] as const;
  const alphas = async () => {
    const cutOut = decode((await demo.downloaded(() => demo.click('Cut-out'))).content);
    expect([cutOut.width, cutOut.height]).toEqual([width, height]);
    return places.map(([x, y]) => cutOut.data[4 * (Math.floor(y * height) * width + Math.floor(x * width)) + 3]);
  };
  expect(await alphas()).toEqual([255, 255, 0]);
  await demo.page.keyboard.press('1');
  await demo.draw([
    [0.32, 0.78],
    [0.4, 0.78],
  ]);
  await demo.settled();
  expect(await alphas()).toEqual([255, 0, 0]);
  await demo.finish();
});

/** In percent of the picture, as the network of that name has it. */
async function shareOfPerson(demo: DemoPage, network: string): Promise<number> {
  await demo.page.click(`input[name=network][value=${network}]`);
  const outcome = await demo.page.waitForFunction(() => {
    const names = [...document.querySelectorAll<HTMLInputElement>('.label-name')].map(({ value }) => value);
    if (names.includes('person')) return names.join();
    return document.querySelector('[role=alert]')?.textContent;
  });
  const names = (await outcome.jsonValue())?.split(',') ?? [];
  expect(names.slice(0, 1)).toEqual(['background']);
  await demo.settled();
  return Number.parseFloat((await demo.shares())[names.indexOf('person')]);
}

describeWithModels('a preset that is downloaded', () => {
  const { url = '', byteLength } = presets['deeplab-voc'];
  let host: ModelHost;
  let demo: DemoPage;
  beforeAll(async () => {
    host = await ModelHost.start(modelFile('deeplab_v3_1_default_1.onnx'));
    demo = await DemoPage.open(served.context, `${served.site.url}#size=240&view=labels`);
    await host.answerFor(demo, url);
    await demo.openTab('Network');
  });
  afterAll(async () => {
    demo?.forgive(/raw\.githubusercontent\.com/);
    await demo?.finish();
    await host?.close();
  });

  test('says beforehand how large it is, and under which licence', async () => {
    const text = await demo.page.$eval('.network:has([value=deeplab-voc])', (label) => label.textContent);
    expect(text).toContain('Downloads 2.7 MiB once · Apache-2.0');
  });

  test('is stopped midway: what was shown stays, and the network can be chosen again', async () => {
    const [shares, fingerprint] = [await demo.shares(), await demo.fingerprint()];
    host.pauseAfter = 200_000;
    await demo.page.click('input[name=network][value=deeplab-voc]');
    await demo.page.waitForFunction(() =>
      /Downloading: 1\d\d\.\d KiB of 2\.7 MiB/.test(document.querySelector('.progress')?.textContent ?? ''),
    );
    const progress = await demo.page.$eval('progress', (element) => [element.value, element.max]);
    expect(progress).toEqual([200_000, byteLength]);
    expect(await demo.barriers()).toEqual([]);
    expect(await demo.fingerprint()).toBe(fingerprint);
    await demo.page.locator('.progress button::-p-text(Cancel)').click();
    await demo.page.waitForFunction(() => !document.querySelector('.progress'));
    await demo.settled();
    expect(await demo.page.$('[role=alert]')).toBeNull();
    expect(await demo.shares()).toEqual(shares);
    expect(await demo.fingerprint()).toBe(fingerprint);
    expect(await demo.page.$eval('input[value=colour-prompt]', (input) => (input as HTMLInputElement).checked)).toBe(
      true,
    );
  });

  test('finds the astronaut', async () => {
    host.pauseAfter = Number.POSITIVE_INFINITY;
    // Some of her helmet is background to it.
    const share = await shareOfPerson(demo, 'deeplab-voc');
    expect(share).toBeGreaterThan(40);
    expect(share).toBeLessThan(54);
    expect(host.requests).toBe(2);
  });
});

/** Stands for the site that a network is downloaded from; the page knows nothing of it. */
class ModelHost {
  requests = 0;
  /** Bytes; the rest is never sent. */
  pauseAfter = Number.POSITIVE_INFINITY;

  private constructor(private readonly server: Server) {}

  static async start(file: Uint8Array): Promise<ModelHost> {
    const server = createServer();
    const host = new ModelHost(server);
    server.on('request', (_, response) => {
      host.requests++;
      response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'application/octet-stream' });
      if (host.pauseAfter < file.length) response.write(file.subarray(0, host.pauseAfter));
      else response.end(file);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return host;
  }

  /** From now on, in this page. */
  async answerFor({ page }: DemoPage, url: string): Promise<void> {
    const { port } = this.server.address() as AddressInfo;
    const session = await page.createCDPSession();
    session.on('Fetch.requestPaused', ({ requestId }) => {
      void session.send('Fetch.continueRequest', { requestId, url: `http://127.0.0.1:${port}/` });
    });
    await session.send('Fetch.enable', { patterns: [{ urlPattern: url }] });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
