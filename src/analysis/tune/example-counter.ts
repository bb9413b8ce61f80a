// SPDX-License-Identifier: MIT

import { DenseCrf } from '../../dense-crf.js';
import type { Refiner } from '../../problem/api.js';
import { checkInteger, checkText } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { checkBackend } from '../../problem/options.js';
import { checkDevice, checkSignal } from '../../problem/platform-objects.js';
import { readArray, readOptions } from '../../problem/reading.js';
import { crfSchema } from '../../problem/schema.js';
import type { Kernel } from '../../problem/types.js';
import { checkIgnore } from '../metrics/options.js';
import { SegmentationMetrics } from '../metrics/segmentation-metrics.js';
import { checkRising } from './check-source.js';
import { metricOptions, resolveObjective, type Tally, tallyOf } from './objective.js';
import type { TuneExample, TuneObjective, TuneOptions } from './types.js';

/** What is counted for one example. */
export interface ExampleTallies {
  /** Without a CRF. */
  baseline: Tally;
  /** By set of kernels, then iteration count. */
  refined: readonly (readonly Tally[])[];
}

/** What `new ExampleCounter` takes: those options of `tune` that say how an example is refined and counted. */
export type ExampleCounterOptions = Pick<
  TuneOptions,
  'labelCount' | 'ignore' | 'countAs' | 'objective' | 'backend' | 'device'
>;

/** Keys of ExampleCounterOptions beside `objective`, which a search has too. */
export const counterKeys = [
  'labelCount',
  'ignore',
  'countAs',
  'backend',
  'device',
] as const satisfies (keyof ExampleCounterOptions)[];

const exampleKeys = ['name', 'width', 'height', 'image', 'unary', 'truth'] as const satisfies (keyof TuneExample)[];

/**
 * Refines an example with one set of kernels after the other, and counts what the objective needs. One engine is held, and kept while
 * examples have one size. Gives the event loop its turn after each refinement.
 */
export class ExampleCounter {
  /** Labels are 0..labelCount-1. */
  readonly labelCount: number;
  private readonly ignore: number | null;
  private readonly countAs: Uint32Array | undefined;
  private readonly objective: TuneObjective;
  private kept: { key: string; crf: Refiner } | undefined;

  private readonly backend: 'auto' | Refiner['backend'];
  private readonly device: GPUDevice | undefined;

  /** Throws ArgumentError. */
  constructor(options: ExampleCounterOptions) {
    const given = readOptions('options', options, [...counterKeys, 'objective']);
    this.labelCount = checkInteger('labelCount', given.labelCount, 2, 65536);
    this.objective = resolveObjective(given.objective);
    this.ignore = checkIgnore(given.ignore);
    this.countAs = given.countAs === undefined ? undefined : checkCountAs(given.countAs, this.labelCount);
    this.backend = checkBackend(given.backend);
    this.device = checkDevice('device', given.device as GPUDevice | undefined);
  }

  /**
   * @param iterations rising; a set of kernels iterates as often as the last says, and is counted on the way.
   * @throws ArgumentError, what `DenseCrf` and `SegmentationMetrics` throw for the example, and the signal's reason.
   */
  async count(
    example: TuneExample,
    kernels: readonly (readonly Kernel[])[],
    iterations: readonly number[],
    signal?: AbortSignal,
  ): Promise<ExampleTallies> {
    const given = checkExample('example', example);
    const sets = readArray('kernels', kernels) as (readonly Kernel[])[];
    const counts = checkRising('iterations', iterations, crfSchema.parameters.iterations.maximum);
    checkSignal('signal', signal);
    const crf = await this.engineFor(given);
    const { image, unary } = given;
    crf.setParameters({ kernels: [], iterations: 0 });
    await crf.refine({ unary, ...(image === undefined ? undefined : { image }) });
    const baseline = await this.tally(crf, given);
    const refined: Tally[][] = sets.map(() => []);
    // Neighbours with the same sigmas share their lattices.
    const order = sets.map((_, index) => index).sort((a, b) => compare(sigmasOf(sets[a]), sigmasOf(sets[b])));
    for (const index of order) {
      signal?.throwIfAborted();
      crf.setParameters({ kernels: sets[index], iterations: counts.at(-1) ?? 0 });
      await crf.start({});
      let done = 0;
      for (const count of counts) {
        await crf.step(count - done);
        done = count;
        refined[index].push(await this.tally(crf, given));
      }
      await eventLoopTurn();
    }
    return { baseline, refined };
  }

  /** Gives up the engine that is held. */
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
    const { labelCount, backend, device } = this;
    const crf = await DenseCrf.create({
      width,
      height,
      labelCount,
      parameters: { kernels: [], iterations: 0 },
      backend,
      ...(device === undefined ? undefined : { device }),
    });
    this.kept = { key, crf };
    return crf;
  }
}

function checkCountAs(value: unknown, labelCount: number): Uint32Array {
  const labels = readArray('countAs', value);
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

/** Checks what all examples must have, before any work. Their images, unaries and truths are checked when they are used. */
export function checkExamples(examples: unknown): { checked: readonly TuneExample[]; hasImages: boolean } {
  const checked = readArray('examples', examples).map((example, index) => checkExample(`examples[${index}]`, example));
  if (checked.length < 2) {
    throw new ArgumentError('examples', examples, 'at least 2: what is found on one has to be tried on another');
  }
  const hasImages = checked[0].image !== undefined;
  const other = checked.findIndex(({ image }) => (image !== undefined) !== hasImages);
  if (other > 0) {
    const allowed = hasImages ? 'an image, as the others have' : 'none, as the others';
    throw new ArgumentError(`examples[${other}].image`, checked[other].image, allowed);
  }
  return { checked, hasImages };
}

function checkExample(argument: string, example: unknown): TuneExample {
  const given = readOptions(argument, example, exampleKeys);
  if (given.name !== undefined) checkText(`${argument}.name`, given.name);
  checkInteger(`${argument}.width`, given.width, 1, 2 ** 24);
  checkInteger(`${argument}.height`, given.height, 1, 2 ** 24);
  if (given.unary === undefined) {
    throw new ArgumentError(`${argument}.unary`, undefined, 'logits, probabilities, unary, labels or foreground');
  }
  return given as unknown as TuneExample;
}
