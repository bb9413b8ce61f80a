// SPDX-License-Identifier: MIT

import { encode } from 'fast-png';
import { expect, onTestFinished, test } from 'vitest';
import { encodeMarks } from '../../demo/marks/marks-code.js';
import { type DemoOptions, DemoPage, type Place } from '../support/demo.js';
import { demoHost } from '../support/demo-host.js';
import { patience } from '../support/patience.js';
import { givesCamera, goLiveOnCpu } from '../support/webcam.js';

const served = demoHost();

/** Red on the left, blue on the right: nobody is in it. */
const halves = pictureOf(160, 100, (x) => (x < 70 ? [190, 60, 40] : [40, 90, 170]));

/** What the note beside undo calls it, and doing it. */
type Step = readonly [what: string, act: () => Promise<unknown>];

test('undo goes back to the beginning, and redo to the end, one step for each thing that was done', async () => {
  const demo = await open('#size=240&view=cut-out');
  const steps: readonly Step[] = [
    ['stroke', () => stroke(demo, '1', 0.3)],
    [
      'name of a label',
      async () => {
        await demo.page.click('.label-row:nth-child(2) .label-name');
        await demo.page.keyboard.type(' Eileen', { delay: 20 });
      },
    ],
    ['settings', () => dragSlider(demo, '[role=tabpanel] .slider input')],
    ['settings', () => demo.click('Reset')],
    ['working size', () => demo.page.select('.small-select', '360')],
    ['show or hide a label', () => demo.page.click('.label-row:nth-child(1) [aria-label^="Show"]')],
    ['background', () => demo.page.click('input[name=backdrop][value=colour]')],
    ['background', () => dragColour(demo)],
    ['network', () => choose(demo, 'Network', 'input[name=network][value=person]')],
    ['sample Cat', () => demo.page.click('.sample[title="Sample: Cat"]')],
    ['network', () => demo.page.click('input[name=network][value=colour-prompt]')],
    // A person is looked for and not found, which is no step of its own.
    ['your photo', () => demo.give('drop', 'mine.png', halves)],
    ['box', () => drawBox(demo)],
  ];
  const states = [await stateOf(demo)];
  for (const [, act] of steps) {
    await act();
    await demo.page.focus('.strokes');
    await quiet(demo);
    states.push(await stateOf(demo));
  }
  await goesBackAndForth(demo, steps, states, (state, what) => becomes(demo, state, what));
  expect(await demo.barriers()).toEqual([]);
  await demo.finish();
}, 400_000);

test('undo goes back to the beginning and redo to the end for the webcam, one step for each effect, slider and choice', async () => {
  const demo = await open(camera, { settles: false, prepare: givesCamera });
  const effectSlider = '[aria-labelledby=effect-title] .slider input';
  const steps: readonly Step[] = [
    ['effect', () => demo.page.click('input[name=effect][value=overlay]')],
    ['opacity', () => dragSlider(demo, effectSlider)],
    ['effect', () => demo.page.click('input[name=effect][value=blur]')],
    ['blur', () => dragSlider(demo, effectSlider)],
    ['effect', () => demo.page.click('input[name=effect][value=colour]')],
    ['colour', () => dragColour(demo)],
    ['mirror', () => demo.page.click('[aria-label=Mirror]')],
    ['smoothing', () => dragSlider(demo, '[role=tabpanel] .slider:last-child input')],
    ['frame rate', () => demo.page.click('[role=tabpanel] .switch input')],
    ['settings', () => moveSlider(demo)],
    ['settings', () => demo.click('Reset')],
    ['network', () => choose(demo, 'Quality', 'input[name=network][value=person]')],
    ['network', () => demo.page.click('input[name=network][value=colour-prompt]')],
    ['background picture', () => demo.give('drop', 'beach.png', halves)],
    ['working size', () => chooseSize(demo)],
  ];
  const states = [await cameraLinkOf(demo)];
  for (const [, act] of steps) {
    await act();
    states.push(await cameraLinkOf(demo));
  }
  await goesBackAndForth(demo, steps, states, async (state, what) => {
    expect(await cameraLinkOf(demo), what).toEqual(state);
  });
  // In a mirror the red half is on the right. The picture behind is not mirrored.
  const places: Place[] = [
    [0.85, 0.25],
    [0.15, 0.25],
  ];
  await goLiveOnCpu(demo, places, [
    [200, 40, 40],
    [190, 60, 40],
  ]);
  await demo.finish();
}, 400_000);

