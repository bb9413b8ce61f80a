// SPDX-License-Identifier: MIT

import { checkInteger } from '../problem/checks.js';
import { ArgumentError } from '../problem/errors.js';
import { readImage } from '../problem/images.js';
import type { RgbaImage } from '../problem/types.js';
import type { NetworkUnary } from './api.js';
import { runBothWays } from './cpu/flip.js';
import { checkCpuNetwork, type InputTensor, NetworkSessions } from './cpu/network-sessions.js';
import { CpuResizer } from './cpu/resizer.js';
import { largestFrameSide, planIngest } from './frames/plan.js';
import { checkNetwork } from './network/check-network.js';
import type { NetworkDescription, ResolvedNetwork } from './network/description.js';
import { checkFetchOptions, type FetchNetworkOptions } from './network/fetch-network.js';
import { loadNetworks } from './network/load-network.js';
import { atModelBase } from './network/model-base.js';
import { networkNamed, type PresetName } from './network/presets.js';
import { variantFor } from './network/variants.js';
import { unaryPlace } from './outputs/unary-window.js';
import { loadCpuOnnxruntime } from './runtime/onnxruntime-cpu.js';

/** What `CpuNetwork.create` takes beside the network. */
export type CpuNetworkOptions = FetchNetworkOptions;

/**
 * A network on the CPU, by onnxruntime's WebAssembly: what it says of a picture, as typed arrays. For where there is no WebGPU, and for
 * tools that measure; live pictures go through `Pipeline`. Resizing and reading the output are those of the GPU's twins, so the numbers are
 * the same up to rounding.
 *
 * ```ts
 * import { CpuNetwork } from 'meanfield/pipeline/cpu';
 * const network = await CpuNetwork.create('person');
 * const crf = await DenseCrf.create({ width, height, labelCount: network.labels.length, backend: 'cpu' });
 * await crf.refine({ image, unary: await network.run(image) });
 * ```
 *
 * The same picture gives the same bits: one thread computes.
 */
export class CpuNetwork {
  private readonly resizer = new CpuResizer();

  private constructor(
    /** What is known of the network, with every default filled in. */
    readonly network: ResolvedNetwork,
    private readonly sessions: NetworkSessions,
  ) {}

  /**
   * Loads a preset, or the network of a description, and checks that the two agree.
   *
   * @param network default 'person'
   *
   * @throws ArgumentError for a description that doesn't fit its file, for networks that take prompts, and for float16 tensors; DownloadError
   *   for a file that can't be had; DeviceError where onnxruntime refuses the graph; the signal's reason.
   */
  static async create(
    network: PresetName | NetworkDescription = 'person',
    options?: CpuNetworkOptions,
  ): Promise<CpuNetwork> {
    const checked = checkFetchOptions(options);
    const resolved = atModelBase(checkNetwork(networkNamed(network)), network, checked.modelBase);
    const { prompts, name } = resolved;
    if (prompts) throw new ArgumentError('network', name, 'one that takes no prompts: those run in a Pipeline');
    checkCpuNetwork(resolved);
    const [files, runtime] = await Promise.all([loadNetworks(resolved, checked), loadCpuOnnxruntime()]);
    const sessions = new NetworkSessions(name, files, runtime);
    await sessions.open(resolved, checked.signal);
    return new CpuNetwork(resolved, sessions);
  }

  /** Names by label. */
  get labels(): readonly string[] {
    return this.network.labels;
  }

  /**
   * The network's output for a picture, [label, y, x] at its own, coarse size: a unary for `DenseCrf` at any size of the picture. What is not
   * finite is NaN.
   *
   * @throws ArgumentError for an image that can't be or an output of another shape than described, DeviceError for a run that failed and after
   *   `destroy`.
   */
  async run(image: RgbaImage): Promise<NetworkUnary> {
    const { network } = this;
    const { input, output, labels, flipAveraging } = network;
    const given = readImage('image', image, (argument, value) => checkInteger(argument, value, 1, largestFrameSide));
    if (given.kind !== 'bytes') throw new ArgumentError('image', image, '{ data, width, height }');
    const pixels = given.image;
    const variant = variantFor(network, pixels);
    const placement = planIngest(variant.input, pixels.width, pixels.height);
    const { width, height } = placement;
    const dims = input.layout === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3];
    const values = this.resizer.toTensor(pixels, placement, input);
    const run = (picture: InputTensor) => this.sessions.run(variant, { [input.name]: picture }, labels.length);
    const picture = { values, dims };
    const { planes, ...extent } = await (flipAveraging ? runBothWays(run, picture, input.layout) : run(picture));
    const place = { ...extent, ...unaryPlace(placement, extent, output.upsampling) };
    return output.activation === 'logits' ? { logits: planes, ...place } : { probabilities: planes, ...place };
  }

  /** Waits for a run under way. */
  async destroy(): Promise<void> {
    await this.sessions.destroy();
  }
}
