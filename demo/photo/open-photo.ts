// SPDX-License-Identifier: MIT

import { batch, computed, signal } from '@preact/signals';
import type { Picture } from '../engine/protocol.js';
import { defaultWorkingSize, type Photo, pictureOf, putAside, readPhoto, takeOut } from './photo.js';
import { type Sample, samples } from './samples.js';

/** A photo that is open, or was. */
export interface Opened {
  photo: Photo;
  sampleId: string | undefined;
  description: string;
}

/** The photo that is looked at, in the size that is worked on. */
export class OpenPhoto {
  readonly opened = signal<Opened | undefined>(undefined);
  /** Long side in pixels. */
  readonly workingSize = signal(defaultWorkingSize);
  readonly isLoading = signal(true);

  readonly photo = computed(() => this.opened.value?.photo);
  readonly sampleId = computed(() => this.opened.value?.sampleId);
  readonly isOwn = computed(() => this.opened.value !== undefined && this.sampleId.value === undefined);
  readonly picture = computed<Picture | undefined>(() => {
    const photo = this.photo.value;
    return photo && pictureOf(photo, this.workingSize.value);
  });

  /** The latest call wins: a slow file does not replace a photo that was chosen after it. */
  private loads = 0;

  get sample(): Sample | undefined {
    return samples.find(({ id }) => id === this.sampleId.value);
  }

  /** Resolves with what was read; undefined where another photo was asked for meanwhile. Throws what `read` throws, but then not. */
  async load<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
    const turn = ++this.loads;
    this.isLoading.value = true;
    try {
      const value = await read();
      return turn === this.loads ? value : undefined;
    } catch (error) {
      if (turn === this.loads) throw error;
      return undefined;
    } finally {
      if (turn === this.loads) this.isLoading.value = false;
    }
  }

  show(opened: Opened | undefined): void {
    const before = this.photo.peek();
    batch(() => {
      this.opened.value = opened;
      const now = opened?.photo;
      if (now === before) return;
      if (before) putAside(before);
      // It could be read once: where memory is short now, its reduced pixels are shown.
      if (now) takeOut(now, () => this.photo.peek() === now).catch(() => undefined);
    });
  }
}

export async function readSample({ address, title }: Sample): Promise<Photo> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`The sample ${title} could not be loaded (status ${response.status}).`);
  return readPhoto(title, await response.blob());
}
