// SPDX-License-Identifier: MIT

import { tuningFor } from '../../engine/plan/tuning.js';
import { isSoftware } from '../../gpu/adapter.js';
import { BufferSet } from '../../gpu/buffers.js';
import { DeviceCalls } from '../../gpu/device-calls.js';
import { checkGivenBuffer, GivenObjects } from '../../gpu/given-objects.js';
import { foldedGrid, type Grid, type Program, ProgramCache } from '../../gpu/program.js';
import { ArgumentError } from '../../problem/errors.js';
import { checkSize } from '../../problem/parameters.js';
import { checkDevice, hasMethods } from '../../problem/platform-objects.js';
import { readProperties } from '../../problem/reading.js';
import type { ProblemSize } from '../../problem/types.js';
import { temporal } from '../../stages/pipeline/temporal.js';
import { Words } from '../gpu-values/words.js';

import {
  defaultTemporalParameters,
  resolveTemporalParameters,
  type TemporalParameters,
} from './temporal-parameters.js';

/** What comes anew with each frame, in the same buffers. */
export interface TemporalSources {
  /** The working image: RGBA bytes, u32 [height, width]. */
  image: GPUBuffer;
  /** Q of the frame, f32 [labelCount, height, width]. */
  marginals: GPUBuffer;
}

/**
 * Marginals and label map without flicker: each frame's are mixed with those before it, by how little the image changed at a pixel, so that
 * edges do not drag. `shaders/pipeline/temporal.wgsl` has the formula.
 *
 * ```ts
 * const smoothing = new TemporalSmoothing(device, { width, height, labelCount });
 * await smoothing.prepare({ image, marginals });
 * smoothing.encode(encoder);                // each frame, after the refinement
 * // smoothing.marginals, smoothing.labelMap: always the same two buffers
 * ```
 *
 * With the CRF's `warmStart`: that lets mean field begin from the last frame's Q and so makes up for few iterations. It keeps what it began with
 * where image and unary leave room for doubt: on a drawn scene of little contrast (14 on 0..255, noise of 6) with logits wrong in other places
 * each frame, 18 % of the labels stayed wrong with it and 10 % without. This smoothing comes after the last iteration, is not fed back into the
 * CRF, and brought those 10 % to 9 % and their flicker to a tenth. The two go together: this one against flicker, that one for speed.
 */
export class TemporalSmoothing {
  /** Of the marginals and the label map. */
  readonly size: ProblemSize;
  /** Q', f32 [labelCount, height, width]. */
  readonly marginals: GPUBuffer;
  /** u32 [height, width]. */
  readonly labelMap: GPUBuffer;
  private readonly buffers: BufferSet;
  private readonly means: readonly [GPUBuffer, GPUBuffer];
  private readonly words: Words;
  private readonly firstWords: Words;
  private readonly grid: Grid;
  private readonly workgroupSize: number;
  private program: Program<typeof temporal.layout> | undefined;
  private sources: TemporalSources | undefined;
  /** By which mean is written. */
  private groups: readonly GPUBindGroup[] = [];
  private firstGroup: GPUBindGroup | undefined;
  private parameters = defaultTemporalParameters;
  private frame = 0;
  private readonly calls: DeviceCalls;
  private readonly programs: ProgramCache;
  private readonly given: GivenObjects;

  /** Throws ArgumentError for a size that can't be, DeviceError where it is too large for the device. */
  constructor(device: GPUDevice, size: ProblemSize) {
    if (!checkDevice('device', device)) throw new ArgumentError('device', device, 'a GPUDevice');
    this.size = checkSize(size);
    const { width, height, labelCount } = this.size;
    const pixelCount = width * height;
    this.workgroupSize = tuningFor(isSoftware(device.adapterInfo)).workgroupSize;
    this.grid = foldedGrid(Math.ceil(pixelCount / this.workgroupSize));
    this.calls = new DeviceCalls({ device, name: 'TemporalSmoothing' });
    const { device: scoped } = this.calls;
    this.programs = new ProgramCache(scoped);
    this.buffers = new BufferSet(scoped);
    this.given = new GivenObjects(scoped, this.buffers);
    try {
      this.marginals = this.buffers.storage('TemporalSmoothing.marginals', pixelCount * labelCount * 4);
      this.labelMap = this.buffers.storage('TemporalSmoothing.labelMap', pixelCount * 4);
      const mean = () => this.buffers.storage('TemporalSmoothing.mean', pixelCount * 8);
      this.means = [mean(), mean()];
      this.words = new Words(scoped, this.buffers.uniform('TemporalSmoothing.parameters', 7), 7);
      this.firstWords = new Words(scoped, this.buffers.uniform('TemporalSmoothing.first', 7), 7);
    } catch (error) {
      // One is too large for the device: those before it are nobody's.
      this.buffers.destroy();
      throw error;
    }
    this.words.u32.set([width, height, labelCount, 0]);
    this.firstWords.u32.set([width, height, labelCount, 1]);
    this.firstWords.flush();
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    return this.buffers.bytes;
  }

