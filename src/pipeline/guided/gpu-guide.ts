// SPDX-License-Identifier: MIT

import { BufferSet } from '../../gpu/buffers.js';
import { foldedGrid } from '../../gpu/program.js';
import { writeUniform } from '../../gpu/uniforms.js';
import type { ProblemSize } from '../../problem/types.js';
import { guidedAlpha } from '../../stages/analysis/guided-alpha.js';
import { guidedFit } from '../../stages/analysis/guided-fit.js';
import { guidedMeans } from '../../stages/analysis/guided-means.js';
import { guidedSums } from '../../stages/analysis/guided-sums.js';
import type { StageContext } from '../frames/stage-context.js';
import { guidedFilterSettings } from './settings.js';

/** Pixels of a row or column that one invocation sums along. */
const stripLength = 64;

/** What it reads, in buffers that stay the same from frame to frame. */
export interface GuideSources {
  /** RGBA bytes, u32 [height, width]. */
  image: GPUBuffer;
  /** f32 [labelCount, height, width]. */
  marginals: GPUBuffer;
}

/** The guided filter over the marginals of one problem size, label by label. Beyond the first frame nothing is made. */
export class GpuGuide {
  /** Filtered, f32 [labelCount, height, width]; a pixel's do not quite add up to 1. */
  readonly filtered: GPUBuffer;
  private readonly buffers: BufferSet;
  private sources: GuideSources | undefined;
  private encodeStages: ((encoder: GPUCommandEncoder) => void) | undefined;

  constructor(
    private readonly context: StageContext,
    readonly size: ProblemSize,
  ) {
    const { width, height, labelCount } = size;
    this.buffers = new BufferSet(context.device);
    this.filtered = this.buffers.storage('GpuGuide.filtered', labelCount * width * height * 4);
  }

  get bytes(): number {
    return this.buffers.bytes;
  }

  /** Filters what is in the sources. The caller waits for the device's answer where something was made. */
  async run(sources: GuideSources): Promise<void> {
    if (sources.image !== this.sources?.image || sources.marginals !== this.sources.marginals) {
      this.encodeStages = await this.prepare(sources);
      this.sources = sources;
    }
    this.context.device.submit('guided filter', (encoder) => this.encodeStages?.(encoder));
  }

  destroy(): void {
    this.buffers.destroy();
  }

  private async prepare({ image, marginals }: GuideSources): Promise<(encoder: GPUCommandEncoder) => void> {
    const { device, programs, workgroupSize } = this.context;
    const { width, height, labelCount } = this.size;
    const plane = 4 * width * height;
    // All but the result are made anew with the sources, which stay as long as the size does.
    this.buffers.releaseNewer(new Set([this.filtered]));
    const words = (name: string, count: number) => this.buffers.storage(`GpuGuide.${name}`, count * plane);
    const [probability, alpha] = [words('probability', 1), words('alpha', 1)];
    const sums = { means: words('means', 4), squares: words('squares', 4), mixed: words('mixed', 4) };
    const products = words('products', 4);
    const [models, rowMeans] = [words('models', 4), words('row means', 4)];
    const extent = this.buffers.uniform('GpuGuide.extent', 2);
    const settings = this.buffers.uniform('GpuGuide.settings', 2);
    const { radius, epsilon } = guidedFilterSettings(this.size);
    writeUniform(device, extent, [width, height]);
    writeUniform(device, settings, [radius, { float: epsilon }]);
    const constants = { workgroupSize, stripLength };
    const [sum, fit, mean, apply] = await Promise.all([
      programs.get(guidedSums, { ...constants, isMask: false }),
      programs.get(guidedFit, constants),
      programs.get(guidedMeans, constants),
      programs.get(guidedAlpha, { ...constants, hasTrimap: false }),
    ]);
    const of = <Buffers extends Record<string, GPUBuffer>>(given: Buffers) =>
      Object.fromEntries(
        Object.entries({ extent, settings, ...given }).map(([name, buffer]) => [name, { buffer }]),
      ) as { [Name in keyof Buffers | 'extent' | 'settings']: { buffer: GPUBuffer } };
    const groups = {
      sum: sum.bind(of({ image, probability, ...sums, products })),
      fit: fit.bind(of({ ...sums, products, models })),
      mean: mean.bind(of({ models, rowMeans })),
      apply: apply.bind(of({ image, rowMeans, trimap: probability, alpha })),
    };
    const gridOf = (items: number) => foldedGrid(Math.ceil(items / workgroupSize));
    const rows = gridOf(Math.ceil(width / stripLength) * height);
    const columns = gridOf(Math.ceil(height / stripLength) * width);
    const pixels = gridOf(width * height);
    return (encoder) => {
      for (let label = 0; label < labelCount; label++) {
        encoder.copyBufferToBuffer(marginals, label * plane, probability, 0, plane);
        const pass = encoder.beginComputePass({ label: 'guided filter' });
        sum.encode(pass, groups.sum, rows);
        fit.encode(pass, groups.fit, columns);
        mean.encode(pass, groups.mean, pixels);
        apply.encode(pass, groups.apply, pixels);
        pass.end();
        encoder.copyBufferToBuffer(alpha, 0, this.filtered, label * plane, plane);
      }
    };
  }
}
