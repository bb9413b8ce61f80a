// SPDX-License-Identifier: MIT

import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type CommandResult, type Folder, meanfield, temporaryFolder } from '../../support/command-line.js';
import { drawnExample, storeExamples } from '../../support/data-set.js';

/** What the operating system refuses, for this reason: changes below a folder, or reading in it. Permissions would not keep root from it. */
const refused = vi.hoisted(() => ({ folder: '', code: '', reading: false }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  const isRefused = (file: unknown) => refused.folder !== '' && String(file).startsWith(refused.folder);
  const refuse = (file: unknown, code = refused.code) => {
    throw Object.assign(new Error(`${code}: its own words, open '${file}'`), { code, path: file, syscall: 'open' });
  };
  const unless = <Call extends (file: never, ...rest: never[]) => unknown>(when: () => boolean, call: Call) =>
    (async (file: never, ...rest: never[]) => (when() && isRefused(file) ? refuse(file) : call(file, ...rest))) as Call;
  return {
    ...real,
    mkdir: async (file: string, options?: { recursive?: boolean }) => {
      if (!isRefused(file) || refused.reading) return real.mkdir(file, options);
      // As libuv does it: it looks whether the folder is there, and that it is not is what it reports.
      const isKept = ['EACCES', 'EPERM', 'ENOSPC', 'ENOTDIR'].includes(refused.code);
      return refuse(file, options?.recursive && !isKept ? 'ENOENT' : refused.code);
    },
    open: async (file: string, flags: string) =>
      isRefused(file) && refused.reading === (flags === 'r') ? refuse(file) : real.open(file, flags),
    readFile: unless(() => refused.reading, real.readFile as never),
    readdir: unless(() => refused.reading, real.readdir as never),
    stat: unless(() => refused.reading, real.stat as never),
  };
});

afterEach(() => Object.assign(refused, { folder: '', code: '', reading: false }));

async function dataSet(): Promise<Folder> {
  const folder = await temporaryFolder();
  await storeExamples(folder, { a: drawnExample(1, 12, 10, 3), b: drawnExample(2, 12, 10, 3) });
  return folder;
}

const dataOf = (folder: Folder) => [
  ...[folder.file('logits'), folder.file('truth'), '--form', 'logits', '--images', folder.file('photos')],
  ...['--backend', 'cpu', '--bands', 'none', '--boundary', 'none'],
];

/** What each command does with a folder that it is to write to. */
const writers: Readonly<Record<string, (folder: Folder, out: string) => Promise<CommandResult>>> = {
  refine: ({ file }, out) =>
    meanfield(
      ...['refine', file('photos/a.png'), '--logits', file('logits/a.npy'), '--backend', 'cpu'],
      ...['--label-map', path.join(out, 'l.png')],
    ),
  segment: ({ file }, out) =>
    meanfield('segment', file('photos/a.png'), '--model', 'nuclei', '--out', path.join(out, 'x')),
  evaluate: (folder, out) => meanfield('evaluate', ...dataOf(folder), '--out', path.join(out, 'x')),
  merge: async (folder, out) => {
    const { code } = refused;
    refused.code = '';
    await meanfield('evaluate', ...dataOf(folder), '--out', folder.file('done'));
    refused.code = code;
    return await meanfield('merge', folder.file('done'), '--out', path.join(out, 'x'));
  },
  tune: (folder, out) => {
    const data = dataOf(folder).slice(0, -4);
    return meanfield('tune', ...data, '--candidates', '4', '--folds', '2', '--out', path.join(out, 'x'));
  },
};

const reasons = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many open files in this process',
  ENFILE: 'too many open files on this computer',
  EIO: 'the device could not be read or written',
} as const;

describe.each(Object.keys(writers))('%s says of a folder that it cannot write to', (command) => {
  test.each(Object.entries(reasons))('%s: %s', async (code, reason) => {
    const folder = await dataSet();
    const out = folder.file('results');
    await mkdir(out);
    Object.assign(refused, { folder: `${out}${path.sep}`, code });
    const { exitCode, error, out: text } = await writers[command](folder, out);
    expect(error).toMatch(/^error: [^\n]*\n$/);
    expect(error).toContain(`${out}${path.sep}`);
    expect(error.endsWith(`: ${reason}\n`), error).toBe(true);
    expect({ exitCode, text }).toEqual({ exitCode: 1, text: '' });
    expect(await readdir(out)).toEqual([]);
  });
});