test('an own photo and its marks survive a reload, a sample and the webcam, until they are forgotten', async () => {
  const demo = await open('#size=240&view=labels');
  await demo.give('drop', 'mine.png', halves);
  await demo.page.waitForSelector('.prompt');
  await stroke(demo, '1', 0.2);
  await stroke(demo, '2', 0.8);
  await demo.settled();
  const [shares, fingerprint] = [await demo.shares(), await demo.fingerprint()];
  expect(shares).toHaveLength(2);
  const isSame = async () => {
    await demo.settled();
    await expect.poll(() => demo.shares(), { timeout: patience }).toEqual(shares);
    await demo.sharp();
    expect(await demo.fingerprint()).toBe(fingerprint);
  };
  await saved(demo);
  await demo.page.reload();
  await isSame();
  await demo.page.click('.sample[title="Sample: Cat"]');
  await demo.settled();
  expect(await demo.fingerprint()).not.toBe(fingerprint);
  await demo.click('Open my photo');
  await isSame();
  for (const mode of ['webcam', 'photo']) await demo.page.click(`input[name=mode][value=${mode}]`);
  await isSame();
  await demo.click('Forget my photo');
  await demo.page.waitForFunction(() => !document.querySelector('.kept-photo'));
  await demo.settled();
  expect(await isEnabled(demo, 'Undo')).toBe(false);
  await demo.page.reload();
  await demo.settled();
  expect(await demo.page.$eval('.sample[aria-pressed=true]', (button) => button.textContent)).toContain('Astronaut');
  expect(await demo.page.$('.kept-photo')).toBeNull();
  await demo.finish();
}, 200_000);

test('a photo is not kept where the browser stores nothing, or where it is too large, and the page says so', async () => {
  const withoutStorage = await open('#size=240', {
    prepare: (page) =>
      page.evaluateOnNewDocument(() => Object.defineProperty(globalThis, 'indexedDB', { value: undefined })),
  });
  await withoutStorage.give('drop', 'mine.png', halves);
  await says(withoutStorage, 'This browser stores nothing');
  await withoutStorage.finish();
  const demo = await open('#size=240');
  await demo.page.evaluate(
    async (bytes) => {
      // What comes after a picture's end does no harm.
      const content = [Uint8Array.from(bytes), new Uint8Array(33 * 1024 ** 2)];
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(content, 'large.png', { type: 'image/png' }));
      document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
    },
    [...halves],
  );
  await says(demo, 'Your photo has more than 32 MB');
  expect(await linkOf(demo)).not.toContain('photo=own');
  await demo.finish();
  // A link to a photo that is in another browser.
  const other = await open('#photo=own&size=240');
  expect(await other.page.$eval('[role=alert]', (alert) => alert.textContent)).toContain('There is none in this one');
  await other.finish();
}, 200_000);

/** A stroke on each half of what the camera shows; the quality stays as it is. */
const camera = `#mode=webcam&camera-network=colour-prompt&camera-input=64&camera-size=160&camera-effect=colour&camera-colour=123456&camera-mirror=off&camera-adapt=off&camera-smoothing=0.00&camera-marks=${encodeMarks(
  {
    strokes: [0.125, 0.875].map((x) => ({
      label: Number(x < 0.5),
      radius: 0.03125,
      points: [0.625, 0.75].map((y) => ({ x, y })),
    })),
    box: null,
  },
)}`;

/** In a browser that has never been here. */
async function open(hash: string, options: DemoOptions = {}): Promise<DemoPage> {
  const visitor = await served.browser.createBrowserContext();
  onTestFinished(() => visitor.close());
  return await DemoPage.open(visitor, `${served.site.url}?backend=cpu${hash}`, options);
}

/** What a visitor sees of what was done. */
async function stateOf(demo: DemoPage) {
  return {
    address: await linkOf(demo),
    names: await demo.page.$$eval('.label-name', (inputs) => inputs.map((input) => (input as HTMLInputElement).value)),
    shown: await demo.page.$$eval('.label-row [aria-label^="Show"]', (buttons) =>
      buttons.map((button) => button.ariaPressed),
    ),
    backdrop: await demo.page.$eval('input[name=backdrop]:checked', (input) => (input as HTMLInputElement).value),
    colour: await demo.page.$$eval('input[type=color]', (inputs) =>
      inputs.map((input) => (input as HTMLInputElement).value),
    ),
    shares: await demo.shares(),
  };
}

async function moveSlider(demo: DemoPage): Promise<void> {
  await demo.openTab('Refine');
  await dragSlider(demo, '[role=tabpanel] .slider input');
}

/** The list has the focus then, as with a visitor. */
async function chooseSize(demo: DemoPage): Promise<void> {
  await demo.page.focus('[role=tabpanel] select');
  await demo.page.select('[role=tabpanel] select', '240');
}

