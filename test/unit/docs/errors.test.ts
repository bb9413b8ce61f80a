// SPDX-License-Identifier: MIT

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { MaskAnalysis } from '../../../src/analysis/index.js';
import { DenseCrf, type DenseCrfOptions, type RefineInput } from '../../../src/index.js';
import { CpuNetwork } from '../../../src/pipeline/cpu.js';
import { inspectModel, networkFromJson, Pipeline, presetNetwork } from '../../../src/pipeline/index.js';

const guide = readFileSync('docs/guides/errors.md', 'utf8');

/** Messages that the guide explains, each in a block of its own; an ellipsis stands for what differs. */
const explained = Array.from(guide.matchAll(/^```text\n(.+)\n```$/gm), ([, message]) => message);

/** What of a message is fixed. */
const fixedParts = (message: string) => message.replace(/^\w+Error: /, '').split('…');

function isExplained(message: string): boolean {
  return explained.some((pattern) => new RegExp(`^${pattern.split('…').map(escaped).join('.+')}$`).test(message));
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

const size = { width: 4, height: 4, labelCount: 2 };
const image = { data: new Uint8Array(64), width: 4, height: 4 };
const logits = new Float32Array(32);
const bilateral = { type: 'bilateral', sigmaXY: 3, sigmaRGB: 5 } as const;

async function create(options: Partial<DenseCrfOptions>): Promise<void> {
  await DenseCrf.create({ ...size, backend: 'cpu', ...options });
}

async function refine(input: RefineInput, options: Partial<DenseCrfOptions> = {}): Promise<void> {
  const crf = await DenseCrf.create({ ...size, backend: 'cpu', ...options });
  try {
    await crf.refine(input);
  } finally {
    crf.destroy();
  }
}

const wrong = (value: unknown) => value as never;

/** Calls that throw a message of the guide, here where there is no GPU. */
const calls: (() => unknown)[] = [
  () => create({ width: wrong(640.5) }),
  () => create({ labelCount: 0 }),
  () => create({ parameters: { kernels: [{ ...bilateral, sigmaRGB: -3 }] } }),
  () => create({ parameters: { kernels: [wrong({ ...bilateral, sigmaRgb: 5 })] } }),
  () => create({ parameters: wrong('deeplab') }),
  () => create({ width: 4096, parameters: { kernels: [{ type: 'gaussian', sigmaXY: 0.01 }] } }),
  () => create({ parameters: { kernels: [bilateral], method: 'exact', exactWorkLimit: 100 } }),
  () => create({ parameters: { kernels: [{ ...bilateral, method: 'separable' }] } }),
  () => create({ parameters: { kernels: [{ ...bilateral, compatibility: [1, 2, 3] }] } }),
  () => create({ parameters: { kernels: [{ type: 'features', features: new Float32Array(16), featureDim: 2 }] } }),
  () => create({ tuning: { version: 0, entries: [] } }),
  () => create({ backend: 'webgpu' }),
  () => refine({ unary: { logits } }),
  () => refine({ image }),
  () => refine({ image: { ...image, width: 2, height: 8 }, unary: { logits } }),
  () => refine({ image: { ...image, data: new Uint8Array(48) }, unary: { logits } }),
  () => refine({ image, unary: wrong({ logits, probabilities: logits }) }),
  () => refine({ image, unary: { logits: new Float32Array(16) } }),
  () => refine({ image, unary: { logits: logits.map(() => Number.NaN) } }),
  () => refine({ image, unary: { probabilities: logits.map(() => 4.5) } }),
  () => refine({ image, unary: { labels: new Uint8Array(16).fill(7) } }),
  () => refine({ image, unary: { labels: new Uint8Array(16), confidence: 1 } }),
  () => refine({ image, unary: { logits: { dims: [1, 5, 4, 4], data: new Float32Array(80) } } }),
  () => refine({ image, unary: { logits: { dims: [1, 2, 2, 2], data: new Float32Array(8) } } }),
  () => refine({ image, unary: { logits: { dims: [1, 2, 4, 4], location: 'none' } } }),
  () => refine({ image, unary: { foreground: new Float32Array(16) } }, { labelCount: 3 }),
  () => refine({ image, unary: { foreground: new Float32Array(16).fill(3) } }),
  async () => {
    const crf = await DenseCrf.create({ ...size, backend: 'cpu' });
    await crf.labelMap();
  },
  async () => {
    const crf = await DenseCrf.create({ ...size, backend: 'cpu' });
    crf.destroy();
    await crf.refine({ image, unary: { logits } });
  },
  async () => {
    const crf = await DenseCrf.create({ ...size, backend: 'cpu' });
    await crf.refine({ image, unary: { logits } });
    await crf.gpuResults();
  },
  async () => {
    const analysis = await MaskAnalysis.create({ width: 4, height: 4, labels: ['wall', 'door'], backend: 'cpu' });
    await analysis.mask(new Uint32Array(16), { labels: ['window'] });
  },
  () => presetNetwork('nuclei'),
  () => inspectModel(new TextEncoder().encode('<!doctype html>')),
  () => networkFromJson({ name: 'n', url: 'n.onnx', labels: ['a', 'b'] }),
  () => CpuNetwork.create('colour-prompt'),
  () => Pipeline.create({ backend: 'cpu', network: 'colour-prompt' }).then((pipeline) => pipeline.segment(image)),
];

/** What the calls threw: `ArgumentError: width: got …`. */
const thrown = await Promise.all(
  calls.map(async (call) => {
    try {
      await call();
    } catch (error) {
      return String(error);
    }
    return `nothing was thrown by ${call}`;
  }),
);

test('the guide has the message of each call', () => {
  expect(thrown.filter((message) => !isExplained(message))).toEqual([]);
});

test('every message of the guide is thrown here, or its words are in the source', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const source = files
    .map((file) => readFileSync(path.join('src', file), 'utf8'))
    .join('\n')
    // Texts that go over several lines, and quotes in quotes.
    .replace(/['`] \+\s+['`]/g, '')
    .replaceAll("\\'", "'");
  // `got` and `expected` stand between the three parts of an ArgumentError.
  const unknown = explained
    .filter((message) => !thrown.some((one) => new RegExp(`^${message.split('…').map(escaped).join('.+')}$`).test(one)))
    .flatMap((message) => fixedParts(message).flatMap((part) => part.split(/: got |, expected /)))
    .map((part) => part.replace(/^[:,; ]+|[:,; (")]+$/g, ''))
    .filter((part) => part.length > 3 && !source.includes(part));
  expect(unknown).toEqual([]);
});
