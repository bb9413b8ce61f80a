// SPDX-License-Identifier: MIT

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, findOnPath, type Machine, thisMachine } from '../src/cli/find-browser.js';
import { type Installer, installDebianPackages, isDebian, isDownloadOff, thisInstaller } from './install-browser.js';

/** What else the search for Firefox asks of the computer. */
export interface FirefoxMachine extends Machine {
  /** Firefox builds in puppeteer's cache, the newest first; the files may be gone. */
  cachedFirefoxes(): Promise<string[]>;
  /** Names in a folder; none where it can't be read. */
  namesIn(folder: string): string[];
}

/** What Firefox needs here, and where it is. */
export interface FoundFirefox {
  executable: string;
  /** The description of Mesa's Vulkan in software, on Linux. */
  softwareDriver: string | undefined;
}

/** Where its installers put it on macOS and Windows. */
const installed: Partial<Record<NodeJS.Platform, string>> = {
  darwin: '/Applications/Firefox.app/Contents/MacOS/firefox',
  win32: 'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
};

const driverFolder = '/usr/share/vulkan/icd.d';

const fixes =
  'Install Firefox, or set MEANFIELD_FIREFOX to its executable, or allow the download (unset PUPPETEER_SKIP_DOWNLOAD, check the ' +
  'network). On Debian: apt-get install firefox-esr mesa-vulkan-drivers.';

/**
 * Looks for Firefox without changing anything: MEANFIELD_FIREFOX, then puppeteer's cache, where its installer puts it, and last the PATH.
 *
 * @throws if MEANFIELD_FIREFOX names something that is no file
 */
export async function findFirefox(machine: FirefoxMachine = thisFirefoxMachine()): Promise<string | undefined> {
  const wished = machine.environment.MEANFIELD_FIREFOX;
  if (wished) {
    if (machine.isFile(wished)) return wished;
    throw new Error(`MEANFIELD_FIREFOX is "${wished}", which is no file; it must name a Firefox executable.`);
  }
  const usual = installed[machine.platform];
  const candidates = [...(await machine.cachedFirefoxes()), ...(usual ? [usual] : [])];
  return candidates.find((file) => machine.isFile(file)) ?? findOnPath(machine, ['firefox-esr', 'firefox']);
}

/** The file that describes lavapipe, Mesa's Vulkan in software: Firefox's WebGPU takes it where there is no GPU. */
export function findLavapipe(machine: FirefoxMachine = thisFirefoxMachine()): string | undefined {
  const name = machine.namesIn(driverFolder).find((file) => /^lvp_icd\..*json$/.test(file));
  return name && path.posix.join(driverFolder, name);
}

/** What there is. Throws where there is no Firefox, or nothing that its WebGPU could run on. */
export async function requireFirefox(machine: FirefoxMachine = thisFirefoxMachine()): Promise<FoundFirefox> {
  const executable = await findFirefox(machine);
  if (!executable) throw new Error(`No Firefox found. ${fixes}`);
  const softwareDriver = findLavapipe(machine);
  if (needsDriver(machine) && !softwareDriver) {
    throw new Error(`No Vulkan driver for Firefox: ${driverFolder} has no lvp_icd.*.json. ${fixes}`);
  }
  return { executable, softwareDriver };
}

/**
 * Finds Firefox and what it runs on, or installs them: Debian's packages for root on Debian, elsewhere puppeteer's download of Firefox.
 *
 * @throws an error that names the ways out
 */
export async function findOrInstallFirefox(
  machine: FirefoxMachine = thisFirefoxMachine(),
  installer: Installer = thisInstaller(machine),
): Promise<FoundFirefox> {
  const failures: string[] = [];
  if (isDebian(machine) && machine.isRoot) {
    const wanted = [
      ...((await findFirefox(machine)) ? [] : ['firefox-esr']),
      ...(needsDriver(machine) && !findLavapipe(machine) ? ['mesa-vulkan-drivers'] : []),
    ];
    if (wanted.length > 0) {
      await installDebianPackages('Firefox or its Vulkan driver is missing', wanted, installer).catch((error) =>
        failures.push(`apt-get failed (${(error as Error).message})`),
      );
    }
  }
  if (!(await findFirefox(machine)) && !isDownloadOff(machine)) {
    installer.log('No Firefox found: downloading it into the cache of puppeteer (about 100 MB, once).');
    await installer.downloadFirefox().catch((error) => failures.push(`the download failed (${error.message})`));
  }
  try {
    return await requireFirefox(machine);
  } catch (error) {
    throw new Error([...failures, (error as Error).message].join('; '));
  }
}

/** On a GPU Firefox finds a driver by itself, as on macOS and Windows. */
function needsDriver({ platform, environment }: Machine): boolean {
  return platform === 'linux' && environment.MEANFIELD_ADAPTER !== 'hardware';
}

function thisFirefoxMachine(): FirefoxMachine {
  const machine = thisMachine();
  return {
    ...machine,
    async cachedFirefoxes() {
      const { Browser, getInstalledBrowsers, getVersionComparator } = await import('@puppeteer/browsers');
      const newerFirst = getVersionComparator(Browser.FIREFOX);
      const builds = await getInstalledBrowsers({ cacheDir: cacheFolder(machine.environment) });
      return builds
        .filter(({ browser }) => browser === Browser.FIREFOX)
        .sort((a, b) => newerFirst(b.buildId, a.buildId))
        .map(({ executablePath }) => executablePath);
    },
    namesIn(folder) {
      try {
        return readdirSync(folder).sort();
      } catch {
        return [];
      }
    },
  };
}