/** Undoes all steps by key, then does them again by button. Each changed something, and is told by its name. */
async function goesBackAndForth<State>(
  demo: DemoPage,
  steps: readonly Step[],
  states: readonly State[],
  isAt: (state: State, what: string) => Promise<void>,
): Promise<void> {
  for (const [index, state] of states.slice(1).entries()) expect(state, steps[index][0]).not.toEqual(states[index]);
  for (const [index, [what]] of [...steps.entries()].reverse()) {
    await press(demo, 'z');
    await demo.page.waitForFunction(
      (text) => document.querySelector('.step-note')?.textContent === text,
      {},
      `Undone: ${what}`,
    );
    await isAt(states[index], `undo ${what}`);
  }
  expect(await isEnabled(demo, 'Undo')).toBe(false);
  for (const [index, [what]] of steps.entries()) {
    await demo.page.click('[aria-label=Redo]');
    await isAt(states[index + 1], `redo ${what}`);
  }
  expect([await isEnabled(demo, 'Undo'), await isEnabled(demo, 'Redo')]).toEqual([true, false]);
}

async function becomes(demo: DemoPage, state: Awaited<ReturnType<typeof stateOf>>, what: string): Promise<void> {
  await quiet(demo);
  await expect.poll(() => stateOf(demo), { timeout: patience, message: what }).toEqual(state);
}

/** Nothing is computed, and what is kept is kept. */
async function quiet(demo: DemoPage): Promise<void> {
  await demo.settled();
  await demo.page.waitForFunction(() => !document.querySelector('.kept-photo[data-saving=true]'));
}

async function saved(demo: DemoPage): Promise<void> {
  await demo.page.waitForSelector('.kept-photo[data-saving=false]');
  await expect.poll(() => linkOf(demo), { timeout: patience }).toContain('photo=own');
}

async function says(demo: DemoPage, text: string): Promise<void> {
  await demo.page.waitForFunction(
    (expected) => document.querySelector('.kept-photo')?.textContent?.includes(expected),
    {},
    text,
  );
}

function isEnabled(demo: DemoPage, name: 'Undo' | 'Redo'): Promise<boolean> {
  return demo.page.$eval(`[aria-label=${name}]`, (button) => !(button as HTMLButtonElement).disabled);
}

/** The address is rewritten 0.3 s after a change: a later timer of the page's own comes after that one. */
function linkOf(demo: DemoPage): Promise<string> {
  return demo.page.evaluate(async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    return location.hash;
  });
}

/** What the address says of the webcam, by name. */
async function cameraLinkOf(demo: DemoPage): Promise<Record<string, string>> {
  const parts = new URLSearchParams((await linkOf(demo)).slice(1));
  return Object.fromEntries([...parts].filter(([name]) => name.startsWith('camera-')));
}

async function press(demo: DemoPage, key: string): Promise<void> {
  await demo.page.keyboard.down('Control');
  await demo.page.keyboard.press(key as 'z');
  await demo.page.keyboard.up('Control');
}

async function stroke(demo: DemoPage, label: '1' | '2', x: number): Promise<void> {
  await demo.page.keyboard.press(label);
  await demo.draw([
    [x, 0.2],
    [x, 0.6],
  ]);
}

async function drawBox(demo: DemoPage): Promise<void> {
  await demo.page.keyboard.press('b');
  await demo.draw([
    [0.5, 0.1],
    [0.95, 0.9],
  ]);
}

async function choose(demo: DemoPage, tab: string, selector: string): Promise<void> {
  await demo.openTab(tab);
  await demo.page.click(selector);
}

/** Along its whole length, with stops. */
async function dragSlider(demo: DemoPage, selector: string): Promise<void> {
  const slider = await demo.page.waitForSelector(selector);
  await slider?.scrollIntoView();
  const box = await slider?.boundingBox();
  if (!box) throw new Error('The page has no slider.');
  const y = box.y + box.height / 2;
  await demo.page.mouse.move(box.x + 0.2 * box.width, y);
  await demo.page.mouse.down();
  for (const share of [0.3, 0.45, 0.6, 0.8]) await demo.page.mouse.move(box.x + share * box.width, y, { steps: 3 });
  await demo.page.mouse.up();
}

/** As a browser's own window for colours tells of a colour that is dragged. */
async function dragColour(demo: DemoPage): Promise<void> {
  await demo.page.$eval('input[type=color]', (input) => {
    for (const colour of ['#102030', '#203040', '#304050']) {
      input.value = colour;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
}

function pictureOf(width: number, height: number, colourAt: (x: number) => readonly number[]): Uint8Array {
  const data = new Uint8Array(3 * width * height);
  for (let pixel = 0; pixel < width * height; pixel++) data.set(colourAt(pixel % width), 3 * pixel);
  return encode({ width, height, data, channels: 3 });
}
