// SPDX-License-Identifier: MIT

import { rmSync } from 'node:fs';
import { type FileHandle, open, realpath, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { about, Failure } from '../failure.js';
import { ifThere } from './folder.js';

export interface WrittenFile {
  /** The option that named it, without dashes. */
  kind: string;
  file: string;
  bytes: number;
}

interface PendingFile {
  /** As the user wrote it. */
  file: string;
  target: string;
  temporary: string;
  handle: FileHandle;
  bytes: number;
}

/**
 * The files that a command writes: all of them or none. Each grows under a temporary name in the folder where it
 * belongs and takes its own name at the end, so that nobody ever sees half a file. The temporary files are made before
 * the work begins: a folder that is missing or read-only shows at once.
 */
export class OutputFiles {
  readonly #pending = new Map<string, PendingFile>();
  /** process.exit, and signals by way of it, leave nothing behind either. */
  readonly #removeTemporaries = () => {
    for (const { temporary } of this.#pending.values()) rmSync(temporary, { force: true });
  };

  /** @param files path by kind. */
  static async open(files: Readonly<Record<string, string>>): Promise<OutputFiles> {
    const outputs = new OutputFiles();
    process.on('exit', outputs.#removeTemporaries);
    try {
      for (const [kind, file] of Object.entries(files)) {
        await about(`--${kind} ${file}`, () => outputs.#add(kind, file));
      }
    } catch (error) {
      await outputs.close();
      throw error;
    }
    return outputs;
  }

  async #add(kind: string, file: string): Promise<void> {
    const folder = path.dirname(path.resolve(file));
    const folderStatus = await ifThere(stat(folder));
    if (!folderStatus) throw new Failure(`the folder ${folder} does not exist`);
    if (!folderStatus.isDirectory()) throw new Failure(`${folder} is not a folder`);
    const existing = await ifThere(stat(file));
    // A rename would put a file in the place of a device such as /dev/null.
    if (existing && !existing.isFile()) throw new Failure('is there and not a regular file');
    // Through a symbolic link the file that it leads to is replaced, not the link.
    const target = existing ? await realpath(file) : path.resolve(file);
    const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}.${kind}.partial`);
    const handle = await open(temporary, 'wx');
    this.#pending.set(kind, { file, target, temporary, handle, bytes: 0 });
  }

  /** @param content makes the file's bytes; not called where nobody asked for the file. */
  async write(kind: string, content: () => readonly Uint8Array[] | Promise<readonly Uint8Array[]>): Promise<void> {
    const pending = this.#pending.get(kind);
    if (!pending) return;
    await about(`--${kind} ${pending.file}`, async () => {
      for (const piece of await content()) {
        await pending.handle.writeFile(piece);
        pending.bytes += piece.length;
      }
    });
  }

  /** Gives every file its name. */
  async commit(): Promise<WrittenFile[]> {
    const written: WrittenFile[] = [];
    for (const [kind, { file, target, temporary, handle, bytes }] of this.#pending) {
      await about(`--${kind} ${file}`, async () => {
        await handle.close();
        await rename(temporary, target);
      });
      this.#pending.delete(kind);
      written.push({ kind, file, bytes });
    }
    return written;
  }

  /** Removes what was not committed. */
  async close(): Promise<void> {
    for (const { handle } of this.#pending.values()) await handle.close().catch(() => undefined);
    this.#removeTemporaries();
    this.#pending.clear();
    process.off('exit', this.#removeTemporaries);
  }
}
