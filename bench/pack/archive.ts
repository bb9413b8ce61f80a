// SPDX-License-Identifier: MIT

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { build } from 'vite';
import { findOrInstallNode } from '../../scripts/node-versions.mjs';
import { projectFolder } from '../../scripts/setup.mjs';
import { readBenchPhoto } from '../../src/cli/bench/photo.js';
import { describeRun } from '../../src/cli/bench/report.js';
import { Failure } from '../../src/cli/failure.js';
import { defaultMaximumPixels, readPhotograph } from '../../src/cli/files/image.js';
import { OutputFiles } from '../../src/cli/files/outputs.js';
import { packageVersion } from '../../src/cli/program.js';
import type { Streams } from '../../src/cli/streams.js';
import { imageFile } from './golden-case.js';

/** More is not carried to other machines gladly. */
const mostBytes = 50e6;

/** The smallest of the lines that are supported. */
const nodeMajor = 20;

const name = 'meanfield-bench';

/**
 * Writes the archive, a tar file through gzip, and returns its bytes.
 *
 * @throws Failure where this machine is none that it can be made for, or it came out too large
 */
export async function packBench(out: string, streams: Streams): Promise<number> {
  const { platform, arch } = process;
  const machine = `${platform}-${arch}`;
  if (!['linux-x64', 'linux-arm64'].includes(machine)) {
    throw new Failure(`this is ${machine}: the archive is made on linux-x64 or linux-arm64, for the same`);
  }
  const outputs = await OutputFiles.open({ out });
  const temporary = await mkdtemp(path.join(tmpdir(), `${name}-`));
  const folder = path.join(temporary, name);
  try {
    await mkdir(folder);
    streams.status('bundling');
    await bundle(folder);
    streams.status('Node and Dawn');
    await copyPrograms(folder, machine);
    streams.status('golden cases');
    await copyGoldenCases(path.join(folder, 'golden'));
    await writeTexts(folder);
    streams.status('compressing');
    const file = path.join(temporary, 'archive.tar.gz');
    const bytes = await compress(temporary, file);
    if (bytes > mostBytes) {
      throw new Failure(
        `the archive has ${bytes} bytes, expected at most ${mostBytes}; with binutils' strip it gets smaller`,
      );
    }
    const archive = await readFile(file);
    await outputs.write('out', () => [archive]);
    await outputs.commit();
    return bytes;
  } finally {
    streams.status('');
    await outputs.close();
    await rm(temporary, { recursive: true, force: true });
  }
}

/** One program with all that it imports, but for what comes with Node. */
async function bundle(folder: string): Promise<void> {
  await build({
    configFile: false,
    root: projectFolder,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: 'bench/pack/machine.ts',
      outDir: folder,
      emptyOutDir: false,
      target: 'node20',
      minify: false,
      rolldownOptions: {
        external: [/^node:/, ...builtinModules],
        output: { entryFileNames: 'machine.mjs', chunkFileNames: 'chunks/[name]-[hash].mjs' },
      },
    },
  });
}

/** Node, and Dawn where its package looks for it. Without symbols where there is `strip`. */
async function copyPrograms(folder: string, machine: string): Promise<void> {
  const node = await findOrInstallNode(nodeMajor);
  if (node === undefined) throw new Failure(`there is no Node ${nodeMajor} for ${machine}`);
  const dawn = path.join(projectFolder, 'node_modules/webgpu');
  const licences = path.join(folder, 'licences');
  await mkdir(licences);
  await mkdir(path.join(folder, 'dist', machine), { recursive: true });
  for (const [from, to] of [
    [node, 'node'],
    [path.join(dawn, 'dist', machine, 'dawn.node'), path.join('dist', machine, 'dawn.node')],
    [path.join(node, '../../LICENSE'), 'licences/Node.txt'],
    [path.join(dawn, 'LICENSE.md'), 'licences/Dawn.md'],
    [path.join(projectFolder, 'LICENSE'), 'licences/meanfield.txt'],
    [path.join(projectFolder, 'THIRD-PARTY.md'), 'licences/THIRD-PARTY.md'],
  ]) {
    await copyFile(from, path.join(folder, to));
  }
  for (const program of ['node', path.join('dist', machine, 'dawn.node')]) {
    spawnSync('strip', ['--strip-unneeded', path.join(folder, program)]);
  }
  await chmod(path.join(folder, 'node'), 0o755);
}

/** The fixtures, with images as plain bytes: what decodes them here stays here. */
async function copyGoldenCases(folder: string): Promise<void> {
  const fixtures = path.join(projectFolder, 'test/fixtures');
  for (const entry of await readdir(fixtures, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const [from, to] = [path.join(fixtures, entry.name), path.join(folder, entry.name)];
    await mkdir(to, { recursive: true });
    for (const file of await readdir(from)) {
      // The double sums are for the method 'exact', which has one shape.
      if (/^exact_|^kl\.json$/.test(file)) continue;
      if (file.endsWith('.png')) {
        const { data } = await readPhotograph(path.join(from, file), defaultMaximumPixels);
        await writeFile(path.join(to, imageFile), data);
      } else {
        await copyFile(path.join(from, file), path.join(to, file));
      }
    }
  }
}

async function writeTexts(folder: string): Promise<void> {
  const version = packageVersion();
  const { commit } = describeRun(version, 1);
  const { data, width, height } = await readBenchPhoto();
  await writeFile(path.join(folder, 'photo.rgba'), data);
  await writeFile(path.join(folder, 'photo.json'), JSON.stringify({ width, height }));
  await writeFile(
    path.join(folder, 'package.json'),
    JSON.stringify({ name, version, private: true, type: 'module', commit }),
  );
  await writeFile(
    path.join(folder, 'run'),
    '#!/bin/sh\nexec "$(dirname "$0")/node" "$(dirname "$0")/machine.mjs" "$@"\n',
    {
      mode: 0o755,
    },
  );
  await writeFile(path.join(folder, 'README.txt'), await readFile(path.join(projectFolder, 'bench/pack/README.txt')));
}

async function compress(folder: string, file: string): Promise<number> {
  const tar = spawn('tar', ['-C', folder, '-cf', '-', name], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(tar, 'close');
  await pipeline(tar.stdout, createGzip({ level: 9 }), createWriteStream(file));
  const [code] = await ended;
  if (code !== 0) throw new Failure(`tar ended with exit code ${code}`);
  return (await stat(file)).size;
}
