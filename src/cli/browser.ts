// SPDX-License-Identifier: MIT

import type { Browser, Page } from 'puppeteer-core';
import { isSoftware, type NamedAdapter, nameOf } from '../gpu/adapter.js';
import { makeProfile, removeProfile } from './browser-profile.js';
import { requireBrowser } from './find-browser.js';

/** The computer's own GPU, or SwiftShader, Chromium's Vulkan in software. */
export type AdapterChoice = 'hardware' | 'software';

/**
 * Reads MEANFIELD_ADAPTER.
 *
 * @param otherwise what holds where the variable is not set or empty.
 */
export function adapterFromEnvironment(
  otherwise: AdapterChoice,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): AdapterChoice {
  const value = environment.MEANFIELD_ADAPTER;
  if (!value) return otherwise;
  if (value === 'hardware' || value === 'software') return value;
  throw new Error(`MEANFIELD_ADAPTER is "${value}"; it must be "hardware" or "software".`);
}

/** Where a browser is going to run. */
export interface BrowserHost {
  platform: NodeJS.Platform;
  isRoot: boolean;
}

/** Chromium's command line for WebGPU on the chosen adapter. */
export function browserArguments(
  adapter: AdapterChoice,
  host: BrowserHost = { platform: process.platform, isRoot: process.getuid?.() === 0 },
): string[] {
  const quiet = [
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--disable-quic',
    // For each window Chromium loads pages for its address bar, which nobody sees here: a quarter of what a page of the demo costs.
    '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup',
  ];
  // Chromium's sandbox refuses to run as root.
  const sandbox = host.isRoot ? ['--no-sandbox'] : [];
  return [...adapterArguments(adapter, host.platform), ...sandbox, ...quiet];
}

function adapterArguments(adapter: AdapterChoice, platform: NodeJS.Platform): string[] {
  if (adapter === 'software') {
    // The first five: with the adapter flag alone a WebGPU canvas loses its device after a few frames,
    // importing video frames throws, and screenshots are blank. The last: a page's text and buttons are painted faster without a GPU
    // in software, by a tenth of all CPU time in tests of the demo's page.
    return [
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      '--enable-features=Vulkan',
      '--use-vulkan=swiftshader',
      '--use-angle=swiftshader',
      '--disable-gpu-rasterization',
    ];
  }
  const anyPlatform = ['--enable-unsafe-webgpu', '--ignore-gpu-blocklist'];
  if (platform !== 'linux') return anyPlatform;
  // Headless Chromium on a Linux machine without a display; the list that Chrome's developers
  // give: https://developer.chrome.com/blog/supercharge-web-ai-testing
  return [...anyPlatform, '--enable-features=Vulkan', '--use-angle=vulkan', '--disable-vulkan-surface'];
}

export interface LaunchSettings {
  adapter: AdapterChoice;
  /** Further Chromium switches, a fake camera for example. */
  extraArguments?: readonly string[];
  /** Switches that puppeteer sets and this browser is to do without: with some of them a tab in the background is no slower than others. */
  withoutArguments?: readonly string[];
  /** Default: the browser that `requireBrowser` gives. */
  executablePath?: string;
  /** Milliseconds that one message to the browser may take. Default 10 minutes: software WebGPU
   *  keeps the page's thread busy for far longer than puppeteer's own 3 minutes allow for. */
  protocolTimeout?: number;
  /** The browser ends when this process does, even by SIGKILL. Nobody else can connect to it then. */
  endsWithProcess?: boolean;
}

/** Milliseconds that a browser may take to start: seconds on a quiet computer, minutes on one that has much else to do. */
const START_TIMEOUT = 300_000;

/** Starts a headless browser with WebGPU. The caller closes it. Throws Failure where there is none. */
export async function launchBrowser(settings: LaunchSettings): Promise<Browser> {
  const [puppeteer, executablePath] = await Promise.all([
    import('puppeteer-core'),
    settings.executablePath ?? requireBrowser(),
  ]);
  const profile = await makeProfile();
  try {
    const browser = await puppeteer.launch({
      executablePath,
      headless: true,
      userDataDir: profile,
      // Chromium quits when the pipe to it breaks; it would outlive a web socket.
      pipe: settings.endsWithProcess ?? false,
      ignoreDefaultArgs: [...(settings.withoutArguments ?? [])],
      args: [...browserArguments(settings.adapter), ...(settings.extraArguments ?? [])],
      timeout: START_TIMEOUT,
      protocolTimeout: settings.protocolTimeout ?? 600_000,
    });
    browser.process()?.once('exit', () => removeProfile(profile));
    return browser;
  } catch (error) {
    removeProfile(profile);
    throw error;
  }
}

/**
 * What the browser lacks of the adapter that it was launched for; undefined where it has it. Chromium that finds no driver for the GPU takes
 * SwiftShader without a word, and its canvases are blank then.
 */
export async function missingAdapter(page: Page, wanted: AdapterChoice): Promise<string | undefined> {
  return adapterRefusal(wanted, await page.evaluate(adapterInfo));
}

/** What is wrong with an adapter of which a browser says this; undefined where nothing is. */
export function adapterRefusal(wanted: AdapterChoice, info: NamedAdapter | null): string | undefined {
  if (!info) return 'the browser has no WebGPU adapter';
  if (wanted === 'software' || !isSoftware(info)) return undefined;
  return `the browser's only WebGPU adapter is in software (${nameOf(info)})`;
}

/** Runs in the page. */
async function adapterInfo(): Promise<NamedAdapter | null> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return null;
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const older = adapter as GPUAdapter & { readonly isFallbackAdapter?: boolean };
  return {
    vendor,
    architecture,
    device,
    description,
    isFallbackAdapter: isFallbackAdapter ?? older.isFallbackAdapter ?? false,
  };
}
