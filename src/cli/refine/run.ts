// SPDX-License-Identifier: MIT

import { cutOut } from '../../analysis/index.js';
import { type CrfParameters, resolveParameters } from '../../index.js';
import { argumentOf, Failure, messageOf, UsageError } from '../failure.js';
import { encodeFloatNpy } from '../files/npy.js';
import { OutputFiles } from '../files/outputs.js';
import { encodeGreyPng, encodePalettePng, encodeRgbaPng, encodeRgbPng } from '../files/png.js';
import { PageSession } from '../page/session.js';
import type { Streams } from '../streams.js';
import { type RefineJob, type RefineJobResult, runRefineJob } from './job.js';
import type { RefineRequest } from './options.js';
import { drawOverlay } from './overlay.js';
import { labelColours } from './palette.js';
import { type Problem, readProblem } from './problem.js';
import { describeProblem, describeResult, summarize } from './report.js';

/** Reads, refines, writes, and says what it did. Where it throws, no output file has appeared or changed. */
export async function refine(request: RefineRequest, streams: Streams, version: string): Promise<void> {
  const { json, backend } = request.options;
  const milliseconds: Times = {};
  const start = performance.now();

  const problem = await readProblem(request);
  const resolved = blame(request, problem, () => resolveParameters(problem.parameters, problem.size));
  checkLabelCount(request, problem);
  const foreground = foregroundOf(request, problem);
  const outputs = await OutputFiles.open(request.outputs);
  try {
    milliseconds.read = performance.now() - start;
    if (!json) streams.out(describeProblem(request, problem, resolved));

    const runJob = backend === 'cpu' ? runHere : runInPage;
    const result = await runJob(jobOf(request, problem), milliseconds, streams).catch((error: unknown) => {
      throw blamed(request, problem, error);
    });
    Object.assign(milliseconds, result.milliseconds);

    const writing = performance.now();
    await writeOutputs(outputs, problem, result, foreground);
    const files = await outputs.commit();
    milliseconds.write = performance.now() - writing;
    milliseconds.total = performance.now() - start;

    const summary = summarize(version, request, problem, resolved, result, milliseconds, files);
    streams.status('');
    for (const note of problem.notes) streams.error(`note: ${note}\n`);
    streams.out(json ? `${JSON.stringify(summary)}\n` : describeResult(summary));
  } finally {
    streams.status('');
    await outputs.close();
  }
}

function jobOf(request: RefineRequest, problem: Problem): RefineJob {
  const { size, parameters, unary, photograph } = problem;
  const { backend, threads } = request.options;
  const image = needsImage(parameters) && photograph;
  return {
    size,
    backend,
    ...(threads === undefined ? undefined : { threads }),
    parameters,
    unary,
    ...(image ? { image: { data: image.data, width: image.width, height: image.height } } : undefined),
    marginals: request.outputs.marginals !== undefined || request.outputs['cut-out'] !== undefined,
  };
}

function needsImage(parameters: CrfParameters): boolean {
  return parameters.kernels.some((kernel) => kernel.type === 'bilateral');
}

type Times = Record<string, number>;

async function runHere(job: RefineJob, _milliseconds: Times, streams: Streams): Promise<RefineJobResult> {
  streams.status('refining on the CPU');
  return await runRefineJob(job);
}

async function runInPage(job: RefineJob, milliseconds: Times, streams: Streams): Promise<RefineJobResult> {
  streams.status('starting the browser');
  const start = performance.now();
  const session = await PageSession.start();
  try {
    milliseconds.browser = performance.now() - start;
    streams.status('refining on WebGPU');
    const running = performance.now();
    // The other side of the wire is this same program: it packed a RefineJobResult.
    const result = (await session.run('refine', job)) as RefineJobResult;
    const inPage = Object.values(result.milliseconds).reduce((sum, time) => sum + time, 0);
    milliseconds.transfer = performance.now() - running - inPage;
    return result;
  } finally {
    await session.close();
  }
}

async function writeOutputs(
  outputs: OutputFiles,
  problem: Problem,
  result: RefineJobResult,
  foreground: readonly number[],
): Promise<void> {
  const { width, height, labelCount } = problem.size;
  const { labelMap, marginals } = result;
  await outputs.write('label-map', async () => [await encodeLabelMap(problem, labelMap)]);
  if (marginals) await outputs.write('marginals', () => encodeFloatNpy(marginals, [labelCount, height, width]));
  const { photograph } = problem;
  if (photograph) {
    await outputs.write('overlay', async () => [
      await encodeRgbPng(drawOverlay(photograph, labelMap, labelColours(labelCount)), width, height),
    ]);
  }
  if (photograph && marginals) {
    await outputs.write('cut-out', async () => {
      const { data } = cutOut(photograph, { marginals, labels: foreground, width, height });
      return [await encodeRgbaPng(data, width, height)];
    });
  }
}

/** Labels that the cut-out keeps. */
function foregroundOf({ options }: RefineRequest, { size, labelMap: { values } }: Problem): number[] {
  const all = Array.from({ length: size.labelCount }, (_unused, label) => label);
  if (!options.foreground) return all.slice(size.labelCount > 1 ? 1 : 0);
  const names: ArrayLike<number> = values ?? all;
  return options.foreground.map((name) => {
    const label = Array.prototype.indexOf.call(names, name);
    if (label >= 0) return label;
    throw new UsageError(`--foreground: got ${name}, expected labels of the label map: ${listOf(names)}`);
  });
}

function listOf(labels: ArrayLike<number>): string {
  const shown = Array.from(labels).slice(0, 30).join(', ');
  return labels.length > 30 ? `${shown}, ... (${labels.length} in all)` : shown;
}

function encodeLabelMap({ size, labelMap: form }: Problem, labelMap: Uint32Array): Promise<Uint8Array> {
  const { width, height, labelCount } = size;
  const { values, palette } = form;
  const written = values ? labelMap.map((label) => values[label]) : labelMap;
  if (palette) return encodePalettePng(written, width, height, palette);
  const highest = values ? values[values.length - 1] : labelCount - 1;
  return encodeGreyPng(written, width, height, highest <= 255 ? 8 : 16);
}

function checkLabelCount(request: RefineRequest, { size, labelMap: { values } }: Problem): void {
  if (request.outputs['label-map'] === undefined) return;
  const { labelCount } = size;
  if (labelCount > 65536) {
    throw new Failure(`--label-map: ${labelCount} labels, but a PNG holds at most 65536`);
  }
  const highest = values ? values[values.length - 1] : 0;
  if (highest > 65535) throw new Failure(`--label-map: ${highest} is a label, but a PNG holds at most 65535`);
}

function blame<Result>(request: RefineRequest, problem: Problem, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw blamed(request, problem, error);
  }
}

/** An error of the library, said of the file or option that its argument came from. */
function blamed(request: RefineRequest, problem: Problem, error: unknown): unknown {
  const wrong = argumentOf(error);
  if (!wrong) return error;
  const { argument, finding } = wrong;
  if (argument === 'unary.confidence') return new UsageError(`--confidence: ${finding}`);
  const element = /^unary\.\w+\[(\d+)\]$/.exec(argument);
  if (element) return new Failure(`${request.input}: element ${problem.elementName(Number(element[1]))}: ${finding}`);
  if (argument.startsWith('unary')) return new Failure(`${request.input}: ${finding}`);
  if (argument.startsWith('image')) return new Failure(`${request.image}: ${finding}`);
  const { options } = request.options;
  return new Failure(options === undefined ? messageOf(error) : `${options}: ${messageOf(error)}`);
}
