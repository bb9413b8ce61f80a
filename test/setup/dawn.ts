// SPDX-License-Identifier: MIT

import { installDawn } from '../../bench/install-dawn.js';
import { isSoftware } from '../../src/gpu/adapter.js';

const isFirst = globalThis.dawnInstance === undefined;
const adapter = await installDawn();
if (!adapter) throw new Error(missingAdapter());
const { vendor, architecture, device, description } = adapter.info;
const name = [vendor, architecture, device, description].filter(Boolean).join(', ');
const wanted = process.env.MEANFIELD_ADAPTER;
const isOther = wanted === 'hardware' ? isSoftware(adapter.info) : wanted === 'lavapipe' && !/llvmpipe/i.test(name);
if (isOther) throw new Error(`MEANFIELD_ADAPTER is "${wanted}", but the only adapter is ${name}.`);
if (isFirst) console.log(`Dawn's adapter: ${name}`);

function missingAdapter(): string {
  if (process.env.MEANFIELD_ADAPTER === 'hardware') {
    return 'No WebGPU adapter: MEANFIELD_ADAPTER is "hardware", but Dawn finds no GPU driver.';
  }
  const driver = process.env.VK_ICD_FILENAMES;
  if (process.env.MEANFIELD_ADAPTER === 'lavapipe') {
    return `No WebGPU adapter: Dawn can't use ${driver}. It takes lavapipe of Mesa 25 (Debian 13), and refuses that of Mesa 22.3 (Debian 12).`;
  }
  return driver
    ? `No WebGPU adapter: Dawn can't use the software driver ${driver}.`
    : 'No WebGPU adapter: no Chromium with vk_swiftshader_icd.json and libvulkan.so.1 was found. ' +
        'Run "npm test", which installs one, or set PUPPETEER_EXECUTABLE_PATH to a Chromium build.';
}
