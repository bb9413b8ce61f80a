// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

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
  /** Downloads the stable Chrome into puppeteer's cache, and returns its executable. */
  downloadChrome(): Promise<string>;
  /** Rejects unless the command ends with exit code 0. */
  run(command: string, commandArguments: string[]): Promise<void>;
  log(message: string): void;
}

/** Chromium under the names that distributions give it, in the order in which they are tried. */
const NAMES_ON_PATH = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'chrome'];

const FIXES =
  'Install Chrome or Chromium, or set PUPPETEER_EXECUTABLE_PATH to its executable, or allow the ' +
  'download (unset PUPPETEER_SKIP_DOWNLOAD, check the network). On Debian: apt-get install chromium.';

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
 * Finds a browser, or installs one: puppeteer's download first, then Debian's package.
 *
 * @throws an error that names the ways out.
 */
export async function findOrInstallBrowser(machine: Machine = thisMachine()): Promise<string> {
  const found = await findBrowser(machine);
  if (found) return found;

  const failures: string[] = [];
  if (mayDownload(machine)) {
    machine.log('No browser found: downloading Chrome (about 180 MB, once).');
    try {
      return await machine.downloadChrome();
    } catch (error) {
      failures.push(`the download failed (${messageOf(error)})`);
    }
  }
  if (isDebian(machine) && machine.isRoot) {
    machine.log("No browser found: installing Debian's chromium package.");
    try {
      await machine.run('apt-get', ['update']);
      await machine.run('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium']);
      const installed = findOnPath(machine, ['chromium']);
      if (installed) return installed;
      failures.push('apt-get installed no executable named chromium');
    } catch (error) {
      failures.push(`apt-get failed (${messageOf(error)})`);
    }
  }
  const reason = failures.length > 0 ? `: ${failures.join('; ')}` : '';
  throw new Error(`No Chrome or Chromium found${reason}. ${FIXES}`);
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
    isFile: (file) => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false,
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
    async downloadChrome() {
      const { Browser, BrowserTag, detectBrowserPlatform, install, resolveBuildId } = await import(
        '@puppeteer/browsers'
      );
      const platform = detectBrowserPlatform();
      if (!platform) throw new Error(`no Chrome is built for ${process.platform}`);
      const buildId = await resolveBuildId(Browser.CHROME, platform, BrowserTag.STABLE);
      const cacheDir = cacheFolder(environment);
      return (await install({ browser: Browser.CHROME, buildId, cacheDir })).executablePath;
    },
    run: (command, commandArguments) => run(command, commandArguments, environment),
    // Standard output belongs to the results of the command line.
    log: (message) => console.error(message),
  };
}

function findOnPath(machine: Machine, names: string[]): string | undefined {
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

function mayDownload(machine: Machine): boolean {
  const { environment } = machine;
  const switches = [
    environment.PUPPETEER_SKIP_DOWNLOAD,
    environment.PUPPETEER_SKIP_CHROME_DOWNLOAD,
    environment.npm_config_puppeteer_skip_download,
  ];
  const switchedOff = switches.some((value) => value && value !== '0' && value !== 'false');
  // Google builds no Chrome for Linux on Arm; the download would be for x86-64.
  const available = machine.platform !== 'linux' || machine.architecture === 'x64';
  return available && !switchedOff;
}

/** Debian itself: Ubuntu's package of this name is a stub that needs a running snap service. */
function isDebian(machine: Machine): boolean {
  return /^ID="?debian"?$/m.test(machine.readText('/etc/os-release') ?? '');
}

function cacheFolder(environment: Machine['environment']): string {
  return environment.PUPPETEER_CACHE_DIR || path.join(homedir(), '.cache', 'puppeteer');
}

function run(command: string, commandArguments: string[], environment: Machine['environment']): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArguments, {
      // Its report goes to standard error, like all progress.
      stdio: ['ignore', 2, 2],
      env: { ...environment, DEBIAN_FRONTEND: 'noninteractive' },
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
