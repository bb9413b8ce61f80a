// SPDX-License-Identifier: MIT

import type { Page } from 'puppeteer';

/** Something that a visitor can come to, which is photographed. */
export interface PageState {
  name: string;
  /** After the address of the page. */
  address: string;
  /** Before the page is opened. */
  before?: (page: Page) => Promise<unknown>;
  /** Brings the page from its opening to the state. */
  prepare?: (page: Page) => Promise<unknown>;
  /** For what does not outlive a change of the window's size or of the theme. */
  preparesEachTime?: boolean;
  withoutWebGpu?: boolean;
  /** What is seen while something is on its way. */
  isUnderWay?: boolean;
  computesNothing?: boolean;
  moves?: boolean;
  /** Only at these widths; at all of them where it is left out. */
  widths?: readonly number[];
  /** Pixels of the screen for each of the page. */
  density?: number;
}

export async function chooseTab(page: Page, name: string): Promise<void> {
  await page.locator(`[role=tab]::-p-text(${name})`).click();
}

export async function clickButton(page: Page, text: string): Promise<void> {
  await page.locator(`button::-p-text(${text})`).click();
}

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
  // Away from the picture, where nothing follows the pointer.
  await page.mouse.move(2, 2);
}

/** As if it were dropped on the page. */
export async function dropFile(page: Page, name: string, content: Uint8Array, type = 'image/png'): Promise<void> {
  await page.evaluate(
    (fileName, base64, fileType) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], fileName, { type: fileType }));
      document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
    },
    name,
    Buffer.from(content).toString('base64'),
    type,
  );
}