  /**
   * Compiles, and binds the buffers that frames come in. The past stays.
   *
   * Throws ArgumentError for buffers that can't be used, DeviceError where the device refuses; what was prepared before then stays as it was.
   */
  prepare(sources: TemporalSources): Promise<void> {
    return this.calls.take(async () => {
      const given = readProperties('sources', sources, ['image', 'marginals']);
      const { width, height, labelCount } = this.size;
      const image = checkGivenBuffer('sources.image', given.image, width * height * 4, 'storage');
      const marginals = checkGivenBuffer(
        'sources.marginals',
        given.marginals,
        width * height * labelCount * 4,
        'storage',
      );
      if (this.sources?.image === image && this.sources.marginals === marginals) return;
      await this.given.check([
        { argument: 'sources.image', value: image },
        { argument: 'sources.marginals', value: marginals },
      ]);
      this.program ??= await this.programs.get(temporal, { workgroupSize: this.workgroupSize });
      const groups = this.bind(this.program, { image, marginals });
      await this.calls.accepted('what this smoothing needs');
      [this.firstGroup, ...this.groups] = groups;
      this.sources = { image, marginals };
    });
  }

  /** From the next `encode` on. Throws ArgumentError for a parameter that can't be. */
  setParameters(parameters: TemporalParameters): void {
    this.parameters = resolveTemporalParameters(parameters);
  }

  /** Forgets the frames before: after a cut, a jump in the video, another camera. */
  reset(): void {
    this.frame = 0;
  }

  /** Brings `marginals` and `labelMap` up to the frame in the sources. Once a frame. */
  encode(encoder: GPUCommandEncoder): void {
    this.calls.checkUsable();
    if (!hasMethods('encoder', encoder, 'beginComputePass')) {
      throw new ArgumentError('encoder', encoder, 'a GPUCommandEncoder');
    }
    if (!this.program || !this.firstGroup) {
      throw new ArgumentError('sources', undefined, 'a call of prepare before encode');
    }
    const { strength, colourSigma, hysteresis } = this.parameters;
    const { f32 } = this.words;
    f32[4] = strength;
    f32[5] = 1 / (2 * colourSigma * colourSigma);
    f32[6] = hysteresis;
    this.words.flush();
    // The first frame writes mean 1, the second reads it and writes mean 0.
    const group = this.frame === 0 ? this.firstGroup : this.groups[this.frame % 2];
    const pass = encoder.beginComputePass({ label: 'TemporalSmoothing' });
    this.program.encode(pass, group, this.grid);
    pass.end();
    this.frame++;
  }

  /** Gives up its buffers. */
  destroy(): void {
    this.calls.end();
    this.buffers.destroy();
  }

  /** For the first frame, then by which mean is written. */
  private bind(program: Program<typeof temporal.layout>, { image, marginals }: TemporalSources): GPUBindGroup[] {
    const groupOf = (uniform: GPUBuffer, past: number) =>
      program.bind({
        temporal: { buffer: uniform },
        image: { buffer: image },
        pastMean: { buffer: this.means[past] },
        marginals: { buffer: marginals },
        presentMean: { buffer: this.means[1 - past] },
        smoothed: { buffer: this.marginals },
        labelMap: { buffer: this.labelMap },
      });
    return [groupOf(this.firstWords.buffer, 0), groupOf(this.words.buffer, 0), groupOf(this.words.buffer, 1)];
  }
}
