// SPDX-License-Identifier: MIT

import { BufferSet, bufferUsage } from '../gpu/buffers.js';
import type { StageEncoder } from '../gpu/pass.js';
import { type BindingLayout, foldedGrid, type Program, type StageDefinition } from '../gpu/program.js';
import { writeUniform } from '../gpu/uniforms.js';
import { dispatchSizeOffsets, dispatchSizes, dispatchSizesBytes } from '../stages/dispatch-sizes.js';
import { embed } from '../stages/embed.js';
import { neighbours } from '../stages/neighbours.js';
import { runs } from '../stages/runs.js';
import { simplices } from '../stages/simplices.js';
import { vertexIds } from '../stages/vertex-ids.js';
import { vertices } from '../stages/vertices.js';
import { elevationTable } from './elevation-table.js';
import type { FilterContext } from './kernel-filter.js';
import { type LatticeScratch, latticeShape } from './lattice-scratch.js';
import type { ResolvedKernel } from './types.js';

/**
 * The part of a kernel's lattice that does not depend on Q: simplices, runs of pixels, vertices, neighbours.
 * Built on the GPU from the image or the features; ARCHITECTURE.md draws it.
 */
export class LatticeStructure {
  /** u32 pairs [pixelCount] */
  readonly runs: GPUBuffer;
  /** u32 [pixelCount] */
  readonly sortedPixels: GPUBuffer;
  /** u32 [pixelCount, featureDim + 1] */
  readonly simplexVertices: GPUBuffer;
  /** f32 [pixelCount, featureDim + 1] */
  readonly weights: GPUBuffer;
  /** Counts and indirect dispatch sizes, see dispatch-sizes. */
  readonly sizes: GPUBuffer;
  /** Pixels that splat into each vertex, u32 [vertexCapacity + 1] */
  splatCounts: GPUBuffer;
  /** u32 pairs [vertexCapacity + 1, featureDim + 1] */
  neighbours: GPUBuffer;
  private vertexOwners: GPUBuffer;

  private readonly buffers: BufferSet;
  private readonly latticeUniform: GPUBuffer;
  private readonly problemUniform: GPUBuffer;
  private readonly elevations: GPUBuffer;
  private build: ((stages: StageEncoder) => void) | undefined;

  constructor(
    private readonly context: FilterContext,
    private readonly kernel: ResolvedKernel,
    private scratch: LatticeScratch,
    public vertexCapacity: number,
  ) {
    const { device, size } = context;
    const pixelCount = size.width * size.height;
    const vertexCount = kernel.featureDim + 1;
    this.buffers = new BufferSet(device);
    const { buffers } = this;
    this.runs = buffers.storage('Lattice.runs', pixelCount * 8);
    this.sortedPixels = buffers.storage('Lattice.sortedPixels', pixelCount * 4);
    this.simplexVertices = buffers.storage('Lattice.simplexVertices', pixelCount * vertexCount * 4);
    this.weights = buffers.storage('Lattice.weights', pixelCount * vertexCount * 4);
    this.sizes = buffers.storage('Lattice.sizes', dispatchSizesBytes, bufferUsage.indirect | bufferUsage.uniform);
    this.latticeUniform = buffers.uniform('Lattice.sizesOfTables', 4);
    this.problemUniform = buffers.uniform('Lattice.problem', 3);
    writeUniform(device, this.problemUniform, [pixelCount, size.width, size.height]);
    const table = elevationTable(kernel, size);
    this.elevations = buffers.storage('Lattice.elevations', table.byteLength);
    device.queue.writeBuffer(this.elevations, 0, table);
    [this.splatCounts, this.neighbours, this.vertexOwners] = this.createVertexBuffers();
  }

  get bytes(): number {
    return this.buffers.bytes;
  }

  /** Makes room for more vertices. What was bound to the old buffers must be bound anew, and the lattice built again. */
  grow(vertexCapacity: number): void {
    for (const buffer of [this.splatCounts, this.neighbours, this.vertexOwners]) this.buffers.release(buffer);
    this.vertexCapacity = vertexCapacity;
    [this.splatCounts, this.neighbours, this.vertexOwners] = this.createVertexBuffers();
    this.build = undefined;
  }

  setScratch(scratch: LatticeScratch): void {
    if (scratch === this.scratch) return;
    this.scratch = scratch;
    this.build = undefined;
  }

