// SPDX-License-Identifier: MIT

import { Failure } from '../failure.js';
import { PageSession } from '../page/session.js';
import type { Streams } from '../streams.js';
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

/**
 * A network in a headless browser's page, or in Node with backend 'cpu'. A page that ended, or lost its device for good, is replaced for the
 * next picture.
 */
export class Segmenter {
  readonly #network: OpenJob;
  readonly #streams: Streams;
  readonly #limit: TimeLimit;
  #session: PageSession | undefined;
  #opened: OpenJobResult | undefined;

  /** @param limit of the work on one picture. */
  constructor(network: OpenJob, streams: Streams, limit: TimeLimit) {
    this.#network = network;
    this.#streams = streams;
    this.#limit = limit;
  }

  get adapterName(): string | null {
    return this.#opened?.adapterName ?? null;
  }

  /** Throws what the library says of the network or its parameters. */
  async open(): Promise<OpenJobResult> {
    if (this.#opened) return this.#opened;
    if (this.#network.backend === 'webgpu') {
      this.#streams.status('starting the browser');
      this.#session = await PageSession.start();
    }
    this.#streams.status('loading the network');
    try {
      // The other side of the wire is this same program.
      this.#opened = this.#session
        ? ((await this.#session.run('open-network', this.#network, loadingLimit)) as OpenJobResult)
        : await openNetwork(this.#network);
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      this.#streams.status('');
    }
    return this.#opened;
  }

  async segment(job: SegmentJob): Promise<SegmentJobResult> {
    await this.open();
    if (!this.#session) return await segmentPicture(job);
    try {
      return (await this.#session.run('segment-picture', job, this.#limit)) as SegmentJobResult;
    } catch (error) {
      const isOver = error instanceof Failure || (error instanceof Error && error.name === 'DeviceError');
      if (isOver) await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    this.#opened = undefined;
    if (session) await session.close();
    else if (this.#network.backend === 'cpu') await closeNetwork();
  }
}
