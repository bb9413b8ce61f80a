// SPDX-License-Identifier: MIT

import path from 'node:path';
import type { LabelLayout, Method, Upsampling } from '../../index.js';
import { UsageError } from '../failure.js';

/** The four forms of what is known before refinement; each is an option that names a file. */
export const inputForms = ['unary', 'logits', 'probabilities', 'labels'] as const;
export type InputForm = (typeof inputForms)[number];

/** What the command writes; each is an option that names a file. */
export const outputKinds = {
  labelMap: 'label-map',
  marginals: 'marginals',
  overlay: 'overlay',
  cutOut: 'cut-out',
} as const;

/** As commander gives them. */
export interface RefineOptions {
  unary?: string;
  logits?: string;
  probabilities?: string;
  labels?: string;
  confidence?: number;
  /** Commander turns null into an empty text. */
  unknown?: number | 'none';
  labelCount?: number;
  options?: string;
  iterations?: number;
  method?: Method;
  layout?: LabelLayout;
  upsample?: Upsampling;
  backend: 'webgpu' | 'cpu';
  threads?: number;
  labelMap?: string;
  marginals?: string;
  overlay?: string;
  cutOut?: string;
  /** Labels in front, as the label map has them. */
  foreground?: number[];
  maxMegapixels?: number;
  json?: boolean;
}

/** The command line, found to make sense as a whole. */
export interface RefineRequest {
  /** undefined for `-`. */
  image?: string;
  form: InputForm;
  /** The file of that form. */
  input: string;
  outputs: Readonly<Record<string, string>>;
  options: RefineOptions;
}

/** Finds the options that exclude or need each other. */
export function checkRequest(image: string, options: RefineOptions): RefineRequest {
  const given = inputForms.filter((form) => options[form] !== undefined);
  const input = given.length === 1 ? options[given[0]] : undefined;
  if (input === undefined) {
    const got = given.length === 0 ? 'none' : given.map((form) => `--${form}`).join(' and ');
    throw new UsageError(`got ${got}, expected exactly one of ${inputForms.map((form) => `--${form}`).join(', ')}`);
  }
  const form = given[0];
  if (form === 'labels') refuse(options, ['layout', 'upsample'], "arrays: labels have the image's size");
  else refuse(options, ['confidence', 'unknown', 'labelCount'], '--labels');
  for (const kind of ['overlay', 'cutOut'] as const) {
    if (image !== '-' || options[kind] === undefined) continue;
    const given = `--${outputKinds[kind]}: got ${JSON.stringify(options[kind])}`;
    throw new UsageError(
      `${given}, but IMAGE is -: there is nothing to ${kind === 'overlay' ? 'draw on' : 'cut out of'}`,
    );
  }
  if (options.foreground && options.cutOut === undefined) {
    throw new UsageError(`--foreground: got ${options.foreground}, but it is for --cut-out`);
  }
  const outputs: Record<string, string> = {};
  for (const [key, kind] of Object.entries(outputKinds)) {
    const file = options[key as keyof typeof outputKinds];
    if (file !== undefined) outputs[kind] = file;
  }
  checkOutputs(outputs, [image, input, options.options]);
  return { ...(image === '-' ? undefined : { image }), form, input, outputs, options };
}

function refuse(options: RefineOptions, keys: readonly (keyof RefineOptions)[], only: string): void {
  for (const key of keys) {
    if (options[key] === undefined) continue;
    const option = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${option}: got ${options[key]}, but it is for ${only}`);
  }
}

function checkOutputs(outputs: Readonly<Record<string, string>>, inputs: readonly (string | undefined)[]): void {
  const taken = new Map<string, string>();
  for (const input of inputs) {
    if (input !== undefined) taken.set(path.resolve(input), 'an input');
  }
  for (const [kind, file] of Object.entries(outputs)) {
    const other = taken.get(path.resolve(file));
    if (other) throw new UsageError(`--${kind}: got ${JSON.stringify(file)}, which is ${other} too`);
    taken.set(path.resolve(file), `--${kind}`);
  }
}
