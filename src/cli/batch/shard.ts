// SPDX-License-Identifier: MIT

import { UsageError } from '../failure.js';
import { wrong } from '../option-values.js';

/** One of several parts that a batch of items is split into, each worked on by a process of its own. */
export interface Shard {
  /** 0..count-1. */
  index: number;
  count: number;
  /** What said so: `--shard`, or the name of a variable; null where nothing did, and all items are meant. */
  source: string | null;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const allowed = 'i/n with i in 1..n, auto (from Slurm), or auto/n (from Slurm or Kubernetes)';

/** Parses `--shard`: `3/8`, `auto`, `auto/8`. */
export function shardOption(text: string): string {
  const given = /^(?:(\d+)\/(\d+)|auto(?:\/(\d+))?)$/.exec(text);
  const [, index, count, autoCount] = given ?? [];
  const sensible =
    index === undefined ? autoCount === undefined || Number(autoCount) >= 1 : isPart(Number(index) - 1, Number(count));
  if (given && sensible) return text;
  throw wrong('--shard', text, allowed);
}

/**
 * The part that this process works on. Without `--shard` a Slurm array or a Kubernetes indexed job says it by its own variables:
 * https://slurm.schedmd.com/job_array.html,
 * https://kubernetes.io/docs/tasks/job/indexed-parallel-processing-static/. Kubernetes tells no count: that takes `auto/n`.
 */
export function chooseShard(option: string | undefined, environment: Environment = process.env): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(option ?? '') ?? [];
  if (index !== undefined) return { index: Number(index) - 1, count: Number(count), source: '--shard' };
  const wishedCount = option?.startsWith('auto/') ? Number(option.slice('auto/'.length)) : undefined;
  const found = fromSlurm(environment, wishedCount) ?? fromKubernetes(environment, wishedCount);
  if (found) return found;
  if (option === undefined) return { index: 0, count: 1, source: null };
  throw wrong(
    '--shard',
    option,
    'SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX to be set where the part is to be found out',
  );
}

/** Every count-th item, so that parts have nearly the same size and each has a mixture. */
export function itemsOfShard<Item>(items: readonly Item[], { index, count }: Shard): Item[] {
  return items.filter((_, position) => position % count === index);
}

/** An array's ids begin anywhere and may go up in steps. */
function fromSlurm(environment: Environment, wishedCount: number | undefined): Shard | undefined {
  const id = variable(environment, 'SLURM_ARRAY_TASK_ID');
  if (id === undefined) return undefined;
  const first = variable(environment, 'SLURM_ARRAY_TASK_MIN') ?? 0;
  const step = variable(environment, 'SLURM_ARRAY_TASK_STEP') ?? 1;
  const count = wishedCount ?? variable(environment, 'SLURM_ARRAY_TASK_COUNT');
  if (count === undefined) {
    throw new UsageError(
      'SLURM_ARRAY_TASK_ID is set without SLURM_ARRAY_TASK_COUNT: --shard i/n, auto/n, or 1/1 for all',
    );
  }
  return part('SLURM_ARRAY_TASK_ID', id, (id - first) / step, count);
}

function fromKubernetes(environment: Environment, count: number | undefined): Shard | undefined {
  const index = variable(environment, 'JOB_COMPLETION_INDEX');
  if (index === undefined) return undefined;
  if (count === undefined) {
    throw new UsageError(
      `JOB_COMPLETION_INDEX is ${index}, of how many it does not say: --shard auto/n, or 1/1 for all the work`,
    );
  }
  return part('JOB_COMPLETION_INDEX', index, index, count);
}

function part(source: string, value: number, index: number, count: number): Shard {
  if (isPart(index, count)) return { index, count, source };
  throw new UsageError(
    `${source}: got ${value}, expected one of ${count} parts; an array with gaps in its ids needs --shard i/n`,
  );
}

function isPart(index: number, count: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < count;
}

function variable(environment: Environment, name: string): number | undefined {
  const text = environment[name];
  if (text === undefined || text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw wrong(name, text, 'a whole number');
}
