// SPDX-License-Identifier: MIT

import puppeteer, { type Browser } from 'puppeteer';
import { adapterFromEnvironment } from '../src/cli/browser.js';
import { requireFirefox } from './firefox.js';

/**
 * Headless Firefox with WebGPU, on Mesa's Vulkan in software unless MEANFIELD_ADAPTER is "hardware". The caller closes it.
 *
 * @param timeout milliseconds that it may take to start
 */
export async function launchFirefox(timeout: number): Promise<Browser> {
  const { executable, softwareDriver } = await requireFirefox();
  const isSoftware = adapterFromEnvironment('software') === 'software' && softwareDriver !== undefined;
  const drivers = isSoftware ? { VK_DRIVER_FILES: softwareDriver, VK_ICD_FILENAMES: softwareDriver } : undefined;
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: executable,
    headless: true,
    env: { ...process.env, ...drivers },
    extraPrefsFirefox: {
      'dom.webgpu.enabled': true,
      // Firefox has lavapipe on its list of drivers that it does not take.
      'gfx.webgpu.ignore-blocklist': true,
      // Cameras that need no permission: pictures of one colour.
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      // Nothing is fetched but what tests ask for.
      'network.captive-portal-service.enabled': false,
      'network.connectivity-service.enabled': false,
    },
    timeout,
    protocolTimeout: 2 * timeout,
  });
}
