// SPDX-License-Identifier: MIT

import { checkCallback, checkChoice, checkFlag, checkInteger, checkNumber, checkText } from '../../problem/checks.js';
import { ArgumentError } from '../../problem/errors.js';
import { checkChoiceParameter, checkNumberParameter } from '../../problem/parameter-checks.js';
import { defaultParameters, resolveParameters } from '../../problem/parameters.js';
import { parametersNamed } from '../../problem/presets.js';
import { readArray, readObject, readOptions, readProperties } from '../../problem/reading.js';
import { crfSchema } from '../../problem/schema.js';
import { viewName } from '../../problem/typed-arrays.js';
import type { CrfParameters } from '../../problem/types.js';
import { vocColours } from '../../problem/voc-colours.js';
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
  'flipAveraging',
  'labels',
  'colours',
  'crf',
  'videoCrf',
  'workingSize',
] as const satisfies (keyof NetworkDescription)[];

/** Keys of `NetworkDescription.input`. */
export const inputKeys = [
  'name',
  'width',
  'height',
  'longSide',
  'shortSide',
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

const contentKeys = ['url', 'bytes', 'sha256', 'byteLength'] as const satisfies (keyof NetworkVariant)[];
const variantKeys = [...contentKeys, 'width', 'height'] as const satisfies (keyof NetworkVariant)[];
const promptKeys = ['keyImage', 'keyPrompts', 'minLabels', 'maxLabels'] as const satisfies (keyof NetworkPrompts)[];

/** Keys of `NetworkDescription.output`. */
export const outputKeys = [
  'name',
  'layout',
  'activation',
  'type',
  'upsampling',
] as const satisfies (keyof NetworkOutput)[];

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
  const given = readOptions('network', value, networkKeys, '');
  const { workingSize: longSide = defaultWorkingSize } = given;
  const output = checkOutput(given.output);
  const prompts = given.prompts === undefined ? undefined : checkPrompts(given.prompts);
  const input = checkInput(given.input);
  checkRoles(input, output, prompts);
  const labels = checkLabels(given.labels, output, prompts);
  const workingSize = checkInteger('workingSize', longSide, 1, maximumSide);
  const crf = checkCrf('crf', given.crf, workingSize, labels.length);
  const network: ResolvedNetwork = {
    ...checkFile(given),
    ...(given.licence === undefined ? undefined : { licence: checkText('licence', given.licence) }),
    input,
    ...(prompts === undefined ? undefined : { prompts }),
    output,
    flipAveraging: checkFlip(given.flipAveraging, prompts),
    labels,
    colours: checkColours(given.colours, labels.length),
    crf,
    videoCrf: given.videoCrf === undefined ? crf : checkCrf('videoCrf', given.videoCrf, workingSize, labels.length),
    workingSize,
  };
  return given.variants === undefined ? network : { ...network, variants: checkVariants(given.variants, network) };
}

function checkFlip(value: unknown, prompts: NetworkPrompts | undefined): boolean {
  const flips = value === undefined ? false : checkFlag('flipAveraging', value);
  if (!flips || !prompts) return flips;
  throw new ArgumentError('flipAveraging', value, 'false for a network with prompts');
}

function checkVariants(value: unknown, network: ResolvedNetwork): ResolvedNetwork[] {
  const { input, prompts, name } = network;
  const { size } = input;
  const elements = readArray('variants', value);
  if (size.kind === 'free' || prompts) {
    const one = prompts ? 'prompts' : 'input.longSide';
    throw new ArgumentError('variants', value, `none for a network with ${one}: ${name} takes any shape`);
  }
  const sizes = [size];
  return elements.map((element, i) => {
    const path = `variants[${i}]`;
    const given = readOptions(path, element, variantKeys);
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
    return { ...rest, ...checkContent(`${path}.`, given), input: { ...input, size: variant } };
  });
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
  const given = readObject('network', json);
  refuseBytes('', given.bytes);
  if (given.variants !== undefined) refuseVariantBytes(given.variants);
  const { url, ...rest } = given;
  if (url !== undefined) checkText('url', url);
  const description = bytes === undefined ? given : { ...rest, bytes };
  if (bytes !== undefined) checkBytes('bytes', bytes);
  checkNetwork(description);
  return description as unknown as NetworkDescription;
}

function refuseVariantBytes(variants: unknown): void {
  for (const [i, variant] of readArray('variants', variants).entries()) {
    const path = `variants[${i}]`;
    refuseBytes(`${path}.`, readObject(path, variant).bytes);
  }
}

function refuseBytes(path: string, bytes: unknown): void {
  if (bytes !== undefined) throw new ArgumentError(`${path}bytes`, bytes, 'url: a file holds no bytes');
}

