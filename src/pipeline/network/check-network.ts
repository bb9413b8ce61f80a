// SPDX-License-Identifier: MIT

import { checkArray, checkChoice, checkInteger, checkKeys, checkNumber, checkObject } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { defaultParameters, resolveParameters } from '../../problem/parameters.js';
import type { CrfParameters } from '../../problem/types.js';
import { vocColours } from './colours.js';
import type {
  InputSize,
  NetworkDescription,
  NetworkInput,
  NetworkOutput,
  NetworkPrompts,
  NetworkVariant,
  ResolvedInput,
  ResolvedNetwork,
} from './description.js';

/** Sides of an input, in pixels. Three channels of the largest still have fewer than 2³¹ values. */
export const maximumSide = 16384;

const defaultWorkingSize = 640;

const networkKeys = [
  'name',
  'url',
  'bytes',
  'sha256',
  'byteLength',
  'licence',
  'input',
  'variants',
  'prompts',
  'output',
  'labels',
  'colours',
  'crf',
  'workingSize',
] as const satisfies (keyof NetworkDescription)[];

const inputKeys = [
  'name',
  'width',
  'height',
  'longSide',
  'multipleOf',
  'layout',
  'type',
  'channels',
  'range',
  'mean',
  'scale',
  'fit',
  'fill',
] as const satisfies (keyof NetworkInput)[];

const variantKeys = [
  'url',
  'bytes',
  'sha256',
  'byteLength',
  'width',
  'height',
] as const satisfies (keyof NetworkVariant)[];
const promptKeys = ['keyImage', 'keyPrompts', 'minLabels', 'maxLabels'] as const satisfies (keyof NetworkPrompts)[];
const outputKeys = ['name', 'layout', 'activation', 'type', 'upsampling'] as const satisfies (keyof NetworkOutput)[];

const layouts = ['NHWC', 'NCHW'] as const;
const types = ['float32', 'float16'] as const;

type Record3 = readonly [number, number, number];

/**
 * Fills in every default of a NetworkDescription and checks every value. What only the ONNX file can tell (whether the
 * names are there, whether the shapes agree) is checked when it is loaded.
 *
 * @throws ArgumentError, which names the value: `input.range[1]`, `labels[3]`, `crf.kernels[0].sigmaXY`
 */
export function checkNetwork(value: unknown): ResolvedNetwork {
  const given = checkObject('network', value);
  checkKeys('', given, networkKeys);
  const output = checkOutput(given.output);
  const prompts = given.prompts === undefined ? undefined : checkPrompts(given.prompts);
  const input = checkInput(given.input);
  checkRoles(input, output, prompts);
  const labels = checkLabels(given.labels, output, prompts);
  const workingSize = checkInteger('workingSize', given.workingSize ?? defaultWorkingSize, 1, maximumSide);
  const network: ResolvedNetwork = {
    name: checkText('name', given.name),
    ...checkFile('', given),
    ...(given.licence === undefined ? undefined : { licence: checkText('licence', given.licence) }),
    input,
    ...(prompts === undefined ? undefined : { prompts }),
    output,
    labels,
    colours: checkColours(given.colours, labels.length),
    crf: checkCrf(given.crf, workingSize, labels.length),
    workingSize,
  };
  return given.variants === undefined ? network : { ...network, variants: checkVariants(given.variants, network) };
}

