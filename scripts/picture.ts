// SPDX-License-Identifier: MIT

// npm run picture: the demo as README shows it, into docs/demo.png, and as links to it and browsers without scripts do, into
// demo/public/preview.png. Builds the demo first.

import { copyFile, mkdir } from 'node:fs/promises';
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
  const picture = path.join(folder, 'demo.png');
  await page.screenshot({ path: picture as `${string}.png` });
  await copyFile(picture, path.join(projectFolder, 'demo/public/preview.png'));
} finally {
  await demo.close();
}
