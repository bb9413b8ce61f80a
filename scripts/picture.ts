// SPDX-License-Identifier: MIT

// npm run picture: the demo as README shows it, into docs/demo.png. Builds the demo first.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { launchDemo } from './demo-browser.js';
import { projectFolder } from './setup.mjs';

const folder = path.join(projectFolder, 'docs');
await mkdir(folder, { recursive: true });
const demo = await launchDemo();
try {
  const page = await demo.open('#compare=0.5', { scheme: 'light' });
  await page.setViewport({ width: 1280, height: 800 });
  // Where it is computed is nothing to show.
  for (const button of await page.$$('[aria-label=Dismiss]')) await button.click();
  await demo.settled(page);
  await page.screenshot({ path: path.join(folder, 'demo.png') as `${string}.png` });
} finally {
  await demo.close();
}
