// SPDX-License-Identifier: MIT

import { type FileHandle, open, stat } from 'node:fs/promises';
import { about, Failure } from '../failure.js';
import { ifThere } from '../files/folder.js';
import { writeAtomically } from './atomic-file.js';
import { decodeLine, encodeLine, readLines } from './journal-lines.js';

/** What all entries of a journal have in common; work that was done under other settings must not be taken up. */
export interface JournalSettings {
  readonly [name: string]: unknown;
}

/** Of the lines. What has another one, or none, was written by another version of this program. */
const FORMAT = 2;

/** Ends a line whose writing broke off, as it may when a run is killed; no whole line ends so. */
const TORN = '#torn';
const TORN_END = `${TORN}\n`;

/** What a journal has beside its entries. */
export interface JournalContent {
  settings: JournalSettings;
  /** Of the first line; all others depend on it. */
  checksum: string;
  /** Numbers, from 1, of lines that can't be believed. */
  damagedLines: readonly number[];
  /** What has to come before the next line: the end of the last one, if it has none. That a write broke off is no damage. */
  lastEnd: '' | '\n' | typeof TORN_END;
}

/**
 * What is done, a line an item, so that work that was killed goes on where it stopped. Lines are only ever added. Each has a checksum: one
 * that was damaged on the disk, or torn by a crash, is passed over, and its item is done again. The first line holds the settings; where
 * that is damaged nothing says what the others were made under, and the journal is refused.
 *
 *   const journal = await Journal.open(file, settings, (entry) => done.set(entry.item, entry));
 *   await journal.append({ item: 'a', … });
 */
export class Journal<Entry extends object> {
  readonly file: string;
  readonly #handle: FileHandle;
  readonly #checksum: string;
  #lastEnd: JournalContent['lastEnd'];

  private constructor(file: string, handle: FileHandle, { checksum, lastEnd }: JournalContent) {
    this.file = file;
    this.#handle = handle;
    this.#checksum = checksum;
    this.#lastEnd = lastEnd;
  }

  /**
   * Makes the file, or takes up the one that is there.
   *
   * @param visit gets the entries of earlier runs in order; where an item has several the last one holds.
   * @param warn is told of damaged lines.
   * @throws Failure where the file was written under other settings, naming the first that differs; where its first line is damaged; and
   *   where another version of this program, or another program, wrote it.
   */
  static async open<Entry extends object>(
    file: string,
    settings: JournalSettings,
    visit: (entry: Entry) => void,
    warn: (text: string) => void,
  ): Promise<Journal<Entry>> {
    return await about(file, async () => {
      const begin = encodeLine('journal', { format: FORMAT, settings }, '');
      if (!(await ifThere(stat(file)))) await writeAtomically(file, [begin]);
      const content = await readJournal<Entry>(file, visit);
      expectSame(content.settings, settings);
      if (content.damagedLines.length > 0) warn(describeDamage(file, content.damagedLines));
      return new Journal<Entry>(file, await open(file, 'a'), content);
    });
  }

  /** Returns when the lines are on the disk. */
  async append(...entries: readonly Entry[]): Promise<void> {
    await about(this.file, async () => {
      const text = entries.map((entry) => encodeLine('entry', entry, this.#checksum)).join('');
      // One write: of two processes that share a file neither tears the other's line.
      const begun = this.#lastEnd + text;
      this.#lastEnd = TORN_END;
      await this.#handle.appendFile(begun);
      this.#lastEnd = '';
      await this.#handle.datasync();
    });
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

/** Reads a journal without opening it for writing; one line is in memory at a time. Errors don't name the file: `about` does. */
export async function readJournal<Entry extends object>(
  file: string,
  visit: (entry: Entry) => void,
): Promise<JournalContent> {
  let begin: Pick<JournalContent, 'settings' | 'checksum'> | undefined;
  const damagedLines: number[] = [];
  let number = 0;
  let lastEnd: JournalContent['lastEnd'] = '';
  for await (const { bytes, ended } of readLines(file)) {
    number++;
    // A line that lacks nothing but its end is as good as whole.
    if (!ended) lastEnd = '\n';
    if (!begin) {
      begin = readBegin(bytes);
      continue;
    }
    const line = decodeLine(bytes, begin.checksum);
    if (line?.kind === 'entry') visit(line.value as Entry);
    else if (!ended) lastEnd = TORN_END;
    else if (bytes.toString('latin1', bytes.length - TORN.length) !== TORN) damagedLines.push(number);
  }
  if (!begin) throw new Failure(`not a journal of this program: it is empty; ${ANEW}`);
  return { ...begin, damagedLines, lastEnd };
}

/** The first line of journals without checksums. */
const OLD_BEGIN = '{"command":';

const ANEW = 'take another folder, or remove this file to begin anew';

function readBegin(bytes: Buffer): Pick<JournalContent, 'settings' | 'checksum'> {
  const line = decodeLine(bytes, '');
  if (line?.kind === 'journal') {
    const { format, settings } = line.value as { format: number; settings: JournalSettings };
    if (format === FORMAT) return { settings, checksum: line.checksum };
    throw new Failure(`a journal of format ${format}, expected ${FORMAT}: another version wrote it; ${ANEW}`);
  }
  if (bytes.toString('latin1', 0, OLD_BEGIN.length) === OLD_BEGIN) {
    throw new Failure(`a journal without checksums: an older version wrote it; ${ANEW}`);
  }
  throw new Failure(`line 1 is damaged, or this is not a journal of this program; ${ANEW}`);
}

/** Settings are compared as JSON: a key that one of the two lacks differs. */
export function expectSame(found: JournalSettings, settings: JournalSettings): void {
  for (const key of new Set([...Object.keys(found), ...Object.keys(settings)])) {
    const [before, now] = [JSON.stringify(found[key]), JSON.stringify(settings[key])];
    if (before === now) continue;
    throw new Failure(`it was begun with ${key} ${brief(before)}, now it is ${brief(now)}; ${ANEW}`);
  }
}

/** Says which lines of a file are damaged. */
export function describeDamage(file: string, damagedLines: readonly number[]): string {
  const shown = damagedLines.slice(0, 5).join(', ');
  const more = damagedLines.length > 5 ? ` and ${damagedLines.length - 5} more` : '';
  const are = damagedLines.length === 1 ? `line ${shown} is` : `lines ${shown}${more} are`;
  return `${file}: ${are} damaged and not believed; what no other line says is done again`;
}

function brief(json: string | undefined): string {
  if (json === undefined) return 'not set';
  return json.length <= 120 ? json : `${json.slice(0, 117)}...`;
}