  async prepare(image: GPUBuffer): Promise<void> {
    if (this.build) return;
    const { context, kernel, scratch } = this;
    const { device, size, programs, tuning, rows } = context;
    const { workgroupSize, maxRunLength } = tuning;
    const pixelCount = size.width * size.height;
    const shape = latticeShape(kernel.featureDim, pixelCount);
    writeUniform(device, this.latticeUniform, [
      pixelCount,
      shape.simplexTableSize - 1,
      shape.vertexTableSize - 1,
      this.vertexCapacity,
    ]);

    const { featureDim } = kernel;
    const key = {
      featureDim,
      cornerCount: featureDim + 1,
      keyWords: shape.keyWords,
      rankBits: shape.rankBits,
      ranksPerWord: shape.ranksPerWord,
    };
    const run = { maxRunLength, runLengthBits: Math.log2(maxRunLength) };
    const get = <Layout extends BindingLayout>(
      stage: StageDefinition<Layout>,
      more: Record<string, number | boolean>,
      entry?: string,
    ): Promise<Program<Layout>> => programs.get(stage, { workgroupSize, maxRunLength, ...more }, entry);
    const [embedding, finding, counting, offsetting, placing, scattering, touching, numbering, sizing, joining] =
      await Promise.all([
        get(embed, { ...key, fromImage: kernel.type === 'bilateral', fromFeatures: kernel.type === 'features' }),
        get(simplices, key),
        get(runs, run, 'count'),
        get(runs, run, 'offsets'),
        get(runs, run, 'place'),
        get(runs, run, 'scatter'),
        get(vertices, key),
        get(vertexIds, { cornerCount: featureDim + 1 }),
        get(dispatchSizes, { itemsPerWorkgroup: workgroupSize, blockCount: rows.blockCount }),
        get(neighbours, key),
      ]);

    const resource = (buffer: GPUBuffer) => ({ buffer });
    const lattice = resource(this.latticeUniform);
    const keys = resource(scratch.keys);
    const counters = resource(scratch.counters);
    const placements = resource(scratch.placements);
    const population = resource(scratch.population);
    const simplexOwners = resource(scratch.simplexOwners);
    const slotSimplices = resource(scratch.slotSimplices);
    const slotVertices = resource(scratch.slotVertices);
    const vertexOwners = resource(this.vertexOwners);
    const simplexVertices = resource(this.simplexVertices);
    const embedGroup = embedding.bind({
      problem: resource(this.problemUniform),
      elevations: resource(this.elevations),
      image: resource(image),
      weights: resource(this.weights),
      keys,
    });
    const simplexGroup = finding.bind({
      lattice,
      keys,
      table: resource(scratch.simplexTable),
      population,
      slotSimplices,
      placements,
      simplexOwners,
      counters,
    });
    const runGroup = counting.bind({
      lattice,
      counters,
      placements,
      simplexOwners,
      population,
      slotSimplices,
      simplexStarts: resource(scratch.simplexStarts),
      runs: resource(this.runs),
      sortedPixels: resource(this.sortedPixels),
    });
    const vertexGroup = touching.bind({
      lattice,
      keys,
      simplexOwners,
      table: resource(scratch.vertexTable),
      slotVertices,
      simplexVertices,
      vertexOwners,
      counters,
    });
    const idGroup = numbering.bind({
      lattice,
      counters,
      simplexOwners,
      placements,
      population,
      slotVertices,
      simplexVertices,
      splatCounts: resource(this.splatCounts),
    });
    const sizeGroup = sizing.bind({ lattice, counters, sizes: resource(this.sizes) });
    const neighbourGroup = joining.bind({
      lattice,
      keys,
      simplexOwners,
      table: resource(scratch.vertexTable),
      slotVertices,
      vertexOwners,
      counters,
      neighbours: resource(this.neighbours),
    });

    const perPixel = foldedGrid(Math.ceil(pixelCount / workgroupSize));
    const perSimplex = { buffer: this.sizes, offset: dispatchSizeOffsets.simplices };
    const perVertex = { buffer: this.sizes, offset: dispatchSizeOffsets.vertices };
    const once = foldedGrid(1);
    this.build = (stages) => {
      stages.command((encoder) => {
        for (const buffer of [
          scratch.simplexTable,
          scratch.population,
          scratch.vertexTable,
          scratch.counters,
          this.splatCounts,
        ])
          encoder.clearBuffer(buffer);
      });
      stages.stage('embed', (pass) => embedding.encode(pass, embedGroup, perPixel));
      stages.stage('simplices', (pass) => {
        finding.encode(pass, simplexGroup, perPixel);
        sizing.encode(pass, sizeGroup, once);
      });
      stages.stage('runs', (pass) => {
        counting.encode(pass, runGroup, perSimplex);
        offsetting.encode(pass, runGroup, once);
        placing.encode(pass, runGroup, perSimplex);
        scattering.encode(pass, runGroup, perPixel);
      });
      stages.stage('vertices', (pass) => {
        touching.encode(pass, vertexGroup, perSimplex);
        numbering.encode(pass, idGroup, perSimplex);
        sizing.encode(pass, sizeGroup, once);
      });
      stages.stage('neighbours', (pass) => joining.encode(pass, neighbourGroup, perVertex));
    };
  }

  encodeBuild(stages: StageEncoder): void {
    if (!this.build) throw new Error('LatticeStructure.encodeBuild before prepare');
    this.build(stages);
  }

  destroy(): void {
    this.buffers.destroy();
  }

  private createVertexBuffers(): [GPUBuffer, GPUBuffer, GPUBuffer] {
    const rowCount = this.vertexCapacity + 1;
    return [
      this.buffers.storage('Lattice.splatCounts', rowCount * 4),
      this.buffers.storage('Lattice.neighbours', rowCount * (this.kernel.featureDim + 1) * 8),
      this.buffers.storage('Lattice.vertexOwners', rowCount * 4),
    ];
  }
}