describe('what cannot be read is told as what it is', () => {
  test.each(Object.entries(reasons))('%s: %s', async (code, reason) => {
    const folder = await dataSet();
    const { file } = folder;
    await writeFile(file('crf.json'), '{"kernels": []}');
    const commands: [refusedPath: string, command: string[]][] = [
      ['photos', ['refine', file('photos/a.png'), '--logits', file('logits/a.npy'), '--backend', 'cpu']],
      ['logits', ['refine', file('photos/a.png'), '--logits', file('logits/a.npy'), '--backend', 'cpu']],
      ['crf.json', ['refine', '-', '--logits', file('logits/a.npy'), '--options', file('crf.json')]],
      ['photos', ['segment', file('photos'), '--model', 'nuclei', '--out', file('out')]],
      ['mine.onnx', ['segment', file('photos'), '--model', file('mine.onnx'), '--out', file('out')]],
      ['truth', ['evaluate', ...dataOf(folder), '--out', file('out')]],
      ['out', ['merge', file('out'), '--out', file('merged')]],
      ['space.json', ['tune', ...dataOf(folder).slice(0, -4), '--space', file('space.json'), '--out', file('out')]],
    ];
    for (const [refusedPath, command] of commands) {
      Object.assign(refused, { folder: file(refusedPath), code, reading: true });
      const { exitCode, error } = await meanfield(...command);
      expect(error.startsWith(`error: ${file(refusedPath)}`), error).toBe(true);
      expect(error.endsWith(`: ${reason}\n`), error).toBe(true);
      expect(exitCode).toBe(1);
    }
  });
});

describe.skipIf(process.platform === 'win32')('a path that cannot be', () => {
  const tooLong = 'n'.repeat(300);
  test.each(Object.keys(writers))('as the output of %s', async (command) => {
    const folder = await dataSet();
    await writeFile(folder.file('file'), '');
    await symlink(folder.file('loop'), folder.file('loop'));
    const attempt = async (out: string, message: RegExp) => {
      const { exitCode, error } = await writers[command](folder, out);
      expect({ exitCode, error }).toEqual({ exitCode: 1, error: expect.stringMatching(message) });
      expect(error).toContain(out);
    };
    await attempt(
      folder.file('file'),
      /(is a file, expected a folder|a part of the path is not a folder|is not a folder)\n$/,
    );
    await attempt(folder.file('loop'), /: too many symbolic links\n$/);
    await attempt(folder.file(tooLong), /: the name is too long\n$/);
  });

  test('as an input', async () => {
    const folder = await dataSet();
    await writeFile(folder.file('file'), '');
    await symlink(folder.file('loop'), folder.file('loop'));
    const expectFailure = async (file: string, reason: string) => {
      for (const command of [
        ['refine', folder.file('photos/a.png'), '--logits', `${file}.npy`],
        ['refine', '-', '--logits', folder.file('logits/a.npy'), '--options', `${file}.json`],
        ['segment', `${file}.png`, '--model', 'nuclei', '--out', folder.file('out')],
        ['segment', folder.file('photos'), '--model', `${file}.onnx`, '--out', folder.file('out')],
        ['evaluate', file, folder.file('truth'), '--form', 'logits', '--out', folder.file('out')],
      ]) {
        const { exitCode, error } = await meanfield(...command);
        expect(error).toMatch(
          new RegExp(`^error: [^\\n]*: ${reason}(, neither here nor in MEANFIELD_MODELS \\(.*\\))?\\n$`),
        );
        expect(error).toContain(file);
        expect(exitCode).toBe(1);
      }
    };
    await expectFailure(folder.file('file/a'), 'a part of the path is not a folder');
    await expectFailure(folder.file('loop/a'), 'too many symbolic links');
    await expectFailure(folder.file(tooLong), 'the name is too long');
    await expectFailure(folder.file('none'), 'no such file');
    await mkdir(folder.file('a.npy'));
    const { error } = await meanfield('refine', folder.file('photos/a.png'), '--logits', folder.file('a.npy'));
    expect(error).toBe(`error: ${folder.file('a.npy')}: is a folder, expected a file\n`);
  });
});
