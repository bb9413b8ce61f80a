// SPDX-License-Identifier: MIT

import { checkFlag, checkInteger, checkNumber, checkText } from '../../problem/checks.js';
import { pathOfKey } from '../../problem/describe.js';
import { ArgumentError } from '../../problem/errors.js';
import { readArray, readObject, readOptions } from '../../problem/reading.js';
import { maximumSide } from './check-network.js';
import type { NetworkInput } from './description.js';

const root = 'preprocessorConfig';

/** What is read here. A key of these that is null is as good as absent: newer files list every key there is. */
const stepKeys = [
  ...['do_resize', 'size', 'default_to_square', 'resample', 'keep_aspect_ratio', 'ensure_multiple_of'],
  ...['do_center_crop', 'do_rescale', 'rescale_factor', 'do_normalize', 'image_mean', 'image_std'],
  ...['do_flip_channel_order', 'do_reduce_labels', 'reduce_labels', 'image_processor_type', 'feature_extractor_type'],
];

/** Keys that change nothing of what the network is given: what belongs to a step that is off, and how Python hands tensors over. */
const idleKeys = [
  ...['crop_size', 'do_convert_rgb', 'pad_size', 'size_divisor', 'processor_class', '_valid_processor_keys'],
  ...['data_format', 'input_data_format', 'return_tensors', 'device', 'disable_grouping', 'model_input_names'],
];

/**
 * A number in place of `size` is a square for some of transformers' classes, and a short side for others. These are the classes that its semantic
 * segmentation networks come with.
 */
const squareClasses = /^(Segformer|Beit|DPT)(ImageProcessor|FeatureExtractor)/;
const shortSideClasses = /^(MobileViT|MobileNetV2)(ImageProcessor|FeatureExtractor)/;

/** MobileViT's class has no normalization at all; all others normalize unless they are told not to. */
const plainClasses = /^MobileViT/;

/** PIL's numbers of filters: Lanczos, bilinear, bicubic, box, Hamming. */
const smoothFilters = [1, 2, 3, 4, 5];

type Steps = Record<string, unknown>;
type Size = Pick<NetworkInput, 'width' | 'height' | 'longSide' | 'shortSide'>;
type Values = Pick<NetworkInput, 'range' | 'mean' | 'scale'>;

/** What of a network's input somebody has described already, so that the file's word doesn't count. */
export interface Described {
  size: boolean;
  values: boolean;
  channels: boolean;
}

/**
 * How a `preprocessor_config.json` has pictures prepared. Throws ArgumentError, which names the key, for what can't be done here and for keys that
 * nobody here knows: a step that is left out silently gives plausible, worse masks.
 */
export function pictureOfHuggingFace(
  value: unknown,
  described: Described,
): Pick<NetworkInput, 'channels'> & Size & Values {
  const steps = readSteps(value);
  checkLabelReduction(steps);
  const channels = described.channels ? {} : channelsOf(steps);
  return {
    ...(described.size ? undefined : sizeOf(steps)),
    ...channels,
    ...(described.values ? undefined : valuesOf(steps)),
  };
}

function readSteps(value: unknown): Steps {
  const given = Object.entries(readObject(root, value)).filter(([, step]) => step !== null && step !== undefined);
  for (const [key, step] of given) {
    const isKnown = stepKeys.includes(key) || idleKeys.includes(key);
    // A step that is off is none.
    if (isKnown || (key.startsWith('do_') && step === false)) continue;
    throw new ArgumentError(pathOfKey(root, key), step, `one of the keys ${[...stepKeys, ...idleKeys].join(', ')}`);
  }
  return Object.fromEntries(given);
}

function flagOf(steps: Steps, key: string, usual: boolean): boolean {
  return steps[key] === undefined ? usual : checkFlag(`${root}.${key}`, steps[key]);
}

function classOf({ image_processor_type: processor, feature_extractor_type: extractor }: Steps): string {
  if (processor !== undefined) return checkText(`${root}.image_processor_type`, processor);
  return extractor === undefined ? '' : checkText(`${root}.feature_extractor_type`, extractor);
}

/** How labels of a training set were renumbered. The network's own labels, in `id2label`, are those after that: there is nothing to do. */
function checkLabelReduction(steps: Steps): void {
  flagOf(steps, 'do_reduce_labels', false);
  flagOf(steps, 'reduce_labels', false);
}

