// SPDX-License-Identifier: MIT

import { Turns } from '../../gpu/turns.js';
import { Failure } from '../failure.js';
import { PageSession } from '../page/session.js';
import type { Streams } from '../streams.js';
import { AskedThread } from '../threads.js';
import { loadingLimit, type TimeLimit } from '../time-limit.js';
import {
  closeNetwork,
  type OpenJob,
  type OpenJobResult,
  openNetwork,
  type SegmentJob,
  type SegmentJobResult,
  segmentPicture,
} from './job.js';
import type { ToSegmenter } from './segment-messages.js';

/** Where a network runs: in a browser's page, in this thread, or in another one. */
export type SegmenterPlace = 'page' | 'here' | 'thread';

/**
 * A network in a headless browser's page, or in Node with backend 'cpu'. A page that ended, or lost its device for good, is replaced for the
 * next picture, and so is a thread. It does one thing at a time; who asks meanwhile waits.
 */
export class Segmenter {
  readonly #network: OpenJob;
  readonly #streams: Streams;
  readonly #limit: TimeLimit;
  readonly #place: SegmenterPlace;
  #session: PageSession | undefined;
  #thread: AskedThread<ToSegmenter, OpenJobResult | SegmentJobResult> | undefined;
  #opened: OpenJobResult | undefined;

  readonly #turns = new Turns();

  /** @param limit of the work on one picture, in a page. */
  constructor(network: OpenJob, streams: Streams, limit: TimeLimit, place: SegmenterPlace) {
    this.#place = place;
    this.#network = network;
    this.#streams = streams;
    this.#limit = limit;
  }

  get adapterName(): string | null {
    return this.#opened?.adapterName ?? null;
  }

  /** Throws what the library says of the network or its parameters. */
  open(): Promise<OpenJobResult> {
    return this.#turns.take(() => this.#open());
  }

  segment(job: SegmentJob): Promise<SegmentJobResult> {
    return this.#turns.take(() => this.#segment(job));
  }

  async close(): Promise<void> {
    const [session, thread] = [this.#session, this.#thread];
    this.#session = undefined;
    this.#thread = undefined;
    this.#opened = undefined;
    await session?.close();
    await thread?.close();
    if (this.#place === 'here') await closeNetwork();
  }

  async #open(): Promise<OpenJobResult> {
    if (this.#opened) return this.#opened;
    if (this.#place === 'page') {
      this.#streams.status('starting the browser');
      this.#session = await PageSession.start();
    }
    if (this.#place === 'thread')
      this.#thread = new AskedThread('segment/segment-worker', 'the thread that segmented it');
    this.#streams.status('loading the network');
    try {
      this.#opened = await this.#openNetwork();
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      this.#streams.status('');
    }
    return this.#opened;
  }

  async #openNetwork(): Promise<OpenJobResult> {
    // The other side of the wire, and of the thread, is this same program.
    if (this.#session) return (await this.#session.run('open-network', this.#network, loadingLimit)) as OpenJobResult;
    if (this.#thread) return (await this.#thread.ask({ open: this.#network })) as OpenJobResult;
    return await openNetwork(this.#network);
  }

  async #segment(job: SegmentJob): Promise<SegmentJobResult> {
    await this.#open();
    try {
      if (this.#session) return (await this.#session.run('segment-picture', job, this.#limit)) as SegmentJobResult;
      if (this.#thread) return (await this.#thread.ask({ segment: job })) as SegmentJobResult;
    } catch (error) {
      const isOver = error instanceof Failure || (error instanceof Error && error.name === 'DeviceError');
      if (isOver) await this.close();
      throw error;
    }
    return await segmentPicture(job);
  }
}
