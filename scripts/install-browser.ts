// SPDX-License-Identifier: MIT

import { spawn } from 'node:child_process';
import { cacheFolder, findBrowser, findOnPath, type Machine, thisMachine } from '../src/cli/find-browser.js';

/** What installing does to the computer; tests hand in one that does nothing. Only `npm test` installs, no command does. */
export interface Installer {
  /** Downloads the stable Chrome into puppeteer's cache, and returns its executable. */
  downloadChrome(): Promise<string>;
  /** The same with Firefox. */
  downloadFirefox(): Promise<string>;
  /** Rejects unless the command ends with exit code 0. */
  run(command: string, commandArguments: string[]): Promise<void>;
  /** Says what is going to be done. */
  log(message: string): void;
}

const FIXES =
  'Install Chrome or Chromium, or set PUPPETEER_EXECUTABLE_PATH to its executable, or allow the ' +
  'download (unset PUPPETEER_SKIP_DOWNLOAD, check the network). On Debian: apt-get install chromium.';

/**
 * Finds a browser, or installs one: Debian's package for root on Debian, puppeteer's download elsewhere, or where the package can't be had.
 *
 * @throws an error that names the ways out.
 */
export async function findOrInstallBrowser(
  machine: Machine = thisMachine(),
  installer: Installer = thisInstaller(machine),
): Promise<string> {
  const found = await findBrowser(machine);
  if (found) return found;
  const failures: string[] = [];
  if (isDebian(machine) && machine.isRoot) {
    try {
      await installDebianPackages('No browser found', ['chromium'], installer);
      const installed = findOnPath(machine, ['chromium']);
      if (installed) return installed;
      failures.push('apt-get installed no executable named chromium');
    } catch (error) {
      failures.push(`apt-get failed (${messageOf(error)})`);
    }
  }
  if (mayDownload(machine)) {
    installer.log('No browser found: downloading Chrome into the cache of puppeteer (about 180 MB, once).');
    try {
      return await installer.downloadChrome();
    } catch (error) {
      failures.push(`the download failed (${messageOf(error)})`);
    }
  }
  const reason = failures.length > 0 ? `: ${failures.join('; ')}` : '';
  throw new Error(`No Chrome or Chromium found${reason}. ${FIXES}`);
}

/** @param reason why they are needed, for what is said before */
export async function installDebianPackages(
  reason: string,
  packages: readonly string[],
  installer: Installer,
): Promise<void> {
  installer.log(`${reason}: installing Debian's ${packages.join(' and ')} on this computer, by apt-get.`);
  await installer.run('apt-get', ['update']);
  await installer.run('apt-get', ['install', '--yes', '--no-install-recommends', ...packages]);
}

/** This computer. */
export function thisInstaller({ environment }: Machine): Installer {
  return {
    downloadChrome: () => download('CHROME', environment),
    downloadFirefox: () => download('FIREFOX', environment),
    run: (command, commandArguments) => run(command, commandArguments, environment),
    log: (message) => console.error(message),
  };
}

/** The newest stable build, into puppeteer's cache; returns its executable. */
async function download(name: 'CHROME' | 'FIREFOX', environment: Machine['environment']): Promise<string> {
  const { Browser, BrowserTag, detectBrowserPlatform, install, resolveBuildId } = await import('@puppeteer/browsers');
  const platform = detectBrowserPlatform();
  if (!platform) throw new Error(`no ${name.toLowerCase()} is built for ${process.platform}`);
  const browser = Browser[name];
  const buildId = await resolveBuildId(browser, platform, BrowserTag.STABLE);
  return (await install({ browser, buildId, cacheDir: cacheFolder(environment) })).executablePath;
}

function mayDownload(machine: Machine): boolean {
  // Google builds no Chrome for Linux on Arm; the download would be for x86-64.
  const available = machine.platform !== 'linux' || machine.architecture === 'x64';
  return available && !isDownloadOff(machine);
}

/** Whether the user wants no browser to be downloaded. */
export function isDownloadOff({ environment }: Machine): boolean {
  const switches = [
    environment.PUPPETEER_SKIP_DOWNLOAD,
    environment.PUPPETEER_SKIP_CHROME_DOWNLOAD,
    environment.npm_config_puppeteer_skip_download,
  ];
  return switches.some((value) => value && value !== '0' && value !== 'false');
}

/** Debian itself: Ubuntu's package of this name is a stub that needs a running snap service. */
export function isDebian(machine: Machine): boolean {
  return /^ID="?debian"?$/m.test(machine.readText('/etc/os-release') ?? '');
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
