// SPDX-License-Identifier: MIT

import type { Tally, TuneObjective, TuneSource } from '../../analysis/index.js';
import type { Kernel, ProblemSize } from '../../index.js';
import { Journal, type JournalSettings } from '../batch/journal.js';
import type { Progress } from '../batch/progress.js';
import type { ComputeHost } from '../evaluate/compute-host.js';
import type { DataSet, Example } from '../evaluate/data-set.js';
import { asForeground } from '../evaluate/truth-files.js';
import type { TruthCounts, TruthTally } from '../evaluate/truth-tally.js';
import { about } from '../failure.js';

/** What was counted for one item, or why it could not be. */
interface TuneEntry {
  item: string;
  stamp: string;
  /** The question as JSON: iteration counts, then kernels; null for what was counted without a CRF. */
  kernels: string | null;
  /** By iteration count. */
  tallies: readonly Tally[];
  size: ProblemSize;
  /** Of what was counted without a CRF. */
  truth?: TruthCounts;
  /** Share of the pixels whose probabilities do not add up to 1; left out where all do. */
  offSums?: number;
}

interface UsableItem extends Required<Pick<TuneEntry, 'item' | 'stamp' | 'size' | 'truth' | 'offSums'>> {
  baseline: Tally;
}

interface CounterOptions {
  labelCount: number;
  ignore: number | null;
  objective: TuneObjective;
  /** Where labels are compared as background and foreground. */
  countAs?: readonly number[];
}

/** Examples in files, read again for each question; answers are kept in a journal, so that a search that was stopped goes on. */
export class ExampleSource implements TuneSource {
  private readonly answers = new Map<string, readonly Tally[]>();
  private readonly known = new Map<string, Required<Pick<TuneEntry, 'size' | 'truth' | 'offSums'>>>();
  /** Items that can be read, and their stamps. */
  private readonly usable: UsableItem[] = [];

  private constructor(
    private readonly dataSet: DataSet,
    private readonly computeHost: ComputeHost,
    private readonly options: CounterOptions,
    private journal: Journal<TuneEntry> | undefined,
  ) {}

  static async open(
    dataSet: DataSet,
    computeHost: ComputeHost,
    options: CounterOptions,
    file: string,
    settings: JournalSettings,
    warn: (text: string) => void,
  ): Promise<ExampleSource> {
    const source = new ExampleSource(dataSet, computeHost, options, undefined);
    const take = ({ item, stamp, kernels, tallies, ...found }: TuneEntry) => {
      source.answers.set(keyOf(item, stamp, kernels), tallies);
      const { size, truth, offSums = 0 } = found;
      if (truth) source.known.set(item, { size, truth, offSums });
    };
    source.journal = await Journal.open<TuneEntry>(file, settings, take, warn);
    return source;
  }

  get exampleCount(): number {
    return this.usable.length;
  }

  get sizes(): ProblemSize[] {
    return [...new Map(this.usable.map(({ size }) => [JSON.stringify(size), size])).values()];
  }

  /** Where they are, for people. */
  get files(): string {
    return String(this.dataSet.settings.predictions);
  }

  /** Adds what the truth of all usable examples holds. */
  tallyTruth(tally: TruthTally): void {
    for (const { truth } of this.usable) tally.add(truth);
  }

  /** Images with pixels whose probabilities do not add up to 1; null where there are none. */
  get offSums(): { images: number; first: string; share: number } | null {
    const off = this.usable.filter(({ offSums }) => offSums > 0);
    return off.length === 0 ? null : { images: off.length, first: off[0].item, share: off[0].offSums };
  }

  get items(): string[] {
    return this.usable.map(({ item }) => item);
  }

  /**
   * Reads every item once, and leaves out what is wrong.
   *
   * @returns how many were left out.
   */
  async check(items: readonly string[], strict: boolean, progress: Progress): Promise<number> {
    let failed = 0;
    for (const item of items) {
      try {
        await this.checkItem(item);
      } catch (error) {
        if (strict || !(error instanceof Error)) throw error;
        failed++;
        progress.warn(error.message);
      }
      progress.advance(item);
    }
    return failed;
  }

  async baseline(example: number): Promise<Tally> {
    return this.usable[example].baseline;
  }

  async refined(
    example: number,
    kernels: readonly (readonly Kernel[])[],
    iterations: readonly number[],
  ): Promise<(readonly Tally[])[]> {
    const { item, stamp, size } = this.usable[example];
    const keys = kernels.map((set) => JSON.stringify([iterations, set]));
    const missing = keys.filter((key) => !this.answers.has(keyOf(item, stamp, key)));
    if (missing.length > 0) {
      const read = await this.dataSet.read(item);
      const counted = await this.count(
        read,
        missing.map((key) => kernels[keys.indexOf(key)]),
        iterations,
      );
      const entries = missing.map(
        (key, index): TuneEntry => ({ item, stamp, size, kernels: key, tallies: counted.refined[index] }),
      );
      await this.journal?.append(...entries);
      for (const { kernels: key, tallies } of entries) this.answers.set(keyOf(item, stamp, key), tallies);
    }
    return keys.map((key) => {
      const whole = keyOf(item, stamp, key);
      const tallies = this.answers.get(whole) ?? [];
      // The search keeps what it has heard.
      this.answers.delete(whole);
      return tallies;
    });
  }

  async close(): Promise<void> {
    await this.journal?.close();
  }

  private async checkItem(item: string): Promise<void> {
    const stamp = await this.dataSet.stamp(item);
    const answer = this.answers.get(keyOf(item, stamp, null));
    const known = this.known.get(item);
    if (answer && known) {
      this.usable.push({ item, stamp, baseline: answer[0], ...known });
      return;
    }
    const read = await this.dataSet.read(item);
    const { baseline } = await this.count(read, [], []);
    const { size, truthCounts: truth, offSums } = read;
    const entry = { item, stamp, kernels: null, tallies: [baseline], size, truth };
    await this.journal?.append(offSums > 0 ? { ...entry, offSums } : entry);
    this.usable.push({ item, stamp, baseline, size, truth, offSums });
  }

  private async count(example: Example, kernels: readonly (readonly Kernel[])[], iterations: readonly number[]) {
    const { size, unary, image, truth, item } = example;
    const { countAs, ignore } = this.options;
    const known = countAs ? asForeground(truth.labels, ignore) : truth.labels;
    return await about(this.dataSet.fileOf(item), () =>
      this.computeHost.count({
        options: { ...this.options, backend: this.computeHost.backend },
        example: { width: size.width, height: size.height, unary, truth: known, ...(image ? { image } : undefined) },
        kernels,
        iterations,
      }),
    );
  }
}

function keyOf(item: string, stamp: string, kernels: string | null): string {
  return JSON.stringify([item, stamp, kernels]);
}
