// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { OutOfMemoryError, SimdMemory } from '../../../src/cpu/memory.js';
import { createSharedModule } from '../../../src/cpu/module.js';
import { SimdRowEngine } from '../../../src/cpu/row-engine.js';
import { joinPool } from '../../../src/cpu/threads/pool.js';
import { DenseCrf } from '../../../src/dense-crf.js';
import type { Refiner } from '../../../src/problem/api.js';
import type { CrfParameters, Kernel, ProblemSize } from '../../../src/problem/types.js';
import { patience } from '../../support/patience.js';
import { drawnImage } from '../../support/problems.js';
import { randomFloats } from '../../support/random.js';

const gaussian: Kernel = { type: 'gaussian', sigmaXY: 2.13, compatibility: 2 };
const bilateral: Kernel = { type: 'bilateral', sigmaXY: 8.17, sigmaRGB: 41.3, compatibility: 4 };
const size = { width: 72, height: 60, labelCount: 5 };

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function create(
  threads: number | undefined,
  parameters?: CrfParameters,
  problem: ProblemSize = size,
): Promise<Refiner> {
  return DenseCrf.create({
    ...problem,
    backend: 'cpu',
    ...(parameters && { parameters }),
    ...(threads !== undefined && { threads }),
  });
}

interface Answer {
  iterations: number;
  change: number;
  vertexCounts: readonly (number | null)[];
  words: Uint32Array;
  energy: object;
}

async function answerOf(crf: Refiner, { width, height, labelCount }: ProblemSize = size): Promise<Answer> {
  const unary = { unary: randomFloats(width * height * labelCount, 2, 3) };
  await crf.refine({ image: drawnImage(width, height), unary });
  const { iterations, change, vertexCounts } = await crf.step(2);
  const { buffer } = await crf.marginals();
  return {
    iterations,
    change,
    vertexCounts,
    words: new Uint32Array(buffer as ArrayBuffer),
    energy: await crf.energy(),
  };
}

function expectSame({ words, ...answer }: Answer, { words: others, ...expected }: Answer): void {
  expect(answer).toEqual(expected);
  // Vitest's own comparison of long arrays takes seconds.
  expect(words.findIndex((word, i) => word !== others[i])).toBe(-1);
}

/** All threads that are started from now on, and how many of them have ended. */
function countWorkers(): { started: number; ended: number } {
  const count = { started: 0, ended: 0 };
  class Counted extends Worker {
    constructor(program: string, options: WorkerOptions) {
      super(program, options);
      count.started++;
      this.once('exit', () => count.ended++);
    }
  }
  withWorkers(Counted);
  return count;
}

function withWorkers(class_: unknown): void {
  const { getBuiltinModule } = process;
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(((name: string) =>
    name === 'node:worker_threads' ? class_ && { Worker: class_ } : getBuiltinModule(name)) as typeof getBuiltinModule);
}

test.each([0, -1, 1.5, 257, Number.NaN, '2', null])('threads: %j is refused on any backend', async (threads) => {
  for (const backend of ['cpu', 'webgpu', 'auto'] as const) {
    const made = DenseCrf.create({ ...size, backend, threads: threads as number });
    await expect(made).rejects.toThrow(/^threads: got .*, expected a whole number in 1..256$/);
  }
});

