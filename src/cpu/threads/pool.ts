// SPDX-License-Identifier: MIT

import type { createSharedModule, StageArguments, StageModule, Stages } from '../module.js';
import type { AnyStage, Team } from '../team.js';
import { helperRoom, looks, mostGiven, word, wordCount } from './control.js';
import { type StartedWorker, startWorker } from './start-worker.js';
import { coreCount } from './thread-count.js';
import { type PoolMessage, workerProgram } from './worker-program.js';

/** Parts a thread: one that is held up leaves the others more. */
const partsPerThread = 16;

/** Milliseconds that helpers have to start, or to get to know an engine. Who comes later helps from then on. */
const patience = 5000;

/** By name; their order is what `word.stage` means. */
const stageNames = [
  'blur',
  'embed',
  'factorsOfSums',
  'findNeighbours',
  'scaleWeights',
  'slice',
  'slicePairs',
  'softmax',
  'sortWeights',
  'splat',
  'splatPairs',
  'writeRows',
] as const satisfies readonly (keyof Stages)[];

type Memories = Pick<PoolMessage['members'][number], 'compiled' | 'memory'>;

/** The pool of this thread, while it has members. */
let pool: Pool | undefined;

/** Memory that threads share, and those who work on it. */
export interface Shared {
  module: StageModule;
  team: Team;
}

/**
 * An engine's place in the pool of this thread, where helpers could be started; else undefined. Rejects where threads can't share memory.
 *
 * @param create a module with such a memory: given, so that no bundler makes a file of what this one and its caller share
 * @param threads this one included; left out: as many as there are cores
 * @param paying threads of that default at most
 */
export async function joinPool(
  create: typeof createSharedModule,
  threads: number | undefined,
  paying: number,
): Promise<Shared | undefined> {
  const count = threads ?? Math.min(paying, coreCount());
  // Pages that are not isolated have no such name, though they have such memories, which no other thread can be given.
  if (count < 2 || typeof SharedArrayBuffer === 'undefined') return undefined;
  const { module, ...memories } = await create();
  pool ??= new Pool();
  const joined = pool;
  const team = joined.join(module, memories, count);
  if (await joined.ready(count - 1)) return { module, team };
  team.leave();
  return undefined;
}

/**
 * Helpers, each in a thread of its own, for all engines of this thread. Calls are synchronous, and so there is one job at a time. Whoever is awake takes
 * parts of it, the calling thread too: it waits for nobody but those who are at a part already, and where no helper comes it does
 * everything itself.
 */
class Pool {
  private readonly words = new Int32Array(new SharedArrayBuffer(4 * wordCount));
  private readonly numbers = new Float64Array(new SharedArrayBuffer(8 * (mostGiven + helperRoom)));
  private readonly helpers = new Set<Helper>();
  private readonly members = new Map<number, Memories>();
  private readonly forgotten = new FinalizationRegistry((id: number) => this.forget(id));
  private readonly mayWait = mayWait(this.words);
  private lastId = 0;
  private lastMessage = 0;

  /** The helpers get to know the engine, and there are as many of them as it asks for. */
  join(module: StageModule, memories: Memories, threads: number): Team {
    const id = ++this.lastId;
    this.members.set(id, memories);
    this.tellAll();
    try {
      for (let index = 0; index < threads - 1; index++) this.start(index);
    } catch {
      // With fewer, then.
    }
    const member = new Member(this, id, module, threads);
    this.forgotten.register(member, id, member);
    return member;
  }

  leave(member: Member, id: number): void {
    this.forgotten.unregister(member);
    this.forget(id);
  }

