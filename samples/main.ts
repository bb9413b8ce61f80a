// SPDX-License-Identifier: MIT

// npm run generate:samples: writes the pictures that the project draws itself, and what the demo shows before it has computed anything.

import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encode } from 'fast-png';
import { launchDemo } from '../scripts/demo-browser.js';
import { drawNuclei } from './draw-nuclei.js';
import { precompute } from './precompute.js';

const { width, height, grey } = drawNuclei();
await writeGrey('nuclei.png', width, height, grey);

const demo = await launchDemo();
try {
  for (const sample of ['astronaut']) {
    const { width, height, marginal } = await precompute(demo, sample);
    await writeGrey(`precomputed/${sample}.png`, width, height, marginal);
  }
} finally {
  await demo.close();
}

async function writeGrey(name: string, width: number, height: number, data: Uint8Array): Promise<void> {
  const file = path.join(import.meta.dirname, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, encode({ width, height, channels: 1, depth: 8, data }));
}
