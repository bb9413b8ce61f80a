// SPDX-License-Identifier: MIT

import { readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { Failure } from './failure.js';

/** What the search asks of the computer; tests hand in one made of a few strings. */
export interface Machine {
  environment: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  architecture: string;
  isRoot: boolean;
  isFile(file: string): boolean;
  /** The file with every symbolic link followed, or the same name where there is none. */
  realPath(file: string): string;
  /** undefined where the file can't be read. */
  readText(file: string): string | undefined;
  /** Chrome builds in puppeteer's own cache, the newest first; the files may be gone. */
  cachedChromes(): Promise<string[]>;
  /** Where Google's installer puts Chrome on this platform, if it is there. */
  systemChrome(): Promise<string | undefined>;
}

/** Chromium under the names that distributions give it, in the order in which they are tried. */
const NAMES_ON_PATH = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'chrome'];

/**
 * Looks for a browser without changing anything: PUPPETEER_EXECUTABLE_PATH, then puppeteer's own
 * cache, Google Chrome where its installer puts it, and last the PATH.
 *
 * @returns the executable, or undefined if there is none.
 * @throws if PUPPETEER_EXECUTABLE_PATH names something that is no file: quietly using another
 *   browser than the one that was asked for would be worse than stopping.
 */
export async function findBrowser(machine: Machine = thisMachine()): Promise<string | undefined> {
  const wished = machine.environment.PUPPETEER_EXECUTABLE_PATH;
  if (wished) {
    if (machine.isFile(wished)) return wished;
    throw new Error(
      `PUPPETEER_EXECUTABLE_PATH is "${wished}", which is no file; it must name a Chrome or Chromium executable.`,
    );
  }
  for (const cached of await machine.cachedChromes()) {
    if (machine.isFile(cached)) return cached;
  }
  const system = await machine.systemChrome();
  if (system && machine.isFile(system)) return system;
  return findOnPath(machine, NAMES_ON_PATH);
}

/**
 * The browser that `findBrowser` finds.
 *
 * @param advice what else would do; ends the error.
 * @throws Failure where there is none, in one line that says what to do.
 */
export async function requireBrowser(advice = '', machine: Machine = thisMachine()): Promise<string> {
  const found = await findBrowser(machine);
  if (found) return found;
  throw new Failure(
    `no Chrome or Chromium found: install one, or set PUPPETEER_EXECUTABLE_PATH to its executable${advice}`,
  );
}

/** The environment that makes a Vulkan program, such as Dawn in Node, run on SwiftShader. */
export interface SoftwareVulkan {
  LD_LIBRARY_PATH: string;
  VK_ICD_FILENAMES: string;
  VK_DRIVER_FILES: string;
}

/**
 * Chromium brings SwiftShader and a Vulkan loader of its own, in one folder. A program gets both
 * if these variables are set before it starts.
 *
 * @returns undefined on platforms other than Linux, and where the browser is built without them.
 */
export function softwareVulkan(
  browserExecutable: string,
  machine: Machine = thisMachine(),
): SoftwareVulkan | undefined {
  if (machine.platform !== 'linux') return undefined;
  const folders = [
    path.posix.dirname(machine.realPath(browserExecutable)),
    // Distributions put a shell script on the PATH; the build lies elsewhere.
    '/usr/lib/chromium',
    '/usr/lib64/chromium',
    '/usr/lib64/chromium-browser',
    '/usr/lib/chromium-browser',
    '/opt/google/chrome',
    '/snap/chromium/current/usr/lib/chromium-browser',
  ];
  for (const folder of folders) {
    const driver = path.posix.join(folder, 'vk_swiftshader_icd.json');
    if (!machine.isFile(driver) || !machine.isFile(path.posix.join(folder, 'libvulkan.so.1'))) {
      continue;
    }
    const before = machine.environment.LD_LIBRARY_PATH;
    return {
      LD_LIBRARY_PATH: before ? `${folder}:${before}` : folder,
      VK_ICD_FILENAMES: driver,
      // The name that loaders since 1.3.207 know; it wins over the older one.
      VK_DRIVER_FILES: driver,
    };
  }
  return undefined;
}

/** The computer that this process runs on. */
export function thisMachine(): Machine {
  const environment = process.env;
  return {
    environment,
    platform: process.platform,
    architecture: process.arch,
    isRoot: process.getuid?.() === 0,
    isFile(file) {
      try {
        return statSync(file).isFile();
      } catch {
        return false;
      }
    },
    realPath(file) {
      try {
        return realpathSync(file);
      } catch {
        return file;
      }
    },
    readText(file) {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return undefined;
      }
    },
    async cachedChromes() {
      const { Browser, getInstalledBrowsers, getVersionComparator } = await import('@puppeteer/browsers');
      const newerFirst = getVersionComparator(Browser.CHROME);
      const installed = await getInstalledBrowsers({ cacheDir: cacheFolder(environment) });
      return installed
        .filter((build) => build.browser === Browser.CHROME)
        .sort((a, b) => newerFirst(b.buildId, a.buildId))
        .map((build) => build.executablePath);
    },
    async systemChrome() {
      const { Browser, ChromeReleaseChannel, computeSystemExecutablePath } = await import('@puppeteer/browsers');
      try {
        return computeSystemExecutablePath({
          browser: Browser.CHROME,
          channel: ChromeReleaseChannel.STABLE,
        });
      } catch {
        return undefined;
      }
    },
  };
}

export function findOnPath(machine: Machine, names: readonly string[]): string | undefined {
  const windows = machine.platform === 'win32';
  const { delimiter, join } = windows ? path.win32 : path.posix;
  const folders = (machine.environment.PATH ?? '').split(delimiter).filter(Boolean);
  for (const name of names) {
    for (const folder of folders) {
      const file = join(folder, windows ? `${name}.exe` : name);
      if (machine.isFile(file)) return file;
    }
  }
  return undefined;
}

/** Puppeteer's own. */
export function cacheFolder(environment: Machine['environment']): string {
  return environment.PUPPETEER_CACHE_DIR || path.join(homedir(), '.cache', 'puppeteer');
}
