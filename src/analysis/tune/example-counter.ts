// SPDX-License-Identifier: MIT

import { DenseCrf } from '../../dense-crf.js';
import type { Refiner } from '../../problem/api.js';
import { checkArray, checkInteger, checkObject } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import type { CrfParameters, Kernel } from '../../problem/types.js';
import { SegmentationMetrics } from '../metrics/segmentation-metrics.js';
import { metricOptions, resolveObjective, type Tally, tallyOf } from './objective.js';
import type { TuneExample, TuneObjective, TuneOptions } from './types.js';

/** What is counted for one example. */
export interface ExampleTallies {
  /** Without a CRF. */
  baseline: Tally;
  /** By set of kernels, then iteration count. */
  refined: readonly (readonly Tally[])[];
}

export type ExampleCounterOptions = Pick<
  TuneOptions,
  'labelCount' | 'ignore' | 'countAs' | 'objective' | 'backend' | 'device'
>;

/**
 * Refines an example with one set of kernels after the other, and counts what the objective needs. One engine is held, and kept while
 * examples have one size. Gives the event loop its turn after each refinement.
 */
export class ExampleCounter {
  readonly labelCount: number;
  private readonly ignore: number | null;
  private readonly countAs: Uint32Array | undefined;
  private readonly objective: TuneObjective;
  private kept: { key: string; crf: Refiner } | undefined;

  /** Throws ArgumentError. */
  constructor(private readonly options: ExampleCounterOptions) {
    this.labelCount = checkInteger('labelCount', options.labelCount, 2, 65536);
    this.objective = resolveObjective(options.objective);
    this.ignore = options.ignore ?? null;
    this.countAs = options.countAs === undefined ? undefined : checkCountAs(options.countAs, this.labelCount);
    // Refuses an `ignore` that cannot be.
    this.metrics();
  }

  /**
   * @param iterations rising; a set of kernels iterates as often as the last says, and is counted on the way.
   * @throws what `DenseCrf` and `SegmentationMetrics` throw for the example, and the signal's reason.
   */
  async count(
    example: TuneExample,
    kernels: readonly (readonly Kernel[])[],
    iterations: readonly number[],
    signal?: AbortSignal,
  ): Promise<ExampleTallies> {
    const given = checkObject('example', example) as unknown as TuneExample;
    const crf = await this.engineFor(given);
    const { image, unary } = given;
    crf.setParameters({ kernels: [], iterations: 0 });
    await crf.refine({ unary, ...(image ? { image } : undefined) });
    const baseline = await this.tally(crf, given);
    const refined: Tally[][] = kernels.map(() => []);
    // Neighbours with the same sigmas share their lattices.
    const order = kernels.map((_, index) => index).sort((a, b) => compare(sigmasOf(kernels[a]), sigmasOf(kernels[b])));
    for (const index of order) {
      signal?.throwIfAborted();
      crf.setParameters({ kernels: kernels[index], iterations: iterations[iterations.length - 1] } as CrfParameters);
      await crf.start({});
      let done = 0;
      for (const count of iterations) {
        await crf.step(count - done);
        done = count;
        refined[index].push(await this.tally(crf, given));
      }
      await eventLoopTurn();
    }
    return { baseline, refined };
  }

  destroy(): void {
    this.kept?.crf.destroy();
    this.kept = undefined;
  }

  private async tally(crf: Refiner, { truth, width, height }: TuneExample): Promise<Tally> {
    const metrics = this.metrics();
    const { countAs } = this;
    const found = await crf.labelMap();
    const labels = countAs ? found.map((label) => countAs[label]) : found;
    metrics.add({ labels, width, height }, { labels: truth, width, height });
    return tallyOf(metrics.counts(), this.objective);
  }

  private metrics(): SegmentationMetrics {
    const { labelCount, ignore, objective } = this;
    return new SegmentationMetrics({ labelCount, ignore, ...metricOptions(objective) });
  }

  private async engineFor({ width, height }: TuneExample): Promise<Refiner> {
    const key = `${width} x ${height}`;
    if (this.kept?.key === key) return this.kept.crf;
    this.destroy();
    const { labelCount, options } = this;
    const { backend, device } = options;
    const crf = await DenseCrf.create({
      width,
      height,
      labelCount,
      parameters: { kernels: [], iterations: 0 },
      ...(backend === undefined ? undefined : { backend }),
      ...(device === undefined ? undefined : { device }),
    });
    this.kept = { key, crf };
    return crf;
  }
}

function checkCountAs(value: unknown, labelCount: number): Uint32Array {
  const labels = checkArray('countAs', value);
  if (labels.length !== labelCount) throw new ArgumentError('countAs', value, `${labelCount} labels, one for each`);
  return Uint32Array.from(labels, (label, index) => checkInteger(`countAs[${index}]`, label, 0, labelCount - 1));
}

function sigmasOf(kernels: readonly Kernel[]): string {
  return JSON.stringify(kernels.map(({ compatibility, normalization, ...rest }) => rest));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A page stays responsive, and an abort is heard. A message comes sooner than a timer, which waits 4 ms. */
function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Checks what all examples must have, before any work. */
export function checkExamples(examples: readonly TuneExample[]): { hasImages: boolean } {
  if (examples.length < 2) {
    throw new ArgumentError('examples', examples, 'at least 2: what is found on one has to be tried on another');
  }
  for (const [index, example] of examples.entries()) {
    const given = checkObject(`examples[${index}]`, example);
    checkInteger(`examples[${index}].width`, given.width, 1, 2 ** 24);
    checkInteger(`examples[${index}].height`, given.height, 1, 2 ** 24);
  }
  const hasImages = examples[0].image !== undefined;
  const other = examples.findIndex(({ image }) => (image !== undefined) !== hasImages);
  if (other > 0) {
    const allowed = hasImages ? 'an image, as the others have' : 'none, as the others';
    throw new ArgumentError(`examples[${other}].image`, examples[other].image, allowed);
  }
  return { hasImages };
}
