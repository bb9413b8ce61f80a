// SPDX-License-Identifier: MIT

import type { Energy, ProblemSize, ResolvedParameters } from '../crf/types.js';
import { addMessage, type FilteredMarginals } from './compatibility.js';
import { energyOf } from './energy.js';
import { Kernel } from './kernel.js';
import { confidence, entropy, labelMap } from './label-map.js';
import { planarToRows, rowsToPlanar } from './layout.js';
import { updateMarginals } from './softmax.js';

/** Pixels whose scores are worked on at once: 21 labels of them fit the first-level cache. */
const blockSize = 128;

/**
 * Mean-field inference in a fully connected CRF, in plain TypeScript: Krähenbühl and Koltun 2011, algorithm 1.
 * Q <- softmax(-unary + Σ_k message_k), from Q = softmax(-unary).
 *
 * Values are held as [pixel, label] rows. Only labelCount - 1 labels are filtered: Q sums to 1, so the last label has
 * what the others leave of K·1.
 */
export class CpuCrf {
  private readonly pixelCount: number;
  private readonly labelCount: number;
  private parameters: ResolvedParameters;
  private kernels: Kernel[];
  private image: Uint8Array | Uint8ClampedArray | null = null;
  private negatedUnary: Float32Array | null = null;
  private q: Float32Array | null = null;
  private readonly scores: Float32Array;

  constructor(
    readonly size: ProblemSize,
    parameters: ResolvedParameters,
  ) {
    this.pixelCount = size.width * size.height;
    this.labelCount = size.labelCount;
    this.parameters = parameters;
    this.kernels = parameters.kernels.map((kernel) => new Kernel(size, kernel));
    this.scores = new Float32Array(Math.min(blockSize, this.pixelCount) * this.labelCount);
  }

  /**
   * Takes other parameters. A lattice is built anew only if its sigmas, features or method changed; feature arrays are
   * compared by identity. Q stays.
   */
  setParameters(parameters: ResolvedParameters): void {
    const left = [...this.kernels];
    this.kernels = parameters.kernels.map((kernel) => {
      const index = left.findIndex((candidate) => candidate.hasFilterOf(kernel));
      if (index < 0) return new Kernel(this.size, kernel);
      const [reused] = left.splice(index, 1);
      reused.setParameters(kernel);
      return reused;
    });
    this.parameters = parameters;
  }

  /** RGBA, [y, x, 4], held and not copied. Bilateral lattices are built anew when they are next needed. */
  setImage(rgba: Uint8Array | Uint8ClampedArray): void {
    expectLength('image', rgba.length, 4 * this.pixelCount);
    this.image = rgba;
    for (const kernel of this.kernels) kernel.forgetImage();
  }

  /** Unary energies, -log p, [label, y, x]. */
  setUnary(energies: Float32Array): void {
    const { pixelCount, labelCount } = this;
    expectLength('unary', energies.length, pixelCount * labelCount);
    this.negatedUnary ??= new Float32Array(pixelCount * labelCount);
    planarToRows(energies, pixelCount, labelCount, -1, this.negatedUnary);
  }

  /**
   * Begins anew: Q = softmax(-unary), or `q`, the marginals of an earlier run, [label, y, x], which sum to 1 a pixel.
   */
  start(q?: Float32Array): void {
    const { pixelCount, labelCount } = this;
    const marginals = this.q ?? new Float32Array(pixelCount * labelCount);
    if (q !== undefined) {
      expectLength('q', q.length, pixelCount * labelCount);
      planarToRows(q, pixelCount, labelCount, 1, marginals);
    } else {
      this.update([], marginals, 0);
    }
    this.q = marginals;
  }

  /** One mean-field iteration. `change` is max |ΔQ|. */
  step(): { change: number } {
    const marginals = this.currentMarginals();
    const filtered = this.filterAll(marginals);
    return { change: this.update(filtered, marginals, this.parameters.damping) };
  }

  /** Iterates as often as the parameters say, or until the change is at most the tolerance, if that is above 0. */
  run(): { iterations: number; change: number } {
    const { iterations, tolerance } = this.parameters;
    let change = 0;
    for (let done = 1; done <= iterations; done++) {
      ({ change } = this.step());
      if (tolerance > 0 && change <= tolerance) return { iterations: done, change };
    }
    return { iterations, change };
  }

  /** Q, [label, y, x]: a fresh copy. */
  marginals(): Float32Array {
    const planar = new Float32Array(this.pixelCount * this.labelCount);
    rowsToPlanar(this.currentMarginals(), this.pixelCount, this.labelCount, planar);
    return planar;
  }

  /** Label of the largest Q, [y, x]; the lowest label wins a tie. */
  labelMap(): Uint32Array {
    return labelMap(this.currentMarginals(), this.labelCount);
  }

  /** Largest Q, [y, x]. */
  confidence(): Float32Array {
    return confidence(this.currentMarginals(), this.labelCount);
  }

  /** -Σ Q log Q in nats, [y, x]. */
  entropy(): Float32Array {
    return entropy(this.currentMarginals(), this.labelCount);
  }

  /** The KL divergence's sums for the current Q. Costs as much as an iteration. */
  energy(): Energy {
    const marginals = this.currentMarginals();
    const messages = new Float32Array(marginals.length);
    for (const [index, filtered] of this.filterAll(marginals).entries()) {
      const { compatibility } = this.kernels[index];
      addMessage(compatibility, filtered, 0, this.pixelCount, this.labelCount, messages);
    }
    return energyOf(marginals, this.currentUnary(), messages);
  }

  /** Vertices by kernel, in the order of the parameters; null for kernels without a lattice. */
  latticeStatistics(): { kernel: number; vertexCount: number | null }[] {
    return this.kernels.map((kernel, index) => {
      if (this.canPrepare(index)) kernel.prepare(this.image);
      return { kernel: index, vertexCount: kernel.vertexCount };
    });
  }

  private canPrepare(index: number): boolean {
    return this.image !== null || this.parameters.kernels[index].type !== 'bilateral';
  }

  private filterAll(marginals: Float32Array): FilteredMarginals[] {
    return this.kernels.map((kernel, index) => {
      if (!this.canPrepare(index)) throw new Error('setImage must come before a bilateral kernel is used.');
      return kernel.apply(marginals, this.image);
    });
  }

  /** Q from the messages of all kernels, block by block. Returns max |ΔQ|. */
  private update(filtered: readonly FilteredMarginals[], marginals: Float32Array, damping: number): number {
    const { pixelCount, labelCount, scores } = this;
    const negatedUnary = this.currentUnary();
    let change = 0;
    for (let begin = 0; begin < pixelCount; begin += blockSize) {
      const end = Math.min(begin + blockSize, pixelCount);
      scores.set(negatedUnary.subarray(begin * labelCount, end * labelCount));
      for (let k = 0; k < filtered.length; k++) {
        addMessage(this.kernels[k].compatibility, filtered[k], begin, end, labelCount, scores);
      }
      const blockChange = updateMarginals(scores, end - begin, labelCount, damping, marginals, begin);
      change = Math.max(change, blockChange);
    }
    return change;
  }

  private currentUnary(): Float32Array {
    if (this.negatedUnary === null) throw new Error('setUnary must come first.');
    return this.negatedUnary;
  }

  private currentMarginals(): Float32Array {
    if (this.q === null) throw new Error('start must come first.');
    return this.q;
  }
}

function expectLength(name: string, length: number, expected: number): void {
  if (length !== expected) throw new RangeError(`${name}: got ${length} values, expected ${expected}`);
}
