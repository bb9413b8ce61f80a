// SPDX-License-Identifier: MIT

import { BufferSet, bufferUsage } from '../gpu/buffers.js';
import type { StageEncoder } from '../gpu/pass.js';
import { type BindingLayout, foldedGrid, type Program, type StageDefinition } from '../gpu/program.js';
import { writeUniform } from '../gpu/uniforms.js';
import type { ResolvedKernel } from '../problem/types.js';
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
    this.buffers = new BufferSet(device, context.memory);
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
    const { scratch } = this;
    const programs = await this.compile();
    const resources = this.resources(image);
    const simplexTable = { ...resources, table: { buffer: scratch.simplexTable } };
    const vertexTable = { ...resources, table: { buffer: scratch.vertexTable } };
    const embedGroup = programs.embed.bind(resources);
    const simplexGroup = programs.simplices.bind(simplexTable);
    const runGroup = programs.countRuns.bind(resources);
    const vertexGroup = programs.vertices.bind(vertexTable);
    const idGroup = programs.vertexIds.bind(resources);
    const sizeGroup = programs.dispatchSizes.bind(resources);
    const neighbourGroup = programs.neighbours.bind(vertexTable);

    const perPixel = foldedGrid(Math.ceil(this.pixelCount / this.context.tuning.workgroupSize));
    const perSimplex = { buffer: this.sizes, offset: dispatchSizeOffsets.simplices };
    const perVertex = { buffer: this.sizes, offset: dispatchSizeOffsets.vertices };
    const once = foldedGrid(1);
    const { simplexTable: simplexSlots, population, vertexTable: vertexSlots, counters } = scratch;
    const zeroed = [simplexSlots, population, vertexSlots, counters, this.splatCounts];
    this.build = (stages) => {
      stages.command((encoder) => {
        for (const buffer of zeroed) encoder.clearBuffer(buffer);
      });
      stages.stage('embed', (pass) => programs.embed.encode(pass, embedGroup, perPixel));
      stages.stage('simplices', (pass) => {
        programs.simplices.encode(pass, simplexGroup, perPixel);
        programs.dispatchSizes.encode(pass, sizeGroup, once);
      });
      stages.stage('runs', (pass) => {
        programs.countRuns.encode(pass, runGroup, perSimplex);
        programs.runOffsets.encode(pass, runGroup, once);
        programs.placeRuns.encode(pass, runGroup, perSimplex);
        programs.scatterPixels.encode(pass, runGroup, perPixel);
      });
      stages.stage('vertices', (pass) => {
        programs.vertices.encode(pass, vertexGroup, perSimplex);
        programs.vertexIds.encode(pass, idGroup, perSimplex);
        programs.dispatchSizes.encode(pass, sizeGroup, once);
      });
      stages.stage('neighbours', (pass) => programs.neighbours.encode(pass, neighbourGroup, perVertex));
    };
  }

  encodeBuild(stages: StageEncoder): void {
    if (!this.build) throw new Error('LatticeStructure.encodeBuild before prepare');
    this.build(stages);
  }

  destroy(): void {
    this.buffers.destroy();
  }

  private get pixelCount(): number {
    return this.context.size.width * this.context.size.height;
  }

  private async compile() {
    const { kernel, context } = this;
    const { featureDim } = kernel;
    const { workgroupSize, maxRunLength } = context.tuning;
    const { keyWords, rankBits, ranksPerWord } = latticeShape(featureDim, this.pixelCount);
    const cornerCount = featureDim + 1;
    const key = { featureDim, cornerCount, keyWords, rankBits, ranksPerWord };
    const run = { runLengthBits: Math.log2(maxRunLength) };
    const get = <Layout extends BindingLayout>(
      stage: StageDefinition<Layout>,
      more: Record<string, number | boolean>,
      entry?: string,
    ): Promise<Program<Layout>> => context.programs.get(stage, { workgroupSize, maxRunLength, ...more }, entry);
    const source = { fromImage: kernel.type === 'bilateral', fromFeatures: kernel.type === 'features' };
    // All at once: browsers compile side by side.
    const compiling = {
      embed: get(embed, { ...key, ...source }),
      simplices: get(simplices, key),
      countRuns: get(runs, run, 'count'),
      runOffsets: get(runs, run, 'offsets'),
      placeRuns: get(runs, run, 'place'),
      scatterPixels: get(runs, run, 'scatter'),
      vertices: get(vertices, key),
      vertexIds: get(vertexIds, { cornerCount }),
      dispatchSizes: get(dispatchSizes, { itemsPerWorkgroup: workgroupSize, blockCount: context.rows.blockCount }),
      neighbours: get(neighbours, key),
    };
    return {
      embed: await compiling.embed,
      simplices: await compiling.simplices,
      countRuns: await compiling.countRuns,
      runOffsets: await compiling.runOffsets,
      placeRuns: await compiling.placeRuns,
      scatterPixels: await compiling.scatterPixels,
      vertices: await compiling.vertices,
      vertexIds: await compiling.vertexIds,
      dispatchSizes: await compiling.dispatchSizes,
      neighbours: await compiling.neighbours,
    };
  }

  /** Every buffer of the build under the name that shaders have for it, but for the two tables. */
  private resources(image: GPUBuffer) {
    const { scratch } = this;
    const { simplexTableSize, vertexTableSize } = latticeShape(this.kernel.featureDim, this.pixelCount);
    writeUniform(this.context.device, this.latticeUniform, [
      this.pixelCount,
      simplexTableSize - 1,
      vertexTableSize - 1,
      this.vertexCapacity,
    ]);
    return {
      image: { buffer: image },
      problem: { buffer: this.problemUniform },
      lattice: { buffer: this.latticeUniform },
      elevations: { buffer: this.elevations },
      weights: { buffer: this.weights },
      runs: { buffer: this.runs },
      sortedPixels: { buffer: this.sortedPixels },
      simplexVertices: { buffer: this.simplexVertices },
      splatCounts: { buffer: this.splatCounts },
      neighbours: { buffer: this.neighbours },
      vertexOwners: { buffer: this.vertexOwners },
      sizes: { buffer: this.sizes },
      keys: { buffer: scratch.keys },
      counters: { buffer: scratch.counters },
      placements: { buffer: scratch.placements },
      population: { buffer: scratch.population },
      simplexOwners: { buffer: scratch.simplexOwners },
      simplexStarts: { buffer: scratch.simplexStarts },
      slotSimplices: { buffer: scratch.slotSimplices },
      slotVertices: { buffer: scratch.slotVertices },
    };
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
