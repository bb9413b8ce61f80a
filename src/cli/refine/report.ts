// SPDX-License-Identifier: MIT

import type { ResolvedKernel, ResolvedParameters, StageTiming } from '../../index.js';
import type { WrittenFile } from '../files/outputs.js';
import { listValues } from '../inputs/values.js';
import { namedLine } from '../plain-text.js';
import type { RefineJobResult } from './job.js';
import type { RefineRequest } from './options.js';
import type { Problem } from './problem.js';

/** What was done, as `--json` prints it. Its keys are an interface: they only ever get more. */
export interface RefineSummary {
  command: 'refine';
  version: string;
  image: { file: string; format: string; orientation: number | null } | null;
  width: number;
  height: number;
  labelCount: number;
  input: Problem['input'] & { file: string };
  /** What the label map holds: labels counted from 0, or the values that the file of labels has for them. */
  labelMapHas: 'labels' | 'values';
  options: string | null;
  kernels: (KernelSummary & { vertexCount: number | null })[];
  backend: 'webgpu' | 'cpu';
  /** As the browser names it. */
  adapter: string;
  /** Whether a GPU did the work. */
  hardware: boolean;
  iterations: number;
  /** max |ΔQ| of the last iteration, where a tolerance was set. */
  change: number | null;
  /** The label map's areas, by label. */
  areas: LabelArea[];
  milliseconds: Readonly<Record<string, number>>;
  /** By stage, where the device can tell. */
  stages: readonly StageTiming[];
  files: readonly WrittenFile[];
  /** What was also said on standard error. */
  notes: readonly string[];
}

export interface LabelArea {
  label: number;
  /** Where labels come from a file of labels: what it has for this one. */
  value?: number;
  pixels: number;
  percent: number;
}

export interface KernelSummary {
  type: ResolvedKernel['type'];
  /** In pixels and on 0..255; null for `features`, which come divided. */
  sigmas: readonly number[] | null;
  featureDim: number;
  compatibility: number | 'diagonal' | 'matrix';
  normalization: ResolvedKernel['normalization'];
  method: ResolvedKernel['method'];
}

export function summarizeKernel(kernel: ResolvedKernel): KernelSummary {
  const { type, sigmas, featureDim, compatibility, normalization, method } = kernel;
  return {
    type,
    sigmas: type === 'features' ? null : sigmas,
    featureDim,
    compatibility: compatibility.kind === 'potts' ? compatibility.weight : compatibility.kind,
    normalization,
    method,
  };
}

export function summarize(
  version: string,
  request: RefineRequest,
  problem: Problem,
  resolved: ResolvedParameters,
  result: RefineJobResult,
  milliseconds: Readonly<Record<string, number>>,
  files: readonly WrittenFile[],
): RefineSummary {
  const { report } = result;
  const { photograph, size } = problem;
  return {
    command: 'refine',
    version,
    image: photograph
      ? { file: request.image ?? '-', format: photograph.format, orientation: photograph.orientation ?? null }
      : null,
    ...size,
    input: { file: request.input, ...problem.input },
    labelMapHas: problem.labelMap.values ? 'values' : 'labels',
    options: request.options.options ?? null,
    kernels: resolved.kernels.map((kernel, index) => ({
      ...summarizeKernel(kernel),
      vertexCount: report.vertexCounts[index] ?? null,
    })),
    backend: request.options.backend,
    adapter: result.adapterName,
    hardware: request.options.backend === 'webgpu' && !softwareAdapters.test(result.adapterName),
    iterations: report.iterations,
    change: Number.isFinite(report.change) ? report.change : null,
    areas: measureAreas(result.labelMap, problem),
    milliseconds: mapValues(milliseconds, round),
    stages: report.timings.map(({ stage, milliseconds: time }) => ({ stage, milliseconds: round(time) })),
    files,
    notes: problem.notes,
  };
}

/** SwiftShader is Chromium's, llvmpipe Mesa's, and the last is Windows'. */
const softwareAdapters = /swiftshader|llvmpipe|basic render/i;

/** What is known before the work begins, in lines. */
export function describeProblem(request: RefineRequest, problem: Problem, resolved: ResolvedParameters): string {
  const { size, photograph } = problem;
  const image = photograph
    ? `${request.image}  ${size.width} x ${size.height} ${photograph.format}${turned(photograph.orientation)}`
    : `none; ${size.width} x ${size.height}, as ${request.input}`;
  const lines = [
    namedLine('image', image),
    namedLine('input', describeInput(request, problem)),
    ...resolved.kernels.map((kernel, index) => namedLine(index === 0 ? 'kernels' : '', describeKernel(kernel))),
  ];
  if (resolved.kernels.length === 0) lines.push(namedLine('kernels', 'none: the labels come from the input alone'));
  return lines.join('');
}

