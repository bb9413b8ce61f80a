// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { packedPackages } from './packed.js';

const repository = path.resolve(import.meta.dirname, '../..');
const installed = path.join(repository, 'node_modules');

export interface UserProjects {
  /** Holds `package`, the published library unpacked, a project for each example, under its name, and `command-line`, which has meanfield-cli. */
  folder: string;
  /** Runs one of the installed packages' programs in a project. Rejects, with what it printed, unless it ends well. */
  run(project: string, program: string, ...programArguments: string[]): Promise<string>;
  remove(): Promise<void>;
}

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/**
 * Copies examples into folders of their own, as a new user would who then runs `npm install`: each has the library as it is published, and what the
 * example's own package.json names; another folder has the command line with what it depends on. Nothing is downloaded, the packages are this repository's.
 */
export async function createUserProjects(examples: readonly string[]): Promise<UserProjects> {
  const folder = await mkdtemp(path.join(tmpdir(), 'meanfield-user-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  const library = path.join(folder, 'package');
  try {
    const packed = await packedPackages();
    await cp(packed.library.folder, library, { recursive: true });
    await createCommandLine(path.join(folder, 'command-line'), packed.commandLine.folder, library);
    await Promise.all(examples.map((example) => createProject(path.join(folder, example), example, library)));
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    folder,
    remove,
    run: (project, program, ...programArguments) =>
      run(process.execPath, [path.join(installed, program), ...programArguments], path.join(folder, project)),
  };
}

/** Names of all files below a folder, from there. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** Runs a program with this process' variables, but for what makes it a test. Rejects, with what it printed, unless it ends well. */
export async function run(
  program: string,
  programArguments: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const env = { ...process.env, NODE_ENV: 'production', ...variables };
  try {
    const { stdout } = await promisify(execFile)(program, programArguments, { cwd, env, maxBuffer: 2 ** 26 });
    return stdout;
  } catch (error) {
    const { message, stdout = '', stderr = '' } = error as Error & { stdout?: string; stderr?: string };
    throw new Error([message, stdout, stderr].join('\n'));
  }
}

async function createCommandLine(project: string, commandLine: string, library: string): Promise<void> {
  const { dependencies = {} } = await readManifest(commandLine);
  await linkPackages(
    project,
    Object.keys(dependencies).filter((name) => name !== 'meanfield'),
  );
  await cp(commandLine, path.join(project, 'node_modules/meanfield-cli'), { recursive: true });
  await cp(library, path.join(project, 'node_modules/meanfield'), { recursive: true });
}

async function createProject(project: string, example: string, library: string): Promise<void> {
  await cp(path.join(repository, 'examples', example), project, { recursive: true });
  const { dependencies, devDependencies } = await readManifest(project);
  const names = Object.keys({ ...dependencies, ...devDependencies });
  await linkPackages(
    project,
    names.filter((name) => name !== 'meanfield'),
  );
  // Not a link, which would resolve to where the example's other packages are not.
  await cp(library, path.join(project, 'node_modules/meanfield'), { recursive: true });
}

async function linkPackages(project: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const link = path.join(project, 'node_modules', name);
    await mkdir(path.dirname(link), { recursive: true });
    await symlink(path.join(installed, name), link, 'dir');
  }
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
}
