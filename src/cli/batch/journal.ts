// SPDX-License-Identifier: MIT

import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { about, Failure } from '../failure.js';
import { writeAtomically } from './atomic-file.js';

/** What all entries of a journal have in common; work that was done under other settings must not be taken up. */
export interface JournalSettings {
  readonly [name: string]: unknown;
}

/**
 * What is done, a line of JSON an item, so that work that was killed goes on where it stopped. Lines are only ever added: a line that was
 * torn by a crash is no JSON, is passed over, and its item is done again. The first line holds the settings.
 *
 *   const journal = await Journal.open(file, settings, (entry) => done.set(entry.item, entry));
 *   await journal.append({ item: 'a', … });
 */
export class Journal<Entry extends object> {
  readonly file: string;
  readonly #handle: FileHandle;
  /** The file does not end with a line's end: a write broke off. */
  #torn: boolean;

  private constructor(file: string, handle: FileHandle, torn: boolean) {
    this.file = file;
    this.#handle = handle;
    this.#torn = torn;
  }

  /**
   * Makes the file, or takes up the one that is there.
   *
   * @param visit gets the entries of earlier runs in order; where an item has several the last one holds.
   * @throws Failure where the file was written under other settings, naming the first that differs.
   */
  static async open<Entry extends object>(
    file: string,
    settings: JournalSettings,
    visit: (entry: Entry) => void,
  ): Promise<Journal<Entry>> {
    return await about(file, async () => {
      const exists = await stat(file).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOENT') return false;
          throw error;
        },
      );
      if (!exists) await writeAtomically(file, [`${JSON.stringify(settings)}\n`]);
      const found = await readJournal<Entry>(file, visit);
      expectSame(found, settings);
      const handle = await open(file, 'a');
      return new Journal<Entry>(file, handle, await endsTorn(file));
    });
  }

  /** Returns when the lines are on the disk. */
  async append(...entries: readonly Entry[]): Promise<void> {
    await about(this.file, async () => {
      const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      // One write: of two processes that share a file neither tears the other's line.
      const begun = this.#torn ? `\n${text}` : text;
      this.#torn = true;
      await this.#handle.appendFile(begun);
      this.#torn = false;
      await this.#handle.datasync();
    });
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/**
 * Reads a journal without opening it for writing; one line is in memory at a time.
 *
 * @returns the settings.
 */
export async function readJournal<Entry extends object>(
  file: string,
  visit: (entry: Entry) => void | Promise<void>,
): Promise<JournalSettings> {
  let settings: JournalSettings | undefined;
  const input = createReadStream(file);
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const value = parseObject(line);
      if (settings === undefined) {
        if (!value) throw new Failure('not a journal of this program: its first line is no JSON object');
        settings = value as JournalSettings;
      } else if (value) await visit(value as Entry);
    }
  } finally {
    input.destroy();
  }
  if (!settings) throw new Failure('not a journal of this program: it is empty');
  return settings;
}

function parseObject(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

async function endsTorn(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    await handle.read(last, 0, 1, size - 1);
    return last[0] !== 0x0a;
  } finally {
    await handle.close();
  }
}

/** Settings are compared as JSON: a key that one of the two lacks differs. */
export function expectSame(found: JournalSettings, settings: JournalSettings): void {
  for (const key of new Set([...Object.keys(found), ...Object.keys(settings)])) {
    const [before, now] = [JSON.stringify(found[key]), JSON.stringify(settings[key])];
    if (before === now) continue;
    throw new Failure(
      `it was begun with ${key} ${brief(before)}, now it is ${brief(now)}; take another folder, or remove this file to begin anew`,
    );
  }
}

function brief(json: string | undefined): string {
  if (json === undefined) return 'not set';
  return json.length <= 120 ? json : `${json.slice(0, 117)}...`;
}
