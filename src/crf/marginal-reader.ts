// SPDX-License-Identifier: MIT

import { BufferSet } from '../gpu/buffers.js';
import { PlainEncoder } from '../gpu/pass.js';
import { foldedGrid } from '../gpu/program.js';
import type { Readback } from '../gpu/readback.js';
import { writeUniform } from '../gpu/uniforms.js';
import type { Energy } from '../problem/types.js';
import { energy as energyStage } from '../stages/energy.js';
import { labelMap as labelMapStage } from '../stages/label-map.js';
import { planar } from '../stages/planar.js';
import type { GpuResults } from './api.js';
import { type EngineContext, rowConstants } from './kernel-filter.js';
import type { MeanField } from './mean-field.js';
import type { PixelRows } from './pixel-rows.js';

type PixelResults = Omit<GpuResults, 'marginals'>;

type Encode = (pass: GPUComputePassEncoder) => void;

/** What is bound to the rows that there are. */
interface Bound {
  rows: PixelRows;
  /** Uniforms. */
  buffers: BufferSet;
  planar?: Encode;
  results?: Encode;
}

/**
 * What people ask of Q: as GPU buffers, or read back as typed arrays. Buffers are made on first use and are the same from then on,
 * whatever layout the rows have.
 */
export class MarginalReader {
  private readonly buffers: BufferSet;
  private results: PixelResults | undefined;
  private planarMarginals: GPUBuffer | undefined;
  private bound: Bound | undefined;

  constructor(
    private readonly context: EngineContext,
    private readonly readback: Readback,
  ) {
    this.buffers = new BufferSet(context.device);
  }

  get bytes(): number {
    return this.buffers.bytes;
  }