describe('engines share their threads', () => {
  test('which end with the last of them', async () => {
    const count = countWorkers();
    const [first, second] = [await create(3), await create(2)];
    expect([first.threads, second.threads]).toEqual([3, 2]);
    expect(count.started).toBe(2);
    first.destroy();
    expectSame(await answerOf(second), await answerOf(await create(1)));
    expect(count).toEqual({ started: 2, ended: 0 });
    second.destroy();
    second.destroy();
    await vi.waitFor(() => expect(count.ended).toBe(2), patience);
  });

  test('and an idle engine keeps no process from ending', async () => {
    const program = path.join(import.meta.dirname, '../../../scripts/run.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [program, 'test/support/idle-engine.ts']);
    expect(stdout).toBe('2 threads\n');
  });
});

test('by default there are as many as pay, and as there are cores', async () => {
  vi.stubGlobal('navigator', { hardwareConcurrency: 3 });
  const count = countWorkers();
  const threadsOf = async (width: number, height: number, labelCount: number) => {
    const engine = await SimdRowEngine.create(width * height, labelCount);
    engine?.release();
    return engine?.threads;
  };
  expect(await threadsOf(72, 60, 5)).toBe(1);
  expect(await threadsOf(640, 480, 2)).toBe(1);
  expect(count.started).toBe(0);
  expect(await threadsOf(512, 512, 13)).toBe(3);
  vi.stubGlobal('navigator', { hardwareConcurrency: 1 });
  expect(await threadsOf(512, 512, 13)).toBe(1);
});

describe('bits are those of one thread', () => {
  let holder: Refiner;

  // Threads of one engine after the other would be started and ended.
  beforeAll(async () => {
    holder = await create(5);
  });
  afterAll(() => holder.destroy());

  async function expectSameBits(parameters: CrfParameters, problem: ProblemSize = size): Promise<void> {
    const answers: Answer[] = [];
    for (const threads of [1, 2, 3, 5]) {
      const crf = await create(threads, parameters, problem);
      expect(crf.threads).toBe(threads);
      answers.push(await answerOf(crf, problem));
      crf.destroy();
    }
    for (const answer of answers.slice(1)) expectSame(answer, answers[0]);
  }

  test.each([
    { width: 1, height: 1, labelCount: 1 },
    { width: 72, height: 60, labelCount: 2 },
    { width: 97, height: 83, labelCount: 4 },
    { width: 72, height: 60, labelCount: 5 },
    { width: 72, height: 60, labelCount: 21 },
    { width: 7, height: 9, labelCount: 150 },
  ])('$width×$height, $labelCount labels', async (problem) => {
    await expectSameBits({ kernels: [gaussian, bilateral] }, problem);
  });

  test.each(['none', 'before', 'after', 'symmetric'] as const)('normalization %s', async (normalization) => {
    const small = { compatibility: 0.05, normalization };
    for (const labelCount of [2, 3]) {
      await expectSameBits(
        {
          kernels: [
            { ...gaussian, ...small },
            { ...bilateral, ...small },
          ],
        },
        { ...size, labelCount },
      );
    }
  });

  test.each([1, 3, 9])('features of %i dimensions', async (featureDim) => {
    const features = randomFloats(featureDim * size.width * size.height, 3, 8);
    await expectSameBits({ kernels: [{ type: 'features', features, featureDim, compatibility: 3 }] });
  });

  test('matrix compatibility, and other methods beside a lattice', async () => {
    const matrix = [
      [0, 1, 2],
      [1, 0, 0.5],
      [2, 0.5, 0],
    ];
    const kernels: Kernel[] = [
      { ...gaussian, method: 'separable' },
      { ...gaussian, method: 'exact' },
      { ...bilateral, compatibility: matrix },
    ];
    await expectSameBits({ kernels }, { width: 24, height: 16, labelCount: 3 });
  });

  test('damping, and a tolerance that is met', async () => {
    await expectSameBits({ kernels: [gaussian, bilateral], damping: 0.3, tolerance: 0.01, iterations: 50 });
  });

  test('images, parameters and warm starts come and go', async () => {
    const answers: Answer[] = [];
    for (const threads of [1, 3]) {
      const crf = await create(threads, { kernels: [gaussian, bilateral] });
      await answerOf(crf);
      crf.setParameters({ kernels: [{ ...bilateral, normalization: 'after' }], iterations: 2 });
      await crf.refine({ image: drawnImage(size.width, size.height, 'blobs', 7), warmStart: true });
      crf.setParameters({ kernels: [gaussian, bilateral], iterations: 1 });
      answers.push(await answerOf(crf));
      crf.destroy();
    }
    expectSame(answers[1], answers[0]);
  });

  test('where memory runs out, all goes on on typed arrays, in one thread', async () => {
    const [crf, twin] = [await create(2), await create(1)];
    for (const each of [crf, twin]) await answerOf(each);
    const next = drawnImage(size.width, size.height, 'blobs', 7);
    vi.spyOn(SimdMemory.prototype, 'reserve').mockImplementation(() => {
      throw new OutOfMemoryError('none left');
    });
    await crf.refine({ image: next });
    vi.restoreAllMocks();
    await twin.refine({ image: next });
    expect(crf.threads).toBe(1);
    expect(await crf.marginals()).toBeAllClose(await twin.marginals(), { tolerance: 1e-4 });
    for (const each of [crf, twin]) each.destroy();
  });
});

describe('a pool', () => {
  /** Sleeps for moments, as a thread that waits for another. */
  function waitFor(condition: () => boolean): void {
    const end = performance.now() + patience;
    const moment = new Int32Array(new SharedArrayBuffer(4));
    while (!condition()) {
      if (performance.now() > end) throw new Error('nobody helps');
      Atomics.wait(moment, 0, 0, 1);
    }
  }

  /** Weights and factors that are all 0: `scaleWeights` makes zeros of them. */
  function zerosIn(memory: SimdMemory, length: number): number {
    const address = memory.reserve(length);
    memory.floats(address, length).fill(0);
    return address;
  }

  test('has helpers that do parts while the calling thread is elsewhere', async () => {
    const shared = await joinPool(createSharedModule, 3, 1);
    if (!shared) throw new Error('no pool');
    const { module, team } = shared;
    const memory = new SimdMemory(module, team);
    const length = 1000;
    const [zeros, address] = [zerosIn(memory, length), memory.reserve(length)];
    memory.floats(address, length).fill(1);
    team.runBeside('scaleWeights', [1, zeros, zeros, address], length, 7, () => {
      waitFor(() => memory.floats(address, length).every((value) => value === 0));
    });
    team.leave();
  });

  test('tells what goes wrong in a helper, and goes on', async () => {
    const shared = await joinPool(createSharedModule, 2, 1);
    if (!shared) throw new Error('no pool');
    const { module, team } = shared;
    const memory = new SimdMemory(module, team);
    const [zeros, address] = [zerosIn(memory, 1000), memory.reserve(1000)];
    const last = module.memory.buffer.byteLength - 12;
    memory.floats(last, 3).fill(1);
    // Of four elements the helper has the third and the fourth, which is outside.
    expect(() =>
      team.runBeside('scaleWeights', [1, zeros, zeros, last], 4, 1, () =>
        waitFor(() => memory.floats(last, 3)[2] === 0),
      ),
    ).toThrow(/a thread of the CPU backend failed|out of bounds/);
    memory.floats(address, 1000).fill(1);
    team.run('scaleWeights', [1, zeros, zeros, address], 1000, 1);
    expect(memory.floats(address, 1000).every((value) => value === 0)).toBe(true);
    team.leave();
  });
});

describe('where there can be no second thread, one does everything', () => {
  async function expectOneThread(): Promise<void> {
    const crf = await create(4);
    expect(crf.threads).toBe(1);
    expectSame(await answerOf(crf), await answerOf(await create(1)));
    crf.destroy();
  }

  test('no memory that threads share', async () => {
    vi.stubGlobal('SharedArrayBuffer', undefined);
    await expectOneThread();
  });

  test('no workers at all', async () => {
    withWorkers(undefined);
    await expectOneThread();
  });

  test('workers that are refused', async () => {
    withWorkers(
      class {
        constructor() {
          throw new Error('ERR_ACCESS_DENIED');
        }
      },
    );
    await expectOneThread();
  });

  test('workers that end before they have begun', async () => {
    withWorkers(
      class extends Worker {
        constructor(_program: string, options: WorkerOptions) {
          super('throw new Error("refused")', options);
        }
      },
    );
    await expectOneThread();
  });

  test('workers that never say a word: they are waited for no longer than a while', async () => {
    withWorkers(
      class {
        on() {}
        unref() {}
        postMessage() {}
        terminate() {}
      },
    );
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let made: Refiner | undefined;
    const making = create(2).then((crf) => {
      made = crf;
    });
    while (!made) {
      vi.advanceTimersByTime(1000);
      await new Promise(setImmediate);
    }
    await making;
    expectSame(await answerOf(made), await answerOf(await create(1)));
    made.destroy();
  });
});
