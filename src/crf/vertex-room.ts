// SPDX-License-Identifier: MIT

import { checkChoice, checkInteger } from '../problem/checks.js';
import type { ResolvedKernel } from '../problem/types.js';
import { latticeShape } from './lattice-scratch.js';
import { sameFeatures } from './own-parameters.js';

/** See `vertexCapacity` in DenseCrfOptions. */
export type VertexCapacity = 'measured' | 'worst-case' | number;

/** Throws ArgumentError. */
export function checkVertexCapacity(value: unknown): VertexCapacity {
  if (typeof value === 'number') return checkInteger('vertexCapacity', value, 1, 2 ** 31 - 1);
  return checkChoice('vertexCapacity', value, ['measured', 'worst-case'] as const);
}

/** How many vertices each kernel's lattice has room for. Remembers what lattices came to, whatever becomes of their buffers. */
export class VertexRoom {
  private grown: { kernel: ResolvedKernel; vertices: number }[] = [];

  constructor(
    private readonly pixelCount: number,
    readonly capacity: VertexCapacity,
  ) {}

  /** Whether vertices are counted after a lattice was built: in the worst case there is room for them all. */
  get isCounted(): boolean {
    return this.capacity !== 'worst-case';
  }

  /** Whether room is made where there is too little. */
  get grows(): boolean {
    return this.capacity === 'measured';
  }

  verticesFor(kernel: ResolvedKernel): number {
    const { maxVertexCount } = latticeShape(kernel.featureDim, this.pixelCount);
    return Math.min(maxVertexCount, this.find(kernel)?.vertices ?? this.guess(maxVertexCount));
  }

  /** Rows of the largest lattice, with that of the vertex that does not exist. 0 where no kernel has a lattice. */
  rowsFor(kernels: readonly ResolvedKernel[]): number {
    const lattices = kernels.filter(({ method }) => method === 'lattice');
    return Math.max(0, ...lattices.map((kernel) => this.verticesFor(kernel) + 1));
  }

  /** Room for a lattice of so many vertices, and a quarter more: the next image may have more. */
  grow(kernel: ResolvedKernel, vertices: number): void {
    const found = this.find(kernel);
    const wanted = Math.ceil(vertices * 1.25);
    if (found) found.vertices = wanted;
    else this.grown.push({ kernel, vertices: wanted });
  }

  /** Forgets all kernels but these. */
  keep(kernels: readonly ResolvedKernel[]): void {
    this.grown = this.grown.filter(({ kernel }) => kernels.some((kept) => sameFeatures(kept, kernel)));
  }

  private find(kernel: ResolvedKernel) {
    return this.grown.find((one) => sameFeatures(one.kernel, kernel));
  }

  private guess(maxVertexCount: number): number {
    if (this.capacity === 'worst-case') return maxVertexCount;
    // Photographs at usual sigmas make 0.03 to 0.1 vertices a pixel, the spatial kernel at sigma 3 0.13.
    return this.capacity === 'measured' ? Math.ceil(this.pixelCount / 6) + 256 : this.capacity;
  }
}
