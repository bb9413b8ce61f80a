// SPDX-License-Identifier: MIT

import { BufferSet } from '../gpu/buffers.js';
import { PlainEncoder } from '../gpu/pass.js';
import { foldedGrid, type Grid } from '../gpu/program.js';
import type { Readback } from '../gpu/readback.js';
import { writeUniform } from '../gpu/uniforms.js';
import type { Energy } from '../problem/types.js';
import { energy as energyStage } from '../stages/energy.js';
import { labelMap as labelMapStage } from '../stages/label-map.js';
import { planar } from '../stages/planar.js';
import type { GpuResults } from './api.js';
import { type FilterContext, rowConstants } from './kernel-filter.js';
import type { MeanField } from './mean-field.js';

type PixelResults = Omit<GpuResults, 'marginals'>;

/** What people ask of Q: as GPU buffers, or read back as typed arrays. Buffers are made on first use. */
export class MarginalReader {
  private readonly buffers: BufferSet;
  private results: PixelResults | undefined;
  private planarMarginals: GPUBuffer | undefined;
  private encodePlanar: ((pass: GPUComputePassEncoder) => void) | undefined;
  private encodeResults: ((pass: GPUComputePassEncoder) => void) | undefined;

  constructor(
    private readonly context: FilterContext,
    private readonly readback: Readback,
  ) {
    this.buffers = new BufferSet(context.device);
  }

  get bytes(): number {
    return this.buffers.bytes;
  }

  /** Q as float32 [label, y, x]. */
  async marginals(q: readonly GPUBuffer[]): Promise<Float32Array> {
    const { rows, size } = this.context;
    const { pixelCount } = this;
    const { rowChannels, storedLabels, implicitLast } = rows;
    const planar = new Float32Array(pixelCount * size.labelCount);
    for (const [slab, buffer] of q.entries()) {
      const first = rows.firstLabels[slab];
      const channels = Math.min(rowChannels, storedLabels - first);
      await this.readback.read(buffer, 0, pixelCount * rowChannels * 4, (piece, at) => {
        const values = new Float32Array(piece);
        // A piece may begin and end inside a row.
        for (let index = 0, element = at / 4; index < values.length; index++, element++) {
          const channel = element % rowChannels;
          if (channel < channels)
            planar[(first + channel) * pixelCount + (element - channel) / rowChannels] = values[index];
        }
      });
    }
    if (implicitLast) fillLast(planar, pixelCount, storedLabels);
    return planar;
  }

  async labelMap(q: readonly GPUBuffer[]): Promise<Uint32Array> {
    return this.readback.words((await this.compute(q)).labelMap, 0, this.pixelCount);
  }

  async confidence(q: readonly GPUBuffer[]): Promise<Float32Array> {
    return this.readback.floats((await this.compute(q)).confidence, this.pixelCount);
  }

  async entropy(q: readonly GPUBuffer[]): Promise<Float32Array> {
    return this.readback.floats((await this.compute(q)).entropy, this.pixelCount);
  }

  /** Label map, confidence and entropy in buffers of this object's own. */
  async compute(q: readonly GPUBuffer[]): Promise<PixelResults> {
    this.results ??= {
      labelMap: this.buffers.storage('MarginalReader.labelMap', this.pixelCount * 4),
      confidence: this.buffers.storage('MarginalReader.confidence', this.pixelCount * 4),
      entropy: this.buffers.storage('MarginalReader.entropy', this.pixelCount * 4),
    };
    this.encodeResults ??= await this.prepareResults(q, this.results);
    this.submitPass('label map', this.encodeResults);
    return this.results;
  }

  /** Everything in buffers of this object's own, nothing read back. */
  async gpuResults(q: readonly GPUBuffer[]): Promise<GpuResults> {
    const results = await this.compute(q);
    const bytes = this.pixelCount * this.context.size.labelCount * 4;
    this.planarMarginals ??= this.buffers.storage('MarginalReader.marginals', bytes);
    this.encodePlanar ??= await this.preparePlanar(q, this.planarMarginals);
    this.submitPass('planar', this.encodePlanar);
    return { ...results, marginals: this.planarMarginals };
  }