function sizeOf(steps: Steps): Size {
  const insteadOf = (key: string, wanted: boolean, why: string) => {
    if (flagOf(steps, key, wanted) === wanted) return;
    throw new ArgumentError(`${root}.${key}`, steps[key], `${wanted}, or a size in model.input: ${why}`);
  };
  insteadOf('do_resize', true, 'pictures come in every size');
  insteadOf('do_center_crop', false, 'a crop would leave the margins of a picture without labels');
  insteadOf('keep_aspect_ratio', false, 'such sizes depend on the picture in a way that is not known here');
  const { resample, ensure_multiple_of: multiple = 1 } = steps;
  if (resample !== undefined && !smoothFilters.includes(resample as number)) {
    const allowed = `one of ${smoothFilters.join(', ')}: pictures are always resized smoothly here`;
    throw new ArgumentError(`${root}.resample`, resample, allowed);
  }
  const size = givenSize(steps);
  const unit = checkInteger(`${root}.ensure_multiple_of`, multiple, 1, maximumSide);
  if (unit === 1) return size;
  if (size.width === undefined || size.height === undefined) {
    throw new ArgumentError(`${root}.ensure_multiple_of`, unit, '1, or a size with height and width');
  }
  const rounded = (side: number) => Math.max(1, Math.round(side / unit)) * unit;
  return { width: rounded(size.width), height: rounded(size.height) };
}

function givenSize(steps: Steps): Size {
  const { size } = steps;
  if (typeof size === 'number') return sizeOfNumber(steps, checkSide('size', size));
  const sides = readOptions(`${root}.size`, size, ['height', 'width', 'shortest_edge', 'longest_edge']);
  const side = (key: keyof typeof sides) =>
    sides[key] === undefined || sides[key] === null ? undefined : checkSide(`size.${key}`, sides[key]);
  const [height, width] = [side('height'), side('width')];
  const [shortSide, longSide] = [side('shortest_edge'), side('longest_edge')];
  const isFree = shortSide !== undefined || longSide !== undefined;
  if (height !== undefined && width !== undefined && !isFree) return { width, height };
  if (height === undefined && width === undefined && isFree) {
    return {
      ...(longSide === undefined ? undefined : { longSide }),
      ...(shortSide === undefined ? undefined : { shortSide }),
    };
  }
  throw new ArgumentError(`${root}.size`, size, 'height and width, or shortest_edge, longest_edge or both of these');
}

function sizeOfNumber(steps: Steps, side: number): Size {
  const name = classOf(steps);
  const { default_to_square: isSquare } = steps;
  if (isSquare === undefined ? squareClasses.test(name) : flagOf(steps, 'default_to_square', true)) {
    return { width: side, height: side };
  }
  if (isSquare !== undefined || shortSideClasses.test(name)) return { shortSide: side };
  const allowed = `an object with height and width, or with shortest_edge: what a number means depends on image_processor_type, here ${name || 'missing'}`;
  throw new ArgumentError(`${root}.size`, side, allowed);
}

function checkSide(key: string, side: unknown): number {
  return checkInteger(`${root}.${key}`, side, 1, maximumSide);
}

function channelsOf(steps: Steps): Pick<NetworkInput, 'channels'> {
  const isFlipped = flagOf(steps, 'do_flip_channel_order', plainClasses.test(classOf(steps)));
  if (isFlipped && isNormalized(steps)) {
    const allowed = 'false beside do_normalize: nothing says whether image_mean is in the old order or in the new one';
    throw new ArgumentError(`${root}.do_flip_channel_order`, true, allowed);
  }
  return isFlipped ? { channels: 'BGR' } : {};
}

function isNormalized(steps: Steps): boolean {
  return flagOf(steps, 'do_normalize', !plainClasses.test(classOf(steps)));
}

/** value = (byte·factor - mean)/deviation, which is (byte - mean/factor)·factor/deviation. */
function valuesOf(steps: Steps): Values {
  const { rescale_factor: given = 1 / 255 } = steps;
  const bounds = { from: 1e-6, to: 1e6 };
  const factor = flagOf(steps, 'do_rescale', true) ? checkNumber(`${root}.rescale_factor`, given, bounds) : 1;
  if (!isNormalized(steps)) return { range: [0, 255 * factor] };
  const mean = readThree(steps, 'image_mean', (path, value) => checkNumber(path, value, { from: -1e6, to: 1e6 }));
  const deviation = readThree(steps, 'image_std', (path, value) => checkNumber(path, value, bounds));
  return {
    mean: [mean[0] / factor, mean[1] / factor, mean[2] / factor],
    scale: [factor / deviation[0], factor / deviation[1], factor / deviation[2]],
  };
}

/** Three numbers, one a channel, or one for all. */
function readThree(steps: Steps, key: string, check: (path: string, value: unknown) => number) {
  const path = `${root}.${key}`;
  const given = steps[key];
  const values = typeof given === 'number' ? [given, given, given] : readArray(path, given, 'three numbers, or one');
  if (values.length !== 3) throw new ArgumentError(path, given, 'three numbers, one a channel, or one for all');
  const [first, second, third] = values.map((value, i) => check(`${path}[${i}]`, value));
  return [first, second, third] as const;
}