type GivenContent = { [Key in (typeof contentKeys)[number]]: unknown };

/** Keys of a description that say which file is meant. */
export const fileKeys = ['name', ...contentKeys] as const satisfies (keyof NetworkDescription)[];

type GivenFile = { [Key in (typeof fileKeys)[number]]: unknown };

/** Which file a description means. Throws ArgumentError. */
export function checkFile(given: GivenFile): Pick<ResolvedNetwork, (typeof fileKeys)[number]> {
  return { name: checkText('name', given.name), ...checkContent('', given) };
}

/** @param path of the object that has the keys, with a point at its end; '' for the description itself */
function checkContent(path: string, given: GivenContent): Pick<ResolvedNetwork, (typeof contentKeys)[number]> {
  const { url, bytes, sha256, byteLength } = given;
  return {
    ...checkSource(path, url, bytes),
    ...(sha256 === undefined ? undefined : { sha256: checkHash(`${path}sha256`, sha256) }),
    ...(byteLength === undefined
      ? undefined
      : { byteLength: checkInteger(`${path}byteLength`, byteLength, 1, 2 ** 31 - 1) }),
  };
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
  if (typeof bytes === 'function') {
    const load = bytes as () => Promise<Uint8Array>;
    checkCallback(`${path}bytes`, load);
    return { bytes: load };
  }
  return { bytes: checkBytes(`${path}bytes`, bytes, ', or a function that gives a promise of one') };
}

/** A file in memory. Throws ArgumentError. */
export function checkBytes(argument: string, bytes: unknown, alternative = ''): Uint8Array {
  if (viewName(bytes) === 'Uint8Array') return bytes as Uint8Array;
  throw new ArgumentError(argument, bytes, `a Uint8Array${alternative}`);
}

function checkHash(argument: string, value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase();
  throw new ArgumentError(argument, value, '64 hexadecimal digits');
}

function checkInput(value: unknown): ResolvedInput {
  const given = readOptions('input', value, inputKeys);
  const { type = 'float32', channels = 'RGB', fill = [0, 0, 0] } = given;
  const fit = checkChoice('input.fit', given.fit === undefined ? 'stretch' : given.fit, ['stretch', 'letterbox']);
  if (fit === 'stretch' && given.fill !== undefined) {
    throw new ArgumentError('input.fill', given.fill, `no fill unless fit is 'letterbox'`);
  }
  return {
    name: checkText('input.name', given.name),
    size: checkInputSize(given),
    layout: checkChoice('input.layout', given.layout, layouts),
    type: checkChoice('input.type', type, types),
    channels: checkChoice('input.channels', channels, ['RGB', 'BGR']),
    ...checkValues(given),
    fit,
    fill: checkThree('input.fill', fill, (path, byte) => checkNumber(path, byte, { from: 0, to: 255 })),
  };
}

function checkInputSize(given: Record<string, unknown>): InputSize {
  const { width, height, longSide, shortSide, multipleOf } = given;
  if (longSide !== undefined || shortSide !== undefined) return checkFreeSize(given);
  if (multipleOf !== undefined) {
    throw new ArgumentError('input.multipleOf', multipleOf, 'no multiple without input.longSide or input.shortSide');
  }
  return {
    kind: 'fixed',
    width: checkInteger('input.width', width, 1, maximumSide),
    height: checkInteger('input.height', height, 1, maximumSide),
  };
}

function checkFreeSize({ width, height, longSide, shortSide, multipleOf = 1 }: Record<string, unknown>): InputSize {
  for (const [name, side] of Object.entries({ width, height })) {
    if (side === undefined) continue;
    throw new ArgumentError(`input.${name}`, side, `no ${name} beside input.longSide or input.shortSide`);
  }
  const long = longSide === undefined ? undefined : checkInteger('input.longSide', longSide, 1, maximumSide);
  const short = shortSide === undefined ? undefined : checkInteger('input.shortSide', shortSide, 1, maximumSide);
  const least = Math.min(long ?? maximumSide, short ?? maximumSide);
  const multiple = checkInteger('input.multipleOf', multipleOf, 1, least);
  return {
    kind: 'free',
    longSide: long ?? Math.floor(maximumSide / multiple) * multiple,
    ...(short === undefined ? undefined : { shortSide: short }),
    multipleOf: multiple,
  };
}