  /** Q as float32 [label, y, x]. */
  async marginals(rows: PixelRows): Promise<Float32Array> {
    const { pixelCount } = this;
    const { rowChannels, storedLabels, implicitLast, firstLabels } = rows.plan;
    const planar = new Float32Array(pixelCount * this.context.size.labelCount);
    for (const [slab, buffer] of rows.q.entries()) {
      const first = firstLabels[slab];
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

  async labelMap(rows: PixelRows): Promise<Uint32Array> {
    return this.readback.words((await this.compute(rows)).labelMap, 0, this.pixelCount);
  }

  async confidence(rows: PixelRows): Promise<Float32Array> {
    return this.readback.floats((await this.compute(rows)).confidence, this.pixelCount);
  }

  async entropy(rows: PixelRows): Promise<Float32Array> {
    return this.readback.floats((await this.compute(rows)).entropy, this.pixelCount);
  }

  /** Label map, confidence and entropy in buffers of this object's own. */
  private async compute(rows: PixelRows): Promise<PixelResults> {
    this.results ??= {
      labelMap: this.buffers.storage('MarginalReader.labelMap', this.pixelCount * 4),
      confidence: this.buffers.storage('MarginalReader.confidence', this.pixelCount * 4),
      entropy: this.buffers.storage('MarginalReader.entropy', this.pixelCount * 4),
    };
    const bound = this.bind(rows);
    bound.results ??= await this.prepareResults(bound, this.results);
    this.submit('label map', bound.results);
    return this.results;
  }

  /** Everything in buffers of this object's own, nothing read back. */
  async gpuResults(rows: PixelRows): Promise<GpuResults> {
    const results = await this.compute(rows);
    const { labelCount } = this.context.size;
    this.planarMarginals ??= this.buffers.storage('MarginalReader.marginals', this.pixelCount * labelCount * 4);
    const bound = this.bind(rows);
    bound.planar ??= await this.preparePlanar(bound, this.planarMarginals);
    this.submit('planar', bound.planar);
    return { ...results, marginals: this.planarMarginals };
  }

  /** Sums over all pixels in double precision, for the Q there is and the kernels of `meanField`. */
  async energy(meanField: MeanField): Promise<Energy> {
    const { device, programs, tuning, size, unusedRead } = this.context;
    const pixels = meanField.rows;
    const rows = pixels.plan;
    const temporary = new BufferSet(device);
    try {
      const terms = temporary.storage('MarginalReader.terms', this.pixelCount * 16);
      const message = pixels.q.map(() =>
        temporary.storage('MarginalReader.message', this.pixelCount * rows.rowChannels * 4),
      );
      const constants = rowConstants(rows, tuning);
      const own = await programs.get(energyStage, constants, 'own');
      const pairwise = await programs.get(energyStage, constants, 'pairwise');
      const { grid } = this;
      const encoder = device.createCommandEncoder({ label: 'energy' });
      const stages = new PlainEncoder(encoder);
      const add = (program: typeof own, slab: number, unitWeight: number, norms: GPUBufferBinding) => {
        const uniform = temporary.uniform('MarginalReader.energy', 4);
        writeUniform(device, uniform, [
          this.pixelCount,
          size.labelCount,
          rows.firstLabels[slab],
          { float: unitWeight },
        ]);
        const group = program.bind({
          problem: { buffer: uniform },
          q: { buffer: pixels.q[slab] },
          unary: { buffer: pixels.unary[slab] },
          lastUnary: { buffer: pixels.lastUnary },
          message: { buffer: message[slab] },
          norms,
          terms: { buffer: terms },
        });
        stages.stage('energy', (pass) => program.encode(pass, group, grid));
      };
      pixels.q.forEach((_q, slab) => {
        add(own, slab, 0, unusedRead);
      });
      for (const [index, { filter }] of meanField.kernels.entries()) {
        for (const { target, encode } of await meanField.prepareMessages(index, message)) {
          encode(stages);
          add(pairwise, target, filter.pottsWeight, { buffer: filter.norms });
        }
      }
      stages.end();
      device.queue.submit([encoder.finish()]);
      return sumTerms(await this.readback.floats(terms, this.pixelCount * 4));
    } finally {
      temporary.destroy();
    }
  }

  destroy(): void {
    this.bound?.buffers.destroy();
    this.bound = undefined;
    this.buffers.destroy();
  }

  private get pixelCount(): number {
    return this.context.size.width * this.context.size.height;
  }

  private get grid() {
    return foldedGrid(Math.ceil(this.pixelCount / this.context.tuning.workgroupSize));
  }

  private bind(rows: PixelRows): Bound {
    if (this.bound?.rows === rows) return this.bound;
    this.bound?.buffers.destroy();
    this.bound = { rows, buffers: new BufferSet(this.context.device) };
    return this.bound;
  }

  private submit(label: string, encode: Encode): void {
    const { device } = this.context;
    const encoder = device.createCommandEncoder({ label: 'MarginalReader' });
    const pass = encoder.beginComputePass({ label });
    encode(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  private async prepareResults(bound: Bound, results: PixelResults): Promise<Encode> {
    const { programs, tuning } = this.context;
    const program = await programs.get(labelMapStage, rowConstants(bound.rows.plan, tuning));
    const { grid } = this;
    const groups = bound.rows.q.map((buffer, slab) =>
      program.bind({
        problem: { buffer: this.problemUniform(bound, slab) },
        q: { buffer },
        labelMap: { buffer: results.labelMap },
        confidence: { buffer: results.confidence },
        entropy: { buffer: results.entropy },
      }),
    );
    return (pass) => {
      for (const group of groups) program.encode(pass, group, grid);
    };
  }

  private async preparePlanar(bound: Bound, marginals: GPUBuffer): Promise<Encode> {
    const { programs, tuning } = this.context;
    const program = await programs.get(planar, rowConstants(bound.rows.plan, tuning));
    const { grid } = this;
    const groups = bound.rows.q.map((buffer, slab) =>
      program.bind({
        problem: { buffer: this.problemUniform(bound, slab) },
        q: { buffer },
        marginals: { buffer: marginals },
      }),
    );
    return (pass) => {
      for (const group of groups) program.encode(pass, group, grid);
    };
  }

  private problemUniform({ rows, buffers }: Bound, slab: number): GPUBuffer {
    const { device, size } = this.context;
    const uniform = buffers.uniform('MarginalReader.problem', 3);
    writeUniform(device, uniform, [this.pixelCount, size.labelCount, rows.plan.firstLabels[slab]]);
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