  /** Sums over all pixels in double precision. */
  async energy(meanField: MeanField): Promise<Energy> {
    const { device, programs, rows, tuning, size, unusedRead } = this.context;
    const temporary = new BufferSet(device);
    try {
      const terms = temporary.storage('MarginalReader.terms', this.pixelCount * 16);
      const message = meanField.q.map(() =>
        temporary.storage('MarginalReader.message', this.pixelCount * rows.rowChannels * 4),
      );
      const constants = rowConstants(rows, tuning);
      const own = await programs.get(energyStage, constants, 'own');
      const pairwise = await programs.get(energyStage, constants, 'pairwise');
      const grid = foldedGrid(Math.ceil(this.pixelCount / tuning.workgroupSize));
      const groupOf = (program: typeof own, slab: number, unitWeight: number, norms: GPUBufferBinding) => {
        const uniform = temporary.uniform('MarginalReader.energy', 4);
        writeUniform(device, uniform, [
          this.pixelCount,
          size.labelCount,
          rows.firstLabels[slab],
          { float: unitWeight },
        ]);
        return program.bind({
          problem: { buffer: uniform },
          q: { buffer: meanField.q[slab] },
          unary: { buffer: meanField.unary[slab] },
          lastUnary: { buffer: meanField.lastUnary },
          message: { buffer: message[slab] },
          norms,
          terms: { buffer: terms },
        });
      };
      const messages = await Promise.all(
        meanField.filters.map((_filter, index) => meanField.prepareMessage(index, message)),
      );
      device.submit('energy', (encoder) => {
        const stages = new PlainEncoder(encoder);
        meanField.q.forEach((_q, slab) => {
          const group = groupOf(own, slab, 0, unusedRead);
          stages.stage('energy', (pass) => own.encode(pass, group, grid));
        });
        meanField.filters.forEach((filter, index) => {
          messages[index](stages);
          meanField.q.forEach((_q, slab) => {
            const group = groupOf(pairwise, slab, filter.pottsWeight, { buffer: filter.norms });
            stages.stage('energy', (pass) => pairwise.encode(pass, group, grid));
          });
        });
        stages.end();
      });
      return sumTerms(await this.readback.floats(terms, this.pixelCount * 4));
    } finally {
      temporary.destroy();
    }
  }

  destroy(): void {
    this.buffers.destroy();
  }

  private get pixelCount(): number {
    return this.context.size.width * this.context.size.height;
  }

  private async prepareResults(q: readonly GPUBuffer[], results: PixelResults) {
    const { programs, rows, tuning } = this.context;
    const program = await programs.get(labelMapStage, rowConstants(rows, tuning));
    const groups = q.map((buffer, slab) =>
      program.bind({
        problem: { buffer: this.problemUniform(slab) },
        q: { buffer },
        labelMap: { buffer: results.labelMap },
        confidence: { buffer: results.confidence },
        entropy: { buffer: results.entropy },
      }),
    );
    return this.perPixel((pass, grid) => {
      for (const group of groups) program.encode(pass, group, grid);
    });
  }

  private async preparePlanar(q: readonly GPUBuffer[], marginals: GPUBuffer) {
    const { programs, rows, tuning } = this.context;
    const program = await programs.get(planar, rowConstants(rows, tuning));
    const groups = q.map((buffer, slab) =>
      program.bind({ problem: { buffer: this.problemUniform(slab) }, q: { buffer }, marginals: { buffer: marginals } }),
    );
    return this.perPixel((pass, grid) => {
      for (const group of groups) program.encode(pass, group, grid);
    });
  }

  private submitPass(label: string, encode: (pass: GPUComputePassEncoder) => void): void {
    this.context.device.submit('MarginalReader', (encoder) => {
      const pass = encoder.beginComputePass({ label });
      encode(pass);
      pass.end();
    });
  }

  private perPixel(encode: (pass: GPUComputePassEncoder, grid: Grid) => void) {
    const grid = foldedGrid(Math.ceil(this.pixelCount / this.context.tuning.workgroupSize));
    return (pass: GPUComputePassEncoder) => encode(pass, grid);
  }

  private problemUniform(slab: number): GPUBuffer {
    const { device, rows, size } = this.context;
    const uniform = this.buffers.uniform('MarginalReader.problem', 3);
    writeUniform(device, uniform, [this.pixelCount, size.labelCount, rows.firstLabels[slab]]);
    return uniform;
  }
}

/** The label that is not stored has what the others leave. */
function fillLast(planar: Float32Array, pixelCount: number, last: number): void {
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    let rest = 1;
    for (let label = 0; label < last; label++) rest -= planar[label * pixelCount + pixel];
    planar[last * pixelCount + pixel] = Math.max(0, rest);
  }
}

function sumTerms(terms: Float32Array): Energy {
  const sums = [0, 0, 0];
  for (let index = 0; index < terms.length; index += 4) {
    for (let term = 0; term < 3; term++) sums[term] += terms[index + term];
  }
  const [entropyTerm, unaryTerm, pairwiseTerm] = sums;
  return { entropyTerm, unaryTerm, pairwiseTerm, kl: entropyTerm + unaryTerm + pairwiseTerm };
}
