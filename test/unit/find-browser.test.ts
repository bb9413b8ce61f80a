// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { adapterFromEnvironment, browserArguments } from '../../src/cli/browser.js';
import { findBrowser, findOrInstallBrowser, type Machine, softwareVulkan } from '../../src/cli/find-browser.js';

/** A Linux machine with these files, where neither download nor apt-get works unless overridden. */
function machineWith(files: string[], overrides: Partial<Machine> = {}): Machine {
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
    downloadChrome: async () => {
      throw new Error('no network');
    },
    run: async () => {
      throw new Error('not allowed');
    },
    log: () => undefined,
    ...overrides,
  };
}

const CACHED = '/cache/chrome';
const SYSTEM = '/opt/google/chrome/chrome';
const ON_PATH = '/usr/bin/chromium';
const DEBIAN: Partial<Machine> & Pick<Machine, 'readText'> = {
  isRoot: true,
  readText: () => 'NAME="Debian"\nID=debian\n',
};

test('a wrong PUPPETEER_EXECUTABLE_PATH is an error, even if another browser exists', async () => {
  const machine = machineWith([ON_PATH], { environment: { PUPPETEER_EXECUTABLE_PATH: '/nowhere' } });
  await expect(findBrowser(machine)).rejects.toThrow('PUPPETEER_EXECUTABLE_PATH is "/nowhere"');
});

test('the order is: variable, cache, system, PATH', async () => {
  const overrides: Partial<Machine> = {
    cachedChromes: async () => [CACHED],
    systemChrome: async () => SYSTEM,
  };
  const variable = { environment: { PUPPETEER_EXECUTABLE_PATH: '/mine', PATH: '/usr/bin' } };
  const all = ['/mine', CACHED, SYSTEM, ON_PATH];
  expect(await findBrowser(machineWith(all, { ...overrides, ...variable }))).toBe('/mine');
  expect(await findBrowser(machineWith(all, overrides))).toBe(CACHED);
  expect(await findBrowser(machineWith([SYSTEM, ON_PATH], overrides))).toBe(SYSTEM);
  expect(await findBrowser(machineWith([ON_PATH], overrides))).toBe(ON_PATH);
  expect(await findBrowser(machineWith([], overrides))).toBeUndefined();
});

test('on Windows the PATH is split at semicolons and names end in .exe', async () => {
  const chrome = 'C:\\Chrome\\chrome.exe';
  const machine = machineWith([chrome], {
    platform: 'win32',
    environment: { PATH: 'C:\\Windows;C:\\Chrome' },
  });
  expect(await findBrowser(machine)).toBe(chrome);
});

test('without any browser the download comes first', async () => {
  const machine = machineWith([], { ...DEBIAN, downloadChrome: async () => CACHED });
  expect(await findOrInstallBrowser(machine)).toBe(CACHED);
});

test.each([
  ['switched off', { environment: { PATH: '/usr/bin', PUPPETEER_SKIP_DOWNLOAD: 'true' } }],
  ['not offered for this processor', { architecture: 'arm64' }],
  ['failing', {}],
])('with the download %s, root on Debian gets the chromium package', async (_, overrides) => {
  const files: string[] = [];
  const commands: string[] = [];
  const machine = machineWith(files, {
    ...DEBIAN,
    ...overrides,
    run: async (command, commandArguments) => {
      commands.push([command, ...commandArguments].join(' '));
      files.push(ON_PATH);
    },
  });
  expect(await findOrInstallBrowser(machine)).toBe(ON_PATH);
  expect(commands).toEqual(['apt-get update', 'apt-get install --yes --no-install-recommends chromium']);
});

test.each([
  ['Ubuntu', { isRoot: true, readText: () => 'ID=ubuntu\nID_LIKE=debian\n' }],
  ['Debian without root', { readText: DEBIAN.readText }],
])('on %s apt-get is not touched, and the error names the fixes', async (_, overrides) => {
  await expect(findOrInstallBrowser(machineWith([], overrides))).rejects.toThrow(
    /the download failed \(no network\).*PUPPETEER_EXECUTABLE_PATH.*apt-get install chromium/,
  );
});

test('software Vulkan comes from the folder of the real executable', () => {
  const folder = '/usr/lib/chromium';
  const machine = machineWith([`${folder}/libvulkan.so.1`, `${folder}/vk_swiftshader_icd.json`], {
    environment: { LD_LIBRARY_PATH: '/before' },
  });
  expect(softwareVulkan(ON_PATH, machine)).toEqual({
    LD_LIBRARY_PATH: `${folder}:/before`,
    VK_ICD_FILENAMES: `${folder}/vk_swiftshader_icd.json`,
    VK_DRIVER_FILES: `${folder}/vk_swiftshader_icd.json`,
  });
  expect(softwareVulkan(ON_PATH, machineWith([`${folder}/vk_swiftshader_icd.json`]))).toBeUndefined();
});

test('MEANFIELD_ADAPTER decides, and is checked', () => {
  expect(adapterFromEnvironment('software', {})).toBe('software');
  expect(adapterFromEnvironment('software', { MEANFIELD_ADAPTER: 'hardware' })).toBe('hardware');
  expect(() => adapterFromEnvironment('software', { MEANFIELD_ADAPTER: 'gpu' })).toThrow(
    'MEANFIELD_ADAPTER is "gpu"; it must be "hardware" or "software"',
  );
});

test('only root gives up the sandbox', () => {
  const user = browserArguments('software', { platform: 'linux', isRoot: false });
  expect(user).not.toContain('--no-sandbox');
  expect(browserArguments('software', { platform: 'linux', isRoot: true })).toContain('--no-sandbox');
  expect(user).toContain('--use-webgpu-adapter=swiftshader');
  expect(browserArguments('hardware', { platform: 'linux', isRoot: false }).join()).not.toMatch(/swiftshader/);
});
