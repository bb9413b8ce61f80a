// SPDX-License-Identifier: MIT

import { createStore, delMany, get, set, setMany, type UseStore } from 'idb-keyval';
import { type Marks, noMarks } from '../marks/marks.js';
import { decodeMarks, encodeMarks } from '../marks/marks-code.js';
import { labelsNamed } from '../state/labels.js';
import { mergesWithin } from '../state/merges.js';
import type { LabelSet } from '../state/palette.js';

/** Larger files are not kept: browsers give a page only so much room. */
export const mostBytes = 32 * 1024 * 1024;

/** What was done to a photo. */
export interface ShelvedWork {
  marks: Marks;
  corrections: Marks;
  labels: LabelSet;
  /** A preset's name; undefined where it was none. */
  network: string | undefined;
}

export interface Shelved extends ShelvedWork {
  id: string;
  name: string;
  file: Blob;
}

/** As it is stored: marks as links have them, since those are checked when they are read. */
interface Stored {
  id: string;
  marks: string;
  corrections: string;
  names: readonly string[];
  hidden: readonly number[];
  merges: Readonly<Record<number, number>>;
  network: string | undefined;
}

const photoKey = 'photo';
const workKey = 'work';

let opened: UseStore | undefined;

/** Throws where the browser stores nothing. */
function store(): UseStore {
  opened ??= createStore('meanfield', 'own photo');
  return opened;
}

/** Keeps a photo, instead of the one before. All of these reject where the browser refuses, or has no room. */
export async function shelve({ id, name, file, ...work }: Shelved): Promise<void> {
  await setMany(
    [
      [photoKey, { id, name, file }],
      [workKey, storedOf(id, work)],
    ],
    store(),
  );
}

/** What was done to the photo since. The file is not written again. */
export async function shelveWork(id: string, work: ShelvedWork): Promise<void> {
  await set(workKey, storedOf(id, work), store());
}

/** The photo that is kept; undefined where there is none. Without its marks where those are of another one, or damaged. */
export async function fromShelf(): Promise<Shelved | undefined> {
  const photo = await get<Partial<Pick<Shelved, 'id' | 'name' | 'file'>>>(photoKey, store());
  if (!photo?.id || !(photo.file instanceof Blob)) return undefined;
  const { id, name = 'Your photo', file } = photo;
  const stored = await get<Partial<Stored>>(workKey, store());
  return { id, name, file, ...workOf(stored?.id === id ? stored : {}) };
}

export async function clearShelf(): Promise<void> {
  await delMany([photoKey, workKey], store());
}

function storedOf(id: string, { marks, corrections, labels, network }: ShelvedWork): Stored {
  return {
    id,
    marks: encodeMarks(marks),
    corrections: encodeMarks(corrections),
    names: labels.labels.map(({ name }) => name),
    hidden: labels.labels.flatMap(({ isShown }, index) => (isShown ? [] : [index])),
    merges: labels.merges,
    network,
  };
}

function workOf({
  marks = '',
  corrections = '',
  names,
  hidden = [0],
  merges = {},
  network,
}: Partial<Stored>): ShelvedWork {
  const labels = labelsNamed(names ?? ['Background', 'Object']).map((label, index) => ({
    ...label,
    isShown: !hidden.includes(index),
  }));
  return {
    marks: decodeMarks(marks, labels.length) ?? noMarks,
    corrections: decodeMarks(corrections, labels.length) ?? noMarks,
    labels: { labels, merges: mergesWithin(merges, labels.length, () => undefined) },
    network,
  };
}