function checkVariants(value: unknown, network: ResolvedNetwork): ResolvedNetwork[] {
  const { input, prompts, name } = network;
  const { size } = input;
  const elements = checkArray('variants', value);
  if (size.kind === 'free' || prompts) {
    const one = prompts ? 'prompts' : 'input.longSide';
    throw new ArgumentError('variants', value, `none for a network with ${one}: ${name} takes any shape`);
  }
  const sizes = [size];
  return elements.map((element, i) => {
    const path = `variants[${i}]`;
    const given = checkObject(path, element);
    checkKeys(path, given, variantKeys);
    const variant = {
      kind: 'fixed' as const,
      width: checkInteger(`${path}.width`, given.width, 1, maximumSide),
      height: checkInteger(`${path}.height`, given.height, 1, maximumSide),
    };
    if (sizes.some(({ width, height }) => width * variant.height === height * variant.width)) {
      throw new ArgumentError(
        `${path}.width`,
        variant.width,
        'another width / height than the input and the variants before',
      );
    }
    sizes.push(variant);
    const { url: _url, bytes: _bytes, sha256: _hash, byteLength: _length, ...rest } = network;
    return { ...rest, ...checkFile(`${path}.`, given), input: { ...input, size: variant } };
  });
}

/** @param path of the object that holds it, with a point at its end */
function checkFile(
  path: string,
  { url, bytes, sha256, byteLength }: Record<string, unknown>,
): Pick<ResolvedNetwork, 'url' | 'bytes' | 'sha256' | 'byteLength'> {
  return {
    ...checkSource(path, url, bytes),
    ...(sha256 === undefined ? undefined : { sha256: checkHash(`${path}sha256`, sha256) }),
    ...(byteLength === undefined
      ? undefined
      : { byteLength: checkInteger(`${path}byteLength`, byteLength, 1, 2 ** 31 - 1) }),
  };
}

/**
 * A network description from a JSON file.
 *
 * @param json what JSON.parse returned: a NetworkDescription without `bytes`
 * @param bytes the ONNX file, where the caller has it: a `url` in the description then doesn't matter
 * @returns the description, checked
 * @throws ArgumentError, which names the value
 */
export function networkFromJson(json: unknown, bytes?: Uint8Array): NetworkDescription {
  const given = checkObject('network', json);
  refuseBytes('', given);
  const { variants } = given;
  if (Array.isArray(variants)) for (const [i, variant] of variants.entries()) refuseBytes(`variants[${i}].`, variant);
  const { url, ...rest } = given;
  const description = bytes === undefined ? given : { ...rest, bytes };
  checkNetwork(description);
  return description as unknown as NetworkDescription;
}

function refuseBytes(path: string, given: { bytes?: unknown } | null | undefined): void {
  if (given?.bytes !== undefined)
    throw new ArgumentError(`${path}bytes`, given.bytes, 'no such key in a file, only url');
}

function checkText(argument: string, value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new ArgumentError(argument, value, 'a text that is not empty');
}

function checkSource(path: string, url: unknown, bytes: unknown): Pick<ResolvedNetwork, 'url' | 'bytes'> {
  if ((url === undefined) === (bytes === undefined)) {
    throw new ArgumentError(
      `${path}url`,
      url,
      `either url or bytes, and ${url === undefined ? 'both are missing' : 'not both'}`,
    );
  }
  if (bytes === undefined) return { url: checkText(`${path}url`, url) };
  if (bytes instanceof Uint8Array) return { bytes };
  if (typeof bytes === 'function') return { bytes: bytes as () => Promise<Uint8Array> };
  throw new ArgumentError(`${path}bytes`, bytes, 'a Uint8Array, or a function that gives a promise of one');
}

function checkHash(argument: string, value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase();
  throw new ArgumentError(argument, value, '64 hexadecimal digits');
}

function checkInput(value: unknown): ResolvedInput {
  const given = checkObject('input', value);
  checkKeys('input', given, inputKeys);
  const fit = checkChoice('input.fit', given.fit ?? 'stretch', ['stretch', 'letterbox']);
  if (fit === 'stretch' && given.fill !== undefined) {
    throw new ArgumentError('input.fill', given.fill, `no fill unless fit is 'letterbox'`);
  }
  return {
    name: checkText('input.name', given.name),
    size: checkInputSize(given),
    layout: checkChoice('input.layout', given.layout, layouts),
    type: checkChoice('input.type', given.type ?? 'float32', types),
    channels: checkChoice('input.channels', given.channels ?? 'RGB', ['RGB', 'BGR']),
    ...checkValues(given),
    fit,
    fill: checkThree('input.fill', given.fill ?? [0, 0, 0], (path, byte) =>
      checkNumber(path, byte, { from: 0, to: 255 }),
    ),
  };
}