/** Either way of saying it becomes value = byte·factor + offset. */
function checkValues({ range, mean, scale }: Record<string, unknown>): Pick<ResolvedInput, 'factor' | 'offset'> {
  if (mean === undefined && scale === undefined) {
    const [low, high] = checkRange(range === undefined ? [0, 1] : range);
    const factor = (high - low) / 255;
    return { factor: [factor, factor, factor], offset: [low, low, low] };
  }
  if (range !== undefined) throw new ArgumentError('input.range', range, 'no range beside input.mean and input.scale');
  const float32 = (path: string, element: unknown) => checkNumber(path, element, { float32: true });
  const means = checkThree('input.mean', mean, float32);
  const scales = checkThree('input.scale', scale, (path, element) => {
    if (element === 0) throw new ArgumentError(path, element, 'a finite number that is not 0');
    return float32(path, element);
  });
  // 0 - x, so that a mean of 0 doesn't become -0.
  const offset = means.map((m, channel) => 0 - m * scales[channel]);
  return { factor: scales, offset: [offset[0], offset[1], offset[2]] };
}

function checkRange(value: unknown): readonly [number, number] {
  const elements = readArray('input.range', value);
  if (elements.length !== 2) throw new ArgumentError('input.range', value, 'the two numbers that 0 and 255 become');
  const [low, high] = elements.map((element, i) => checkNumber(`input.range[${i}]`, element, { float32: true }));
  if (low === high) throw new ArgumentError('input.range[1]', high, 'a number other than input.range[0]');
  return [low, high];
}

function checkThree(argument: string, value: unknown, check: (path: string, element: unknown) => number): Record3 {
  const elements = readArray(argument, value);
  if (elements.length !== 3) throw new ArgumentError(argument, value, 'three numbers, one a channel');
  const [first, second, third] = elements.map((element, i) => check(`${argument}[${i}]`, element));
  return [first, second, third];
}

function checkPrompts(value: unknown): NetworkPrompts {
  const given = readOptions('prompts', value, promptKeys);
  const minLabels = checkInteger('prompts.minLabels', given.minLabels, 2, 2 ** 16);
  return {
    keyImage: checkText('prompts.keyImage', given.keyImage),
    keyPrompts: checkText('prompts.keyPrompts', given.keyPrompts),
    minLabels,
    maxLabels: checkInteger('prompts.maxLabels', given.maxLabels, minLabels, 2 ** 16),
  };
}

function checkOutput(value: unknown): Required<NetworkOutput> {
  const given = readOptions('output', value, outputKeys);
  const { type = 'float32' } = given;
  return {
    name: checkText('output.name', given.name),
    layout: checkChoice('output.layout', given.layout, layouts),
    activation: checkChoice('output.activation', given.activation, ['logits', 'probabilities', 'sigmoid']),
    type: checkChoice('output.type', type, types),
    upsampling: checkChoiceParameter('output.upsampling', given.upsampling, crfSchema.unary.upsampling),
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
  const labels = readArray('labels', value).map((label, i) => checkText(`labels[${i}]`, label));
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
  const colours = readArray('colours', value);
  if (colours.length !== labelCount) throw new ArgumentError('colours', value, `${labelCount} colours, one a label`);
  return colours.map((colour, i) => {
    if (typeof colour === 'string' && /^#[0-9a-f]{6}$/i.test(colour)) return colour.toLowerCase();
    throw new ArgumentError(`colours[${i}]`, colour, `'#rrggbb'`);
  });
}

/** As for a square picture of the working size; the engine checks again for the size that there is. */
function checkCrf(
  argument: 'crf' | 'videoCrf',
  named: unknown,
  workingSize: number,
  labelCount: number,
): CrfParameters {
  if (named === undefined) return defaultParameters;
  const value = parametersNamed(argument, named);
  try {
    const given = readObject('', value);
    for (const [i, kernel] of readArray('kernels', given.kernels).entries()) {
      const { type } = readProperties(`kernels[${i}]`, kernel, ['type']);
      if (type === 'features') {
        throw new ArgumentError(`kernels[${i}].type`, type, `'gaussian' or 'bilateral': features belong to a picture`);
      }
    }
    const { exactWorkLimit } = given;
    checkNumberParameter('exactWorkLimit', exactWorkLimit, crfSchema.parameters.exactWorkLimit);
    // Whether the exact sum is too much work, or the labels are too many for its pixels, depends on a picture's true size.
    const parameters = { ...given, exactWorkLimit: Number.POSITIVE_INFINITY } as unknown as CrfParameters;
    const rows = Math.max(1, Math.floor((2 ** 31 - 1) / (workingSize * labelCount)));
    resolveParameters(parameters, { width: workingSize, height: Math.min(workingSize, rows), labelCount });
    return value as CrfParameters;
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new ArgumentError(
      [argument, error.argument].filter((part) => part !== '').join('.'),
      error.value,
      error.allowed,
    );
  }
}
