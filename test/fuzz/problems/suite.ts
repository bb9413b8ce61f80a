// SPDX-License-Identifier: MIT

import * as fc from 'fast-check';
import { DenseCrf } from '../../../src/dense-crf.js';
import type { DenseCrfOptions, RefineInput } from '../../../src/problem/api.js';
import { ArgumentError, DeviceError } from '../../../src/problem/errors.js';
import { resolveUnary } from '../../../src/problem/given-unary.js';
import { resolveParameters } from '../../../src/problem/parameters.js';
import type { CrfParameters, ProblemSize, UnaryInput } from '../../../src/problem/types.js';
import { unaryEnergies } from '../../../src/reference/unary.js';
import { type GivenImage, givenImage, imageBytes, imageInput } from '../given/images.js';
import { type GivenParameters, givenParameters, parametersOf } from '../given/parameters.js';
import { sizes } from '../given/sizes.js';
import { type GivenUnary, givenUnary, unaryInput, unarySource } from '../given/unaries.js';
import type { WatchedDevice } from '../gpu.js';
import { Finding, type FuzzContext, suite } from '../suite.js';
import { answerOf, checkAnswer } from './answer.js';
import { compareAnswers, compareMarginals } from './compare.js';
import { embeddingError, naiveMarginals } from './naive.js';
import { type Judgement, judge, largestMagnitude, type PlainProblem } from './reference.js';

interface ProblemCase {
  size: ProblemSize;
  image: GivenImage;
  unary: GivenUnary;
  parameters: GivenParameters;
  vertexCapacity: 'measured' | 'worst-case' | number;
  /** Of the CPU backend. */
  threads: number;
}

/** What callers hand over, and the same for the reference. */
interface MadeProblem {
  size: ProblemSize;
  parameters: CrfParameters;
  bytes: Uint8Array | null;
  unary: UnaryInput;
  plain: PlainProblem;
}

/** Valid problems: WebGPU, WebAssembly, the plain reference and dense matrices in double precision find the same. */
export const problems = suite<ProblemCase>({
  name: 'problems',
  batchSize: 10,
  testBatches: { cpu: 30, webgpu: 2 },
  arbitrary: () =>
    fc.record({
      size: sizes,
      image: givenImage(['Uint8ClampedArray', 'Uint8Array', 'buffer', 'texture']),
      unary: givenUnary({
        values: ['Float32Array', 'Float64Array', 'buffer'],
        labels: [
          ...(['Uint8Array', 'Uint8ClampedArray', 'Int8Array', 'Uint16Array', 'Int16Array'] as const),
          ...(['Uint32Array', 'Int32Array', 'BigInt64Array', 'BigUint64Array', 'buffer'] as const),
        ],
      }),
      parameters: givenParameters({ mild: false, largestFeatureDim: 90, kernelCount: 3 }),
      vertexCapacity: fc.oneof(
        { weight: 6, arbitrary: fc.constant('measured' as const) },
        { weight: 1, arbitrary: fc.constantFrom('worst-case' as const, 1, 20, 400) },
      ),
      threads: fc.constantFrom(1, 1, 1, 2, 3),
    }),
  async run(given, context) {
    const made = make(given);
    context.tally.add('problems');
    const judgement = judge(made.plain);
    checkAnswer(judgement.answer, made.size);
    if (judgement.isUnstable) context.tally.add('of them decided by rounding');
    judgeReference(made, judgement, context);
    if (context.backends.includes('cpu')) await runCpu(given, made, judgement);
    if (context.gpu) {
      const watched = await context.gpu.device();
      const errors = await watched.errorsOf(() => runGpu(given, made, judgement, watched));
      if (errors.length > 0) throw new Finding('webgpu: the device reported an error', errors[0]);
    }
  },
});

