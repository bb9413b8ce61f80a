// SPDX-License-Identifier: MIT

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { findOrInstallBrowser, type Installer } from '../../../scripts/install-browser.js';
import { adapterFromEnvironment, adapterRefusal, browserArguments } from '../../../src/cli/browser.js';
import { Failure } from '../../../src/cli/failure.js';
import { findBrowser, type Machine, requireBrowser, softwareVulkan } from '../../../src/cli/find-browser.js';
import { temporaryFolder } from '../../support/command-line.js';
import { goldenFile } from '../../support/golden.js';

/** A Linux machine with these files. */
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
    ...overrides,
  };
}

/** Neither download nor apt-get works unless overridden; what is done, and what is said before it, is noted. */
function installerWith(overrides: Partial<Installer> = {}): Installer & { done: string[] } {
  const done: string[] = [];
  return {
    done,
    log: (message) => void done.push(`says: ${message}`),
    async downloadChrome() {
      done.push('download');
      return (await overrides.downloadChrome?.()) ?? Promise.reject(new Error('no network'));
    },
    async downloadFirefox() {
      done.push('download Firefox');
      return (await overrides.downloadFirefox?.()) ?? Promise.reject(new Error('no network'));
    },
    async run(command, commandArguments) {
      done.push([command, ...commandArguments].join(' '));
      if (!overrides.run) throw new Error('not allowed');
      await overrides.run(command, commandArguments);
    },
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

test.each([
  ['no browser', {}],
  ['no browser, as root on Debian', DEBIAN],
])('with %s a command installs none, and says in one line what to do', async (_, overrides) => {
  await expect(requireBrowser('; advice', machineWith([], overrides))).rejects.toEqual(
    new Failure('no Chrome or Chromium found: install one, or set PUPPETEER_EXECUTABLE_PATH to its executable; advice'),
  );
  expect(await requireBrowser('', machineWith([ON_PATH], overrides))).toBe(ON_PATH);
});

// Where Chrome is installed for all there is no way to hide it.
test.runIf(process.platform === 'linux' && !existsSync('/opt/google/chrome/chrome'))(
  'a command that finds no browser calls no apt-get and downloads nothing',
  async () => {
    const folder = await temporaryFolder();
    await writeFile(folder.file('apt-get'), `#!/bin/sh\ntouch "${folder.file('called')}"\n`, { mode: 0o755 });
    const program = [path.resolve(import.meta.dirname, '../../../scripts/run.mjs'), 'src/cli/main.ts'];
    const image = goldenFile('default-5-labels', 'image.png');
    const command = ['refine', image, '--unary', goldenFile('default-5-labels', 'unary.npy')];
    const { PUPPETEER_EXECUTABLE_PATH: _, ...environment } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, [...program, ...command], {
      encoding: 'utf8',
      env: { ...environment, PATH: folder.path, PUPPETEER_CACHE_DIR: folder.file('cache') },
    });
    expect(stderr).toBe(
      'error: no Chrome or Chromium found: install one, or set PUPPETEER_EXECUTABLE_PATH to its executable; ' +
        '--backend cpu works without one\n',
    );
    expect(stdout).toMatch(/^image/);
    expect(status).toBe(1);
    expect(await folder.list()).toEqual(['apt-get']);
  },
);

test('the tests download Chrome where there is no browser, and say so before', async () => {
  const installer = installerWith({ downloadChrome: async () => CACHED });
  expect(await findOrInstallBrowser(machineWith([]), installer)).toBe(CACHED);
  expect(installer.done).toEqual([expect.stringMatching(/^says: No browser found: downloading Chrome/), 'download']);
  const unneeded = installerWith();
  expect(await findOrInstallBrowser(machineWith([ON_PATH]), unneeded)).toBe(ON_PATH);
  expect(unneeded.done).toEqual([]);
});

test('for root on Debian the tests install its package, and say so before', async () => {
  const files: string[] = [];
  const installer = installerWith({ run: async () => void files.push(ON_PATH) });
  expect(await findOrInstallBrowser(machineWith(files, DEBIAN), installer)).toBe(ON_PATH);
  expect(installer.done).toEqual([
    expect.stringMatching(/^says: No browser found: installing Debian's chromium .* by apt-get/),
    'apt-get update',
    'apt-get install --yes --no-install-recommends chromium',
  ]);
});

test('where the package cannot be had the download is tried', async () => {
  const installer = installerWith({ downloadChrome: async () => CACHED });
  expect(await findOrInstallBrowser(machineWith([], DEBIAN), installer)).toBe(CACHED);
  expect(installer.done.filter((line) => !line.startsWith('says'))).toEqual(['apt-get update', 'download']);
});

test.each([
  ['switched off', { environment: { PATH: '/usr/bin', PUPPETEER_SKIP_DOWNLOAD: 'true' } }],
  ['not offered for this processor', { architecture: 'arm64' }],
])('a download that is %s is not tried', async (_, overrides) => {
  const installer = installerWith({ downloadChrome: async () => CACHED });
  await expect(findOrInstallBrowser(machineWith([], overrides), installer)).rejects.toThrow(
    'No Chrome or Chromium found',
  );
  expect(installer.done).toEqual([]);
});

test.each([
  ['Ubuntu', { isRoot: true, readText: () => 'ID=ubuntu\nID_LIKE=debian\n' }],
  ['Debian without root', { readText: DEBIAN.readText }],
])('on %s apt-get is not touched, and the error names the fixes', async (_, overrides) => {
  const installer = installerWith();
  await expect(findOrInstallBrowser(machineWith([], overrides), installer)).rejects.toThrow(
    /the download failed \(no network\).*PUPPETEER_EXECUTABLE_PATH.*apt-get install chromium/,
  );
  expect(installer.done.filter((line) => line.startsWith('apt-get'))).toEqual([]);
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

describe('a browser that was asked for the GPU', () => {
  const nvidia = { vendor: 'nvidia', architecture: 'hopper', device: '', description: '', isFallbackAdapter: false };
  const swiftshader = { ...nvidia, vendor: 'google', architecture: 'swiftshader' };
  const inSoftware = "the browser's only WebGPU adapter is in software";

  test.each([
    ['hardware', nvidia, undefined],
    ['hardware', swiftshader, `${inSoftware} (google swiftshader)`],
    ['hardware', { ...nvidia, description: 'llvmpipe (LLVM 15)' }, `${inSoftware} (nvidia hopper llvmpipe (LLVM 15))`],
    ['hardware', { ...nvidia, isFallbackAdapter: true }, `${inSoftware} (nvidia hopper)`],
    ['hardware', null, 'the browser has no WebGPU adapter'],
    ['software', swiftshader, undefined],
    ['software', nvidia, undefined],
  ] as const)('%s on %o', (wanted, info, refusal) => {
    expect(adapterRefusal(wanted, info)).toBe(refusal);
  });
});

test('only root gives up the sandbox', () => {
  const user = browserArguments('software', { platform: 'linux', isRoot: false });
  expect(user).not.toContain('--no-sandbox');
  expect(browserArguments('software', { platform: 'linux', isRoot: true })).toContain('--no-sandbox');
  expect(user).toContain('--use-webgpu-adapter=swiftshader');
  expect(browserArguments('hardware', { platform: 'linux', isRoot: false }).join()).not.toMatch(/swiftshader/);
});
