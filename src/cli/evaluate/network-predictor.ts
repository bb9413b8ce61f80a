// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import type { RgbaImage } from '../../index.js';
import { checkNetwork, type NetworkUnary, type ResolvedNetwork } from '../../pipeline/index.js';
import { Failure, messageOf, UsageError } from '../failure.js';
import type { PageSession } from '../page/session.js';
import { type FoundNetwork, findNetwork } from '../segment/network-files.js';
import type { Streams } from '../streams.js';
import { defaultNetworkSeconds, imageLimit, loadingLimit, type TimeLimit } from '../time-limit.js';
import type { ComputeHost } from './compute-host.js';
import type { DataSetOptions } from './data-set-options.js';
import { NetworkThread } from './network-thread.js';

/** A network that was found, its file with it, and how long an image may take. */
export interface NetworkSeed extends Pick<FoundNetwork, 'job' | 'source' | 'hash'> {
  model: string;
  seconds: number;
}

/** A network that predicts where the host computes: in a thread by WebAssembly, or in the host's page on WebGPU. */
export class NetworkPredictor {
  readonly network: ResolvedNetwork;
  /** All that its predictions depend on; plain JSON. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly #found: FoundNetwork;
  readonly #model: string;
  readonly #host: ComputeHost;
  readonly #streams: Streams;
  readonly #limit: TimeLimit;
  #thread: NetworkThread | undefined;
  /** The page that has the network: another one must be given it again. */
  #page: PageSession | undefined;

  private constructor(model: string, found: FoundNetwork, host: ComputeHost, streams: Streams, limit: TimeLimit) {
    this.#model = model;
    this.#found = found;
    this.#host = host;
    this.#streams = streams;
    this.#limit = limit;
    this.network = checkNetwork(found.description);
    const { name, input, output, labels, variants = [] } = this.network;
    const place = createHash('sha256')
      .update(JSON.stringify([input, output, labels, ...variants.map((variant) => variant.input.size)]))
      .digest('hex');
    this.settings = { network: name, networkHash: found.hash, networkDescription: place };
  }

  /**
   * Finds the network that `--model` names, if it names one; it is loaded by `open`.
   *
   * @throws UsageError for a network that wants marks, Failure for files that are not there or don't fit.
   */
  static async find(
    { model, timeout = defaultNetworkSeconds }: Pick<DataSetOptions, 'model' | 'timeout'>,
    host: ComputeHost,
    streams: Streams,
  ): Promise<NetworkPredictor | undefined> {
    if (model === undefined) return undefined;
    const predictor = NetworkPredictor.of(model, await findNetwork(model, streams), timeout, host, streams);
    if (!predictor.network.prompts) return predictor;
    throw new UsageError(
      `--model: got ${JSON.stringify(model)}, expected a network that needs nobody to tell it what to look for`,
    );
  }

  /** @param seconds that an image may take */
  static of(
    model: string,
    found: FoundNetwork,
    seconds: number,
    host: ComputeHost,
    streams: Streams,
  ): NetworkPredictor {
    return new NetworkPredictor(model, found, host, streams, imageLimit(seconds));
  }

  /** What another thread needs to have the same network. Plain data. */
  get seed(): NetworkSeed {
    const { job, source, hash } = this.#found;
    return { model: this.#model, job, source, hash, seconds: this.#limit.seconds };
  }

  /** Loads the network. Throws Failure: what goes wrong here goes wrong for every image. */
  async open(): Promise<void> {
    const page = this.#host.backend === 'webgpu' ? await this.#host.page() : undefined;
    if (this.#thread || (page && this.#page === page)) return;
    this.#streams.status('loading the network');
    try {
      if (page) await this.#host.runInPage('open-predictor', this.#found.job, loadingLimit);
      else this.#thread = await NetworkThread.open(this.#found.job);
      this.#page = page;
    } catch (error) {
      throw new Failure(`--model ${this.#model}: ${messageOf(error)}`);
    } finally {
      this.#streams.status('');
    }
  }

  /** What the network says of an image, before any refinement. */
  async predict(image: RgbaImage): Promise<NetworkUnary> {
    await this.open();
    const thread = this.#thread;
    if (!thread) return (await this.#host.runInPage('predict', { image }, this.#limit)) as NetworkUnary;
    try {
      return await thread.run(image, this.#limit);
    } catch (error) {
      // A thread that ended stays so; the next image gets another.
      if (error instanceof Failure) await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.close();
  }
}
