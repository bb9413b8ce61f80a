// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import type { RgbaImage } from '../../index.js';
import { CpuNetwork } from '../../pipeline/cpu.js';
import { checkNetwork, type NetworkUnary, type ResolvedNetwork } from '../../pipeline/index.js';
import { Failure, UsageError } from '../failure.js';
import type { PageSession } from '../page/session.js';
import { describeNetwork } from '../segment/job.js';
import { type FoundNetwork, findNetwork } from '../segment/network-files.js';
import type { Streams } from '../streams.js';
import type { ComputeHost } from './compute-host.js';

/** A network that predicts where the host computes: in Node by WebAssembly, or in its page on WebGPU. */
export class NetworkPredictor {
  readonly network: ResolvedNetwork;
  /** All that its predictions depend on; plain JSON. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly #found: FoundNetwork;
  readonly #model: string;
  readonly #host: ComputeHost;
  readonly #streams: Streams;
  #onCpu: CpuNetwork | undefined;
  /** The page that has the network: another one must be given it again. */
  #page: PageSession | undefined;

  private constructor(model: string, found: FoundNetwork, host: ComputeHost, streams: Streams) {
    this.#model = model;
    this.#found = found;
    this.#host = host;
    this.#streams = streams;
    this.network = checkNetwork(found.description);
    const { name, input, output, labels, variants = [] } = this.network;
    const place = createHash('sha256')
      .update(JSON.stringify([input, output, labels, ...variants.map((variant) => variant.input.size)]))
      .digest('hex');
    this.settings = { network: name, networkHash: found.hash, networkDescription: place };
  }

  /**
   * Finds the network that `--model` names; it is loaded by `open`.
   *
   * @throws UsageError for a network that wants marks, Failure for files that are not there or don't fit.
   */
  static async find(model: string, host: ComputeHost, streams: Streams): Promise<NetworkPredictor> {
    const predictor = new NetworkPredictor(model, await findNetwork(model, streams), host, streams);
    if (!predictor.network.prompts) return predictor;
    throw new UsageError(
      `--model: got ${JSON.stringify(model)}, expected a network that needs nobody to tell it what to look for`,
    );
  }

  /** Loads the network. Throws Failure: what goes wrong here goes wrong for every image. */
  async open(): Promise<void> {
    const page = this.#host.backend === 'webgpu' ? await this.#host.page() : undefined;
    if (this.#onCpu || (page && this.#page === page)) return;
    this.#streams.status('loading the network');
    try {
      if (page) await page.run('open-predictor', this.#found.job);
      else this.#onCpu = await CpuNetwork.create(describeNetwork(this.#found.job));
      this.#page = page;
    } catch (error) {
      throw new Failure(`--model ${this.#model}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#streams.status('');
    }
  }

  /** What the network says of an image, before any refinement. */
  async predict(image: RgbaImage): Promise<NetworkUnary> {
    await this.open();
    if (this.#onCpu) return await this.#onCpu.run(image);
    return (await this.#host.runInPage('predict', { image })) as NetworkUnary;
  }

  async close(): Promise<void> {
    await this.#onCpu?.destroy();
    this.#onCpu = undefined;
  }
}
