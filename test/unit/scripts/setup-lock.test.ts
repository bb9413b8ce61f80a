// SPDX-License-Identifier: MIT

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { withLock } from '../../../scripts/lock.mjs';
import { type Folder, temporaryFolder } from '../../support/command-line.js';

const module = pathToFileURL(path.resolve(import.meta.dirname, '../../../scripts/lock.mjs')).href;
const nobody = () => expect.fail('somebody has the lock');

/**
 * Runs a process that takes the lock `times` times and, while it has it, finds out whether another one has it too.
 *
 * @returns its exit code
 */
async function contend(folder: Folder, times: number): Promise<number> {
  const program = `
    import { mkdirSync, rmdirSync, appendFileSync } from 'node:fs';
    import { withLock } from ${JSON.stringify(module)};
    for (let time = 0; time < ${times}; time++) {
      await withLock(${JSON.stringify(folder.file('lock'))}, async () => {
        mkdirSync(${JSON.stringify(folder.file('inside'))});
        await new Promise((resolve) => setTimeout(resolve, 5));
        rmdirSync(${JSON.stringify(folder.file('inside'))});
        appendFileSync(${JSON.stringify(folder.file('done'))}, '.');
      }, () => undefined);
    }`;
  const [code] = await once(start(program), 'exit');
  return code;
}

/** A process that takes the lock, says so, and never gives it back; perhaps on behalf of another one too. */
async function holder(folder: Folder, alsoHeldBy?: number): Promise<ChildProcess> {
  const child = start(`
    import { withLock } from ${JSON.stringify(module)};
    await withLock(${JSON.stringify(folder.file('lock'))}, async (alsoHeldBy) => {
      ${alsoHeldBy === undefined ? '' : `alsoHeldBy(${alsoHeldBy});`}
      console.log('held');
      await new Promise(() => setInterval(() => undefined, 1e6));
    }, () => undefined);`);
  await once(child.stdout as NodeJS.EventEmitter, 'data');
  return child;
}

function start(program: string): ChildProcess {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test('one process at a time has it, and all come to their turn', async () => {
  const folder = await temporaryFolder();
  const codes = await Promise.all(Array.from({ length: 5 }, () => contend(folder, 3)));
  expect(codes).toEqual([0, 0, 0, 0, 0]);
  expect(await readFile(folder.file('done'), 'utf8')).toBe('.'.repeat(15));
  expect(await folder.list()).toEqual(['done']);
});

test('that of a killed process is taken over by one of those who wait', async () => {
  const folder = await temporaryFolder();
  const owner = await holder(folder);
  const codes = Promise.all(Array.from({ length: 4 }, () => contend(folder, 2)));
  const waitedFor: string[] = [];
  let killed = false;
  const ownTurn = withLock(
    folder.file('lock'),
    async () => void expect(killed).toBe(true),
    (name) => void waitedFor.push(name),
  );
  while (waitedFor.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(waitedFor[0]).toBe(`${owner.pid}@${encodeURIComponent(hostname())}`);
  killed = true;
  await kill(owner);
  await ownTurn;
  expect(await codes).toEqual([0, 0, 0, 0]);
  expect(await readFile(folder.file('done'), 'utf8')).toBe('.'.repeat(8));
  expect(await folder.list()).toEqual(['done']);
});

test('that of a killed process stays as long as the one that it named goes on', async () => {
  const folder = await temporaryFolder();
  const other = start('setInterval(() => undefined, 1e6)');
  const owner = await holder(folder, other.pid);
  await kill(owner);
  let ended = false;
  let turn: Promise<void> | undefined;
  await new Promise<void>((resolve) => {
    turn = withLock(
      folder.file('lock'),
      async () => void expect(ended).toBe(true),
      () => resolve(),
    );
  });
  ended = true;
  await kill(other);
  await turn;
});

test('names of ended processes, of this process’s own id, and none at all are no owners', async () => {
  const folder = await temporaryFolder();
  const lock = folder.file('lock');
  const ended = spawnSync(process.execPath, ['--version']).pid;
  for (const owner of [ended, process.pid]) {
    await mkdir(lock);
    await writeFile(path.join(lock, `${owner}@${encodeURIComponent(hostname())}`), '');
    await withLock(lock, async () => void expect(await readdir(lock)).toHaveLength(1), nobody);
  }
  await mkdir(lock);
  await utimes(lock, 1, 1);
  await withLock(lock, async () => undefined, nobody);
  expect(await folder.list()).toEqual([]);
});

test('one process waits for itself', async () => {
  const folder = await temporaryFolder();
  let inside = 0;
  const turns = Array.from({ length: 3 }, () =>
    withLock(
      folder.file('lock'),
      async () => {
        expect(++inside).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        inside--;
      },
      () => undefined,
    ),
  );
  await Promise.all(turns);
});

test('what goes wrong in the work leaves no lock, and a folder that cannot be made is an error', async () => {
  const folder = await temporaryFolder();
  const failing = withLock(folder.file('lock'), () => Promise.reject(new Error('in the work')), nobody);
  await expect(failing).rejects.toThrow('in the work');
  expect(await folder.list()).toEqual([]);
  await expect(withLock(folder.file('none/lock'), async () => undefined, nobody)).rejects.toThrow('ENOENT');
});
