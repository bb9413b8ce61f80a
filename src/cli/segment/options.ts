// SPDX-License-Identifier: MIT

import { UsageError } from '../failure.js';

/** What is written for every picture; each has an ending of its own. */
export const outputEndings = {
  'label-map': '.labels.png',
  overlay: '.overlay.png',
  'cut-out': '.cut-out.png',
  areas: '.json',
} as const;

export type OutputKind = keyof typeof outputEndings;
export const outputKinds = Object.keys(outputEndings) as OutputKind[];

/** As commander gives them. */
export interface SegmentOptions {
  out: string;
  model?: string;
  box?: Box;
  strokes?: string;
  foreground?: readonly string[];
  write: readonly OutputKind[];
  options?: string;
  /** False for `--no-refine`. */
  refine: boolean;
  workingSize?: number;
  maxMegapixels?: number;
  backend: 'webgpu' | 'cpu';
  /** Seconds. */
  timeout?: number;
  /** Pictures at once. */
  jobs?: number;
  /** Of each picture's CRF. */
  threads?: number;
  shard?: string;
  strict?: boolean;
  json?: boolean;
}

/** Pixels of the picture, from its upper left corner. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The command line, found to make sense as a whole. */
export interface SegmentRequest {
  /** Pictures and folders of pictures. */
  sources: readonly string[];
  /** A preset's name or an ONNX file. */
  model: string;
  options: SegmentOptions;
}

/** Where no network is asked for: what marks on a picture are for, and what looks at pictures without marks. */
const defaultModels = { marks: 'colour-prompt', none: 'person' };

/** Finds the options that exclude or need each other. */
export function checkSegmentRequest(sources: readonly string[], options: SegmentOptions): SegmentRequest {
  const { box, strokes, model } = options;
  const hasMarks = box !== undefined || strokes !== undefined;
  if (options.backend === 'cpu' && options.timeout !== undefined) {
    throw new UsageError(`--timeout: got ${options.timeout}, but --backend cpu can't stop a network while it runs`);
  }
  if (!options.refine && options.options !== undefined) {
    throw new UsageError(`--options: got ${JSON.stringify(options.options)}, but --no-refine leaves nothing to refine`);
  }
  return { sources, model: model ?? defaultModels[hasMarks ? 'marks' : 'none'], options };
}