function make(given: ProblemCase): MadeProblem {
  const { size } = given;
  const parameters = parametersOf(given.parameters, size);
  const unary = unaryInput(given.unary, size);
  const resolved = resolvedOrSkipped(parameters, size);
  const bytes = imageBytes(given.image, size);
  const input = resolveUnary(unary, size);
  const samples = input.form === 'labels' ? null : input;
  const isSampled = samples && (samples.window || samples.width !== size.width || samples.height !== size.height);
  const plain = {
    size,
    parameters: resolved,
    image: bytes,
    energies: unaryEnergies(input, size),
    samplingError: isSampled ? largestMagnitude(samples.values) * 2 ** -18 : 0,
  };
  return { size, parameters, bytes, unary, plain };
}

/** Sigmas whose lattice keys don't fit 16 bits are refused, as they should be. */
function resolvedOrSkipped(parameters: CrfParameters, size: ProblemSize) {
  try {
    return resolveParameters(parameters, size);
  } catch (error) {
    if (error instanceof ArgumentError && error.allowed.includes('16 bits')) fc.pre(false);
    throw error;
  }
}

function judgeReference({ plain }: MadeProblem, judgement: Judgement, { tally }: FuzzContext): void {
  const { answer, tolerance, isUnstable } = judgement;
  if (isUnstable || !answer.marginals.every(Number.isFinite)) return;
  const naive = naiveMarginals(plain, answer.report.vertexCounts);
  const wider = tolerance * (1 + embeddingError(plain) / 2 ** -21);
  if (!naive || wider > 0.05) return;
  tally.add('of them against the exact sums');
  compareMarginals('reference', answer.marginals, naive, wider, plain.size);
}

async function runCpu(given: ProblemCase, made: MadeProblem, judgement: Judgement): Promise<void> {
  const { size, parameters } = made;
  const crf = await DenseCrf.create({ ...size, parameters, backend: 'cpu', threads: given.threads });
  try {
    const owned: { destroy(): void }[] = [];
    const report = await crf.refine(inputOf(given, made, undefined, owned));
    const answer = await answerOf(crf, report, 'cpu');
    checkAnswer(answer, size);
    compareAnswers(answer, judgement, size);
  } finally {
    crf.destroy();
  }
}

async function runGpu(
  given: ProblemCase,
  made: MadeProblem,
  judgement: Judgement,
  { device }: WatchedDevice,
): Promise<void> {
  const { size, parameters } = made;
  const { vertexCapacity } = given;
  const options: DenseCrfOptions = { ...size, parameters, backend: 'webgpu', device, vertexCapacity };
  const crf = await DenseCrf.create(options);
  const owned: { destroy(): void }[] = [];
  try {
    const report = await crf.refine(inputOf(given, made, device, owned)).catch((error: unknown) => {
      if (typeof vertexCapacity === 'number' && error instanceof DeviceError) return undefined;
      throw error;
    });
    if (!report) return;
    const answer = await answerOf(crf, report, 'webgpu');
    // Only 'measured' reads counts back; a number of rows that is too small has to be told.
    const { vertexCounts } = judgement.answer.report;
    if (vertexCapacity !== 'measured') {
      const isTold = answer.report.vertexCounts.some((count) => count !== null && count > Number(vertexCapacity));
      const fits = vertexCounts.every((count) => count === null || !(count > Number(vertexCapacity)));
      if (!fits && isTold) return;
      if (!fits && vertexCapacity !== 'worst-case') {
        throw new Finding(
          'webgpu: nobody is told that vertexCapacity is too small',
          `${vertexCapacity}: ${vertexCounts}`,
        );
      }
      answer.report = { ...answer.report, vertexCounts };
    }
    checkAnswer(answer, size);
    compareAnswers(answer, judgement, size);
  } finally {
    crf.destroy();
    for (const object of owned) object.destroy();
  }
}

function inputOf(
  given: ProblemCase,
  { size, bytes, unary }: MadeProblem,
  device: GPUDevice | undefined,
  owned: { destroy(): void }[],
): RefineInput {
  return {
    ...(bytes ? { image: imageInput(given.image, bytes, size, device, owned) } : undefined),
    unary: unarySource(given.unary, unary, device, owned),
  };
}
