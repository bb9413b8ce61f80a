// SPDX-License-Identifier: MIT

import type { InferenceSession } from 'onnxruntime-web';
import { checkInteger } from '../problem/checks.js';
import { ArgumentError, DeviceError } from '../problem/errors.js';
import { readImage } from '../problem/images.js';
import type { RgbaImage } from '../problem/types.js';
import { labelPlanes } from '../reference/pipeline/network-output.js';
import { resizeToTensor } from '../reference/pipeline/resize.js';
import type { NetworkUnary } from './api.js';
import { largestFrameSide, planIngest } from './frames/plan.js';
import { checkOutputShape } from './network/check-graph.js';
import { checkNetwork } from './network/check-network.js';
import type { NetworkDescription, ResolvedNetwork } from './network/description.js';
import { checkFetchOptions, type FetchNetworkOptions } from './network/fetch-network.js';
import { loadNetworks, type NetworkFiles } from './network/load-network.js';
import { networkNamed, type PresetName } from './network/presets.js';
import { variantFor } from './network/variants.js';
import { unaryPlace } from './outputs/unary-window.js';
import { inTurn } from './runtime/lock.js';
import { loadCpuOnnxruntime } from './runtime/onnxruntime-cpu.js';

export type CpuNetworkOptions = FetchNetworkOptions;

/**
 * A network on the CPU, by onnxruntime's WebAssembly: what it says of a picture, as typed arrays. For where there is no WebGPU, and for
 * tools that measure; live pictures go through `Pipeline`. Resizing and reading the output are those of the GPU's twins, so the numbers are
 * the same up to rounding.
 *
 *   import { CpuNetwork } from 'meanfield/pipeline/cpu';
 *   const network = await CpuNetwork.create('person');
 *   const crf = await DenseCrf.create({ width, height, labelCount: network.labels.length, backend: 'cpu' });
 *   await crf.refine({ image, unary: await network.run(image) });
 *
 * The same picture gives the same bits: one thread computes.
 */
export class CpuNetwork {
  /** One for each variant that a picture has needed. */
  private readonly sessions = new Map<ResolvedNetwork, InferenceSession>();
  private isDestroyed = false;

  private constructor(
    /** What is known of the network, with every default filled in. */
    readonly network: ResolvedNetwork,
    private readonly files: NetworkFiles,
    private readonly runtime: Awaited<ReturnType<typeof loadCpuOnnxruntime>>,
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
    const resolved = checkNetwork(networkNamed(network));
    const { prompts, input, output, name } = resolved;
    if (prompts) throw new ArgumentError('network', name, 'one that takes no prompts: those run in a Pipeline');
    for (const [path, { type }] of [['input.type', input] as const, ['output.type', output] as const]) {
      if (type !== 'float32') throw new ArgumentError(path, type, "'float32' for a network on the CPU");
    }
    const [files, runtime] = await Promise.all([loadNetworks(resolved, checked), loadCpuOnnxruntime()]);
    const made = new CpuNetwork(resolved, files, runtime);
    await inTurn(() => made.sessionFor(resolved), checked.signal);
    return made;
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
    const { network, runtime } = this;
    const { input, output, labels, name } = network;
    const given = readImage('image', image, (argument, value) => checkInteger(argument, value, 1, largestFrameSide));
    if (given.kind !== 'bytes') throw new ArgumentError('image', image, '{ data, width, height }');
    const pixels = given.image;
    const variant = variantFor(network, pixels);
    const placement = planIngest(variant.input, pixels.width, pixels.height);
    const { width, height } = placement;
    const dims = input.layout === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3];
    const tensor = new runtime.Tensor('float32', resizeToTensor(pixels, placement, input), dims);
    const result = await inTurn(async () => {
      const session = await this.sessionFor(variant);
      try {
        return (await session.run({ [input.name]: tensor }, [output.name]))[output.name];
      } catch (error) {
        throw new DeviceError(`${name}: the network's run failed: ${(error as Error).message}`);
      }
    });
    const channelCount = checkOutputShape(network, result.dims);
    const [rows, columns] = output.layout === 'NCHW' ? result.dims.slice(2) : result.dims.slice(1, 3);
    const extent = { width: columns, height: rows };
    const planes = labelPlanes(
      { ...output, ...extent, channelCount, values: result.data as Float32Array },
      labels.map((_, label) => label),
    );
    result.dispose();
    const place = { ...extent, ...unaryPlace(placement, extent, output.upsampling) };
    return output.activation === 'logits' ? { logits: planes, ...place } : { probabilities: planes, ...place };
  }

  /** Waits for a run under way. */
  async destroy(): Promise<void> {
    await inTurn(async () => {
      this.isDestroyed = true;
      const sessions = [...this.sessions.values()];
      this.sessions.clear();
      for (const session of sessions) await session.release();
    });
  }

  /** Only in turn. */
  private async sessionFor(variant: ResolvedNetwork): Promise<InferenceSession> {
    const { name } = this.network;
    if (this.isDestroyed) throw new DeviceError(`${name}: the network was destroyed`);
    const open = this.sessions.get(variant);
    if (open) return open;
    const bytes = this.files.get(variant);
    if (!bytes) throw new Error(`${name}: a variant whose file was not loaded`);
    try {
      const options = { executionProviders: ['wasm'], logSeverityLevel: 3 } as const;
      const session = await this.runtime.InferenceSession.create(bytes, options);
      this.sessions.set(variant, session);
      return session;
    } catch (error) {
      throw new DeviceError(`${name}: onnxruntime could not create a session: ${(error as Error).message}`);
    }
  }
}