/** What the work gave, in lines. */
export function describeResult(summary: RefineSummary): string {
  const { kernels, iterations, change, milliseconds, stages, files } = summary;
  const vertices = kernels.map((kernel) => kernel.vertexCount?.toLocaleString('en-US') ?? '-');
  const rows = [
    namedLine(
      'adapter',
      summary.backend === 'webgpu' && !summary.hardware ? `${summary.adapter}, in software` : summary.adapter,
    ),
    ...(vertices.length > 0 ? [namedLine('vertices', vertices.join(', '))] : []),
    namedLine('iterations', `${iterations}${change === null ? '' : `, last change of Q ${change.toPrecision(2)}`}`),
    namedLine('areas', describeAreas(summary)),
    namedLine('time', listTimes(Object.entries(milliseconds))),
  ];
  if (stages.length > 0)
    rows.push(namedLine('stages', listTimes(stages.map(({ stage, milliseconds: ms }) => [stage, ms]))));
  for (const { kind, file, bytes } of files) rows.push(namedLine('wrote', `${file}  ${kind}, ${sizeInWords(bytes)}`));
  return rows.join('');
}

function describeInput(request: RefineRequest, { input, size, labelMap }: Problem): string {
  if (input.form === 'labels') {
    const { width, height, labelCount } = size;
    const marked = ((100 * input.markedPixels) / (width * height)).toPrecision(3);
    const values = `${labelCount} labels, in the file ${listValues(input.values)}, ${labelMap.values ? 'as in the label map' : `in results 0..${labelCount - 1}`}`;
    const unknown = input.unknown === null ? 'no value is unknown' : `${input.unknown} is unknown`;
    return `${request.input}  ${values}; ${unknown}; ${marked} % of the pixels marked, confidence ${input.confidence}`;
  }
  const upsampled = input.upsampling ? `, upsampled ${input.upsampling}` : '';
  const labels = input.foreground ? 'a foreground, label 1,' : `${size.labelCount} labels`;
  const layout = input.layout === 'planar' ? '' : ', label last';
  return `${request.input}  ${input.form} of ${labels} [${input.shape.join(', ')}]${layout}${upsampled}`;
}

function describeKernel(kernel: ResolvedKernel): string {
  const { type, sigmas, featureDim, compatibility, normalization, method } = summarizeKernel(kernel);
  const parts: string[] = [type.padEnd(9)];
  if (sigmas === null) parts.push(`${featureDim} dimensions`);
  else parts.push(`sigmaXY ${brief(sigmas.slice(0, 2))}`);
  if (sigmas !== null && sigmas.length > 2) parts.push(`sigmaRGB ${brief(sigmas.slice(2))}`);
  parts.push(`compatibility ${compatibility}`, normalization, method);
  return parts.join('  ');
}

/** One number where all are equal. */
function brief(values: readonly number[]): string {
  const texts = values.map((value) => String(Number(value.toPrecision(6))));
  return new Set(texts).size === 1 ? texts[0] : texts.join(', ');
}

function describeAreas({ areas, labelMapHas }: RefineSummary): string {
  const present = areas.filter(({ pixels }) => pixels > 0).sort((a, b) => b.pixels - a.pixels);
  const nameOf = ({ label, value }: LabelArea) => (labelMapHas === 'values' ? value : label);
  const shown = present.slice(0, 8).map((area) => `${nameOf(area)}: ${area.percent.toFixed(1)} %`);
  if (present.length > shown.length) shown.push(`${present.length - shown.length} more`);
  return shown.join('   ');
}

function measureAreas(labelMap: Uint32Array, { size, input }: Problem): LabelArea[] {
  const pixels = new Uint32Array(size.labelCount);
  for (const label of labelMap) pixels[label]++;
  return Array.from(pixels, (count, label) => ({
    label,
    ...(input.form === 'labels' ? { value: input.values[label] } : undefined),
    pixels: count,
    percent: round((100 * count) / labelMap.length),
  }));
}

function turned(orientation: number | undefined): string {
  return orientation === undefined ? '' : `, turned upright (EXIF orientation ${orientation})`;
}

function listTimes(times: readonly (readonly [name: string, milliseconds: number])[]): string {
  return times.map(([name, milliseconds]) => `${name} ${timeInWords(milliseconds)}`).join(', ');
}

function timeInWords(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return `${milliseconds >= 10 ? milliseconds.toFixed(0) : milliseconds.toFixed(1)} ms`;
}

function sizeInWords(bytes: number): string {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return bytes >= 1e3 ? `${(bytes / 1e3).toFixed(1)} kB` : `${bytes} bytes`;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function mapValues(record: Readonly<Record<string, number>>, map: (value: number) => number): Record<string, number> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