function checkInputSize(given: Record<string, unknown>): InputSize {
  const { width, height, longSide, multipleOf } = given;
  if (longSide === undefined) {
    if (multipleOf !== undefined) {
      throw new ArgumentError('input.multipleOf', multipleOf, 'no multiple without input.longSide');
    }
    return {
      kind: 'fixed',
      width: checkInteger('input.width', width, 1, maximumSide),
      height: checkInteger('input.height', height, 1, maximumSide),
    };
  }
  for (const [name, side] of Object.entries({ width, height })) {
    if (side !== undefined) throw new ArgumentError(`input.${name}`, side, `no ${name} beside input.longSide`);
  }
  const checked = checkInteger('input.longSide', longSide, 1, maximumSide);
  return {
    kind: 'free',
    longSide: checked,
    multipleOf: checkInteger('input.multipleOf', multipleOf ?? 1, 1, checked),
  };
}

/** Either way of saying it becomes value = byte·factor + offset. */
function checkValues({ range, mean, scale }: Record<string, unknown>): Pick<ResolvedInput, 'factor' | 'offset'> {
  if (mean === undefined && scale === undefined) {
    const [low, high] = checkRange(range ?? [0, 1]);
    const factor = (high - low) / 255;
    return { factor: [factor, factor, factor], offset: [low, low, low] };
  }
  if (range !== undefined) throw new ArgumentError('input.range', range, 'no range beside input.mean and input.scale');
  const means = checkThree('input.mean', mean, checkNumber);
  const scales = checkThree('input.scale', scale, (path, element) => {
    if (element === 0) throw new ArgumentError(path, element, 'a finite number that is not 0');
    return checkNumber(path, element);
  });
  // 0 - x, so that a mean of 0 doesn't become -0.
  const offset = means.map((m, channel) => 0 - m * scales[channel]);
  return { factor: scales, offset: [offset[0], offset[1], offset[2]] };
}

function checkRange(value: unknown): readonly [number, number] {
  const elements = checkArray('input.range', value);
  if (elements.length !== 2) throw new ArgumentError('input.range', value, 'the two numbers that 0 and 255 become');
  const [low, high] = elements.map((element, i) => checkNumber(`input.range[${i}]`, element));
  if (low === high) throw new ArgumentError('input.range[1]', high, 'a number other than input.range[0]');
  return [low, high];
}

function checkThree(argument: string, value: unknown, check: (path: string, element: unknown) => number): Record3 {
  const elements = checkArray(argument, value);
  if (elements.length !== 3) throw new ArgumentError(argument, value, 'three numbers, one a channel');
  const [first, second, third] = elements.map((element, i) => check(`${argument}[${i}]`, element));
  return [first, second, third];
}

function checkPrompts(value: unknown): NetworkPrompts {
  const given = checkObject('prompts', value);
  checkKeys('prompts', given, promptKeys);
  const minLabels = checkInteger('prompts.minLabels', given.minLabels, 2, 2 ** 16);
  return {
    keyImage: checkText('prompts.keyImage', given.keyImage),
    keyPrompts: checkText('prompts.keyPrompts', given.keyPrompts),
    minLabels,
    maxLabels: checkInteger('prompts.maxLabels', given.maxLabels, minLabels, 2 ** 16),
  };
}

function checkOutput(value: unknown): Required<NetworkOutput> {
  const given = checkObject('output', value);
  checkKeys('output', given, outputKeys);
  return {
    name: checkText('output.name', given.name),
    layout: checkChoice('output.layout', given.layout, layouts),
    activation: checkChoice('output.activation', given.activation, ['logits', 'probabilities', 'sigmoid']),
    type: checkChoice('output.type', given.type ?? 'float32', types),
    upsampling: checkChoice('output.upsampling', given.upsampling ?? 'half-pixel', ['half-pixel', 'align-corners']),
  };
}

