// SPDX-License-Identifier: MIT

import { effect, signal } from '@preact/signals';
import { offerOf } from '../networks/catalogue.js';
import { byMarks } from '../networks/network-choice.js';
import { type Photo, readPhoto } from '../photo/photo.js';
import { samples } from '../photo/samples.js';
import { clearShelf, fromShelf, mostBytes, type ShelvedWork, shelve, shelveWork } from '../photo/shelf.js';
import type { Opening, Session } from './session.js';

/** Milliseconds after a change in which others may follow. */
const pause = 250;

/** Keeps the visitor's own photo and its marks in this browser, until they are forgotten or another one takes their place. */
export class Keeper {
  /** Of the photo that was the visitor's last. */
  readonly state = signal<'none' | 'kept' | 'too large' | 'refused'>('none');
  /** Whether something is not yet written. */
  readonly isSaving = signal(false);
  /** The photo that is open and on the shelf, or was when it was open. */
  private shelved: { photo: Photo; id: string } | undefined;
  private forgotten: Photo | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** One after the other. */
  private writes: Promise<unknown> = Promise.resolve();

  constructor(private readonly session: Session) {
    void this.write(async () => {
      if ((await fromShelf()) && this.state.peek() === 'none') this.state.value = 'kept';
    });
    effect(() => this.follow());
    // What is to be written is written before the page goes.
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden' && this.timer !== undefined) this.save();
    });
  }

  /**
   * Opens the photo that is kept.
   *
   * @returns whether it is open
   */
  async open(opening: Opening = {}): Promise<boolean> {
    const { session } = this;
    await this.writes;
    const kept = await fromShelf().catch(() => undefined);
    if (!kept) return false;
    const { id, name, file, network, ...work } = kept;
    const offer = network === undefined ? undefined : offerOf(network);
    await session.openOwn('open your photo', opening, async () => {
      const photo = await readPhoto(name, file);
      this.shelved = { photo, id };
      return { ...work, photo, network: opening.network ?? offer?.name ?? byMarks };
    });
    return session.open.isOwn.peek();
  }

  /** Nothing of it stays, and undo does not bring it back. */
  async forget(): Promise<void> {
    const { session } = this;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (session.open.isOwn.peek()) {
      this.forgotten = session.open.photo.peek();
      await session.openSample(samples[0]);
    }
    session.timeline.clear();
    this.shelved = undefined;
    await this.write(async () => {
      await clearShelf();
      this.state.value = 'none';
    });
  }

  private follow(): void {
    const { open } = this.session;
    const photo = open.photo.value;
    // All that is kept is read, so that the effect follows it.
    const work = this.work();
    if (!photo || !open.isOwn.value || photo === this.forgotten) return;
    if (photo === this.shelved?.photo) {
      clearTimeout(this.timer);
      this.isSaving.value = true;
      this.timer = setTimeout(() => this.save(), pause);
    } else this.shelve(photo, work);
  }

  private work(): ShelvedWork {
    const { marks, corrections, palette, choice } = this.session;
    const network = choice.network.value;
    return {
      marks: marks.value,
      corrections: corrections.value,
      labels: palette.own.value,
      network: typeof network === 'string' ? network : undefined,
    };
  }

  private shelve(photo: Photo, work: ShelvedWork): void {
    const { name, file } = photo;
    const id = `${Date.now()}-${Math.random()}`;
    this.shelved = { photo, id };
    void this.write(async () => {
      if (file.size > mostBytes) {
        await clearShelf();
        this.state.value = 'too large';
        return;
      }
      await shelve({ id, name, file, ...work });
      this.state.value = 'kept';
    });
  }

  private save(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { shelved } = this;
    const work = this.work();
    void this.write(async () => {
      if (shelved && this.state.peek() === 'kept') await shelveWork(shelved.id, work);
    });
  }

  /** A private window, or one without room, goes without. */
  private write(act: () => Promise<void>): Promise<void> {
    this.isSaving.value = true;
    const written = this.writes.then(act).catch(() => {
      this.state.value = 'refused';
    });
    this.writes = written;
    return written.then(() => {
      if (this.writes === written && this.timer === undefined) this.isSaving.value = false;
    });
  }
}