  /** Waits until the first so many helpers are ready, or it takes too long. @returns whether there is one that helps, or will */
  async ready(count: number): Promise<boolean> {
    const helpers = [...this.helpers].filter(({ index }) => index < count);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience);
    });
    const last = this.lastMessage;
    await Promise.race([Promise.all(helpers.map((helper) => helper.answered(last))), late]);
    clearTimeout(timer);
    return helpers.some((helper) => this.helpers.has(helper));
  }

  /** Lets helpers take parts of a job. */
  open(member: number, helpers: number, stage: number, given: readonly number[], length: number, part: number): void {
    const { words, numbers } = this;
    const parts = Math.ceil(length / part);
    for (let block = 0; block <= helpers; block++) words[word.blocks + block] = firstPart(block, helpers, parts);
    words[word.member] = member;
    words[word.helpers] = helpers;
    words[word.stage] = stage;
    words[word.givenCount] = given.length;
    words[word.length] = length;
    words[word.part] = part;
    numbers.set(given);
    numbers.fill(0, mostGiven, mostGiven + helpers);
    Atomics.store(words, word.open, 1);
    this.wake();
  }

  /** The next part of a block; none where it is not below `firstPart` of the block after it. */
  take(block: number): number {
    return Atomics.add(this.words, word.blocks + block, 1);
  }

  /** Waits until nobody is at a part. @returns the largest number that helpers' parts gave */
  close(helpers: number): number {
    const { words, numbers } = this;
    Atomics.store(words, word.open, 0);
    for (let left = looks; left > 0 && Atomics.load(words, word.inside) !== 0; left--);
    let inside = Atomics.load(words, word.inside);
    while (inside !== 0) {
      if (this.mayWait) Atomics.wait(words, word.inside, inside);
      inside = Atomics.load(words, word.inside);
    }
    if (Atomics.exchange(words, word.failed, 0) === 1) throw new Error('a thread of the CPU backend failed');
    return numbers.subarray(mostGiven, mostGiven + helpers).reduce((a, b) => Math.max(a, b), 0);
  }

  private start(index: number): void {
    if ([...this.helpers].some((helper) => helper.index === index)) return;
    const helper = new Helper(index, () => this.helpers.delete(helper));
    this.helpers.add(helper);
    this.tell(helper);
  }

  private forget(id: number): void {
    if (!this.members.delete(id)) return;
    if (this.members.size > 0) {
      this.tellAll();
      return;
    }
    for (const helper of this.helpers) helper.end();
    if (pool === this) pool = undefined;
  }

  private tellAll(): void {
    this.lastMessage++;
    Atomics.store(this.words, word.posted, this.lastMessage);
    for (const helper of this.helpers) this.tell(helper);
    this.wake();
  }

  private tell(helper: Helper): void {
    const { words, numbers, lastMessage: number } = this;
    const members = [...this.members].map(([id, memories]) => ({ id, ...memories }));
    helper.post({ number, index: helper.index, words, numbers, members, stageNames });
  }

  private wake(): void {
    Atomics.add(this.words, word.round, 1);
    Atomics.notify(this.words, word.round);
  }
}

/** First part of a thread's block: that of the calling thread is 0, and `helpers` + 1 is after the last one. */
function firstPart(block: number, helpers: number, parts: number): number {
  return Math.floor((block * parts) / (helpers + 1));
}

/** A page's own thread may not. */
function mayWait(words: Int32Array): boolean {
  try {
    Atomics.wait(words, word.open, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/** A thread that helps. */
class Helper {
  /** Number of the last message that it has understood. */
  answer = 0;
  private readonly worker: StartedWorker;
  private waiting: (() => void)[] = [];
  private hasEnded = false;

  /** Throws where no thread can be started. */
  constructor(
    readonly index: number,
    private readonly ended: () => void,
  ) {
    this.worker = startWorker(workerProgram, {
      message: (number) => {
        this.answer = number as number;
        this.settle();
      },
      ended: () => this.end(),
    });
  }

  post(message: PoolMessage): void {
    try {
      this.worker.post(message);
    } catch {
      // What can't be sent to it, it can't help with.
      this.end();
    }
  }

  /** Resolves when the message is understood, or never will be. */
  async answered(number: number): Promise<void> {
    while (this.answer < number && !this.hasEnded) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.worker.end();
    this.ended();
    this.settle();
  }

  private settle(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** An engine's share in the pool. */
class Member implements Team {
  constructor(
    private readonly pool: Pool,
    private readonly id: number,
    private readonly module: StageModule,
    readonly threads: number,
  ) {}

  run<Name extends keyof Stages>(stage: Name, given: StageArguments<Name>, length: number, part?: number): number {
    const size = part ?? Math.ceil(length / (partsPerThread * this.threads));
    return this.share(stage, given, length, size);
  }

  runBeside<Name extends keyof Stages>(
    stage: Name,
    given: StageArguments<Name>,
    length: number,
    part: number,
    meanwhile: () => void,
  ): void {
    this.share(stage, given, length, part, meanwhile);
  }

  leave(): void {
    this.pool.leave(this, this.id);
  }

  private share(
    name: keyof Stages,
    given: readonly number[],
    length: number,
    part: number,
    meanwhile?: () => void,
  ): number {
    const { pool, threads } = this;
    const stage = this.module[name] as AnyStage;
    if (length <= part && !meanwhile) return stage(...given, 0, length) ?? 0;
    const helpers = threads - 1;
    const parts = Math.ceil(length / part);
    let largest = 0;
    pool.open(this.id, helpers, stageNames.indexOf(name), given, length, part);
    try {
      meanwhile?.();
      for (let block = 0; block < threads; block++) {
        const end = firstPart(block + 1, helpers, parts);
        for (let taken = pool.take(block); taken < end; taken = pool.take(block)) {
          const from = taken * part;
          largest = Math.max(largest, stage(...given, from, Math.min(from + part, length)) ?? 0);
        }
      }
    } finally {
      largest = Math.max(largest, pool.close(helpers));
    }
    return largest;
  }
}