/** Each tensor has one role, and a network that tells its prompts apart needs more than one channel to say so. */
function checkRoles(input: ResolvedInput, output: NetworkOutput, prompts: NetworkPrompts | undefined): void {
  const names = [
    ['input.name', input.name],
    ['prompts.keyImage', prompts?.keyImage],
    ['prompts.keyPrompts', prompts?.keyPrompts],
    ['output.name', output.name],
  ].filter((entry): entry is [string, string] => entry[1] !== undefined);
  for (const [index, [argument, name]] of names.entries()) {
    const earlier = names.slice(0, index).find((other) => other[1] === name);
    if (earlier) throw new ArgumentError(argument, name, `another tensor than ${earlier[0]}`);
  }
  if (prompts !== undefined && output.activation === 'sigmoid') {
    throw new ArgumentError('output.activation', 'sigmoid', `'logits' or 'probabilities' for a network with prompts`);
  }
}

function checkLabels(value: unknown, output: NetworkOutput, prompts: NetworkPrompts | undefined): string[] {
  const labels = checkArray('labels', value).map((label, i) => checkText(`labels[${i}]`, label));
  if (output.activation === 'sigmoid' && labels.length !== 2) {
    throw new ArgumentError('labels', value, `two names for the activation 'sigmoid'`);
  }
  if (prompts !== undefined && labels.length !== prompts.maxLabels) {
    throw new ArgumentError('labels', value, `${prompts.maxLabels} names, as many as prompts.maxLabels`);
  }
  if (labels.length < 2) throw new ArgumentError('labels', value, 'at least two names');
  for (const [index, label] of labels.entries()) {
    const first = labels.indexOf(label);
    if (first < index) throw new ArgumentError(`labels[${index}]`, label, `another name than labels[${first}]`);
  }
  return labels;
}

function checkColours(value: unknown, labelCount: number): string[] {
  if (value === undefined) return vocColours(labelCount);
  const colours = checkArray('colours', value);
  if (colours.length !== labelCount) throw new ArgumentError('colours', value, `${labelCount} colours, one a label`);
  return colours.map((colour, i) => {
    if (typeof colour === 'string' && /^#[0-9a-f]{6}$/i.test(colour)) return colour.toLowerCase();
    throw new ArgumentError(`colours[${i}]`, colour, `'#rrggbb'`);
  });
}

/** As for a square picture of the working size; the engine checks again for the size that there is. */
function checkCrf(value: unknown, workingSize: number, labelCount: number): CrfParameters {
  if (value === undefined) return defaultParameters;
  try {
    const given = checkObject('', value);
    for (const [i, kernel] of checkArray('kernels', given.kernels).entries()) {
      const { type } = checkObject(`kernels[${i}]`, kernel);
      if (type === 'features') {
        throw new ArgumentError(`kernels[${i}].type`, type, `'gaussian' or 'bilateral': features belong to a picture`);
      }
    }
    const { exactWorkLimit } = given;
    if (exactWorkLimit !== undefined) checkNumber('exactWorkLimit', exactWorkLimit, { above: 0, infinity: true });
    // Whether the exact sum is too much work, or the labels are too many for its pixels, depends on a picture's true size.
    const parameters = { ...given, exactWorkLimit: Number.POSITIVE_INFINITY } as unknown as CrfParameters;
    const rows = Math.max(1, Math.floor((2 ** 31 - 1) / (workingSize * labelCount)));
    resolveParameters(parameters, { width: workingSize, height: Math.min(workingSize, rows), labelCount });
    return value as CrfParameters;
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new ArgumentError(
      ['crf', error.argument].filter((part) => part !== '').join('.'),
      error.value,
      error.allowed,
    );
  }
}
