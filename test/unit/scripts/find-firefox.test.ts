// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { type FirefoxMachine, findFirefox, findOrInstallFirefox, requireFirefox } from '../../../scripts/firefox.js';
import type { Installer } from '../../../scripts/install-browser.js';

const onPath = '/usr/bin/firefox-esr';
const cached = '/cache/firefox';
const driver = '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json';
const debian: Partial<FirefoxMachine> = { isRoot: true, readText: () => 'ID=debian\n' };

/** A Linux machine with these files. */
function machineWith(files: string[], overrides: Partial<FirefoxMachine> = {}): FirefoxMachine {
  return {
    environment: { PATH: '/usr/local/bin:/usr/bin' },
    platform: 'linux',
    architecture: 'x64',
    isRoot: false,
    isFile: (file) => files.includes(file),
    realPath: (file) => file,
    readText: () => undefined,
    cachedChromes: async () => [],
    systemChrome: async () => undefined,
    cachedFirefoxes: async () => [cached],
    namesIn: (folder) => files.filter((file) => file.startsWith(folder)).map((file) => file.slice(folder.length + 1)),
    ...overrides,
  };
}

/** What is done is noted; apt-get and the download bring these files. */
function installerOf(
  files: string[],
  brings: { packages?: string[]; download?: string },
): Installer & { done: string[] } {
  const done: string[] = [];
  return {
    done,
    log: (message) => void done.push(`says: ${message}`),
    downloadChrome: () => Promise.reject(new Error('not asked for')),
    async downloadFirefox() {
      done.push('download');
      if (!brings.download) throw new Error('no network');
      files.push(brings.download);
      return brings.download;
    },
    async run(command, commandArguments) {
      done.push([command, ...commandArguments].join(' '));
      if (!brings.packages) throw new Error('not allowed');
      files.push(...brings.packages);
    },
  };
}

test('the order is: variable, cache, PATH; a wrong variable is an error', async () => {
  const files = ['/mine', cached, onPath];
  const wished = (name: string) => ({ environment: { MEANFIELD_FIREFOX: name, PATH: '/usr/bin' } });
  expect(await findFirefox(machineWith(files, wished('/mine')))).toBe('/mine');
  expect(await findFirefox(machineWith(files))).toBe(cached);
  expect(await findFirefox(machineWith([onPath]))).toBe(onPath);
  expect(await findFirefox(machineWith([]))).toBeUndefined();
  await expect(findFirefox(machineWith(files, wished('/nowhere')))).rejects.toThrow('MEANFIELD_FIREFOX is "/nowhere"');
});

test('where both are there nothing is installed', async () => {
  const files = [onPath, driver];
  const installer = installerOf(files, {});
  expect(await findOrInstallFirefox(machineWith(files, debian), installer)).toEqual({
    executable: onPath,
    softwareDriver: driver,
  });
  expect(installer.done).toEqual([]);
});

test('for root on Debian its packages are installed, those that are missing, and that is said before', async () => {
  const files: string[] = [];
  const installer = installerOf(files, { packages: [onPath, driver] });
  const found = await findOrInstallFirefox(machineWith(files, debian), installer);
  expect(found).toEqual({ executable: onPath, softwareDriver: driver });
  expect(installer.done).toEqual([
    expect.stringMatching(/^says: .*installing Debian's firefox-esr and mesa-vulkan-drivers .* by apt-get/),
    'apt-get update',
    'apt-get install --yes --no-install-recommends firefox-esr mesa-vulkan-drivers',
  ]);
  const driverOnly = installerOf(files, { packages: [driver] });
  files.splice(0, files.length, onPath);
  await findOrInstallFirefox(machineWith(files, debian), driverOnly);
  expect(driverOnly.done.at(-1)).toBe('apt-get install --yes --no-install-recommends mesa-vulkan-drivers');
});

test('elsewhere Firefox is downloaded, unless that is switched off', async () => {
  const files = [driver];
  const installer = installerOf(files, { download: cached });
  expect(await findOrInstallFirefox(machineWith(files), installer)).toMatchObject({ executable: cached });
  expect(installer.done).toEqual([expect.stringMatching(/^says: No Firefox found/), 'download']);

  const off = { environment: { PATH: '/usr/bin', PUPPETEER_SKIP_DOWNLOAD: 'true' } };
  const untouched = installerOf([], { download: cached });
  await expect(findOrInstallFirefox(machineWith([driver], off), untouched)).rejects.toThrow('No Firefox found');
  expect(untouched.done).toEqual([]);
});

test('an error names what failed and the ways out', async () => {
  const installer = installerOf([], {});
  await expect(findOrInstallFirefox(machineWith([], debian), installer)).rejects.toThrow(
    /apt-get failed \(not allowed\).*the download failed \(no network\).*No Firefox found.*MEANFIELD_FIREFOX/,
  );
});

test('Linux needs a driver in software, unless the hardware is wanted', async () => {
  await expect(requireFirefox(machineWith([onPath]))).rejects.toThrow(
    /No Vulkan driver for Firefox.*apt-get install firefox-esr mesa-vulkan-drivers/,
  );
  const hardware = { environment: { PATH: '/usr/bin', MEANFIELD_ADAPTER: 'hardware' } };
  expect(await requireFirefox(machineWith([onPath], hardware))).toEqual({
    executable: onPath,
    softwareDriver: undefined,
  });
  const mac = machineWith(['/Applications/Firefox.app/Contents/MacOS/firefox'], { platform: 'darwin' });
  expect((await requireFirefox(mac)).executable).toMatch(/Firefox\.app/);
});
