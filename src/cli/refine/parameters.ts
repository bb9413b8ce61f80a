// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  type CrfParameters,
  type CrfPresetName,
  crfPresets,
  defaultParameters,
  parametersFromJson,
} from '../../index.js';
import { about, Failure } from '../failure.js';
import { parseJson } from '../files/json.js';
import { readFloatNpy } from '../files/npy.js';
import type { RefineOptions } from './options.js';

/** The parameters, and what their file says about the problem that they were made for. */
export interface ParametersFile {
  parameters: CrfParameters;
  /** Only what the file says; the data must agree with it. */
  expected: Readonly<Record<string, number>>;
  /** The arrays of its `features` kernels. */
  featureFiles: readonly { file: string; shape: readonly number[] }[];
}

/** What a file may say about itself; all other keys are the library's to accept or refuse. */
const sizeKeys = ['width', 'height', 'labelCount'] as const;
const remarkKeys = ['name', 'image', 'note'] as const;

/** From the file or preset of --options, else `without`, the library's defaults; --iterations and --method win over both. */
export async function readParameters(
  options: Pick<RefineOptions, 'options' | 'iterations' | 'method'>,
  without: CrfParameters = defaultParameters,
): Promise<ParametersFile> {
  const { options: file, iterations, method } = options;
  const read: ParametersFile =
    file === undefined || isPreset(file)
      ? { parameters: file === undefined ? without : crfPresets[file].parameters, expected: {}, featureFiles: [] }
      : await about(file, () => readParametersFile(file, iterations));
  const parameters: CrfParameters = {
    ...read.parameters,
    ...(iterations === undefined ? undefined : { iterations }),
    ...(method === undefined ? undefined : { method, kernels: read.parameters.kernels.map(withoutMethod) }),
  };
  return { ...read, parameters };
}

/** A file of this name is meant by ./NAME. */
function isPreset(name: string): name is CrfPresetName {
  return Object.hasOwn(crfPresets, name);
}

async function readParametersFile(file: string, iterations: number | undefined): Promise<ParametersFile> {
  const json = parseObject(await readFile(file, 'utf8'));
  const expected: Record<string, number> = {};
  for (const key of sizeKeys) {
    const value = json[key];
    if (value === undefined) continue;
    if (typeof value !== 'number') throw new Failure(`${key}: got ${JSON.stringify(value)}, expected a number`);
    expected[key] = value;
  }
  for (const key of [...sizeKeys, ...remarkKeys]) delete json[key];
  if (Array.isArray(json.iterations)) json.iterations = iterations ?? onlyElement(json.iterations);

  const featureFiles: { file: string; shape: number[] }[] = [];
  const parameters = await parametersFromJson(json, async (featureFile) => {
    const array = await about(featureFile, () => readFloatNpy(path.resolve(path.dirname(file), featureFile)));
    featureFiles.push({ file: featureFile, shape: array.shape });
    return array;
  });
  return { parameters, expected, featureFiles };
}

function parseObject(text: string): Record<string, unknown> {
  const json = parseJson(text);
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return { ...json };
  throw new Failure('expected a JSON object with the key "kernels"');
}

/** A file that lists several counts describes several results; which of them is wanted only the user knows. */
function onlyElement(iterations: readonly unknown[]): unknown {
  if (iterations.length === 1) return iterations[0];
  throw new Failure(`iterations: got [${iterations.join(', ')}], expected one whole number, or --iterations beside it`);
}

function withoutMethod(kernel: CrfParameters['kernels'][number]): CrfParameters['kernels'][number] {
  const { method, ...rest } = kernel;
  return rest;
}
