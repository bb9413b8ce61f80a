// SPDX-License-Identifier: MIT

import { checkText } from '../../problem/checks.js';
import { pathOfKey } from '../../problem/describe.js';
import { ArgumentError } from '../../problem/errors.js';
import { readArray, readObject, readOptions, readProperties } from '../../problem/reading.js';
import { checkNetwork, inputKeys, outputKeys } from './check-network.js';
import type { NetworkDescription, NetworkInput, NetworkOutput } from './description.js';
import { pictureOfHuggingFace } from './hugging-face-picture.js';

/** What the two files of Hugging Face don't say: where the ONNX file is, and whatever you want otherwise. */
export interface HuggingFaceModel
  extends Omit<NetworkDescription, 'name' | 'input' | 'output' | 'labels' | 'variants' | 'prompts'> {
  /** For people. Default: the `_name_or_path` of config.json. */
  name?: string;
  /**
   * Goes before what the files say. Default: the input 'pixel_values', NCHW, float32. With a size here (`width` and `height`, `longSide`, `shortSide`) the files'
   * size, crop and filter don't matter, with `range` or `mean` and `scale` neither do their rescaling and normalization.
   */
  input?: Partial<NetworkInput>;
  /** Goes before what is usual: the output 'logits', NCHW, float32, half-pixel. */
  output?: Partial<NetworkOutput>;
}

const modelKeys = [
  ...(['name', 'url', 'bytes', 'sha256', 'byteLength', 'licence', 'input', 'output'] as const),
  ...(['colours', 'crf', 'videoCrf', 'workingSize'] as const),
] as const satisfies (keyof HuggingFaceModel)[];

const sizeKeys = ['width', 'height', 'longSide', 'shortSide'];
const valueKeys = ['range', 'mean', 'scale'];

/**
 * The description of a semantic segmentation network of Hugging Face, from the files that lie beside its weights. Its ONNX file is what
 * transformers.js loads, or what `optimum-cli export onnx` writes.
 *
 * ```js
 * const base = 'https://huggingface.co/Xenova/segformer-b0-finetuned-ade-512-512/resolve/main/';
 * const [config, preprocessor] = await Promise.all(
 *   ['config.json', 'preprocessor_config.json'].map(async (file) => (await fetch(base + file)).json()),
 * );
 * const network = networkFromHuggingFace(config, preprocessor, { url: `${base}onnx/model.onnx` });
 * ```
 *
 * @param config the parsed config.json: `architectures`, one of which ends in ForSemanticSegmentation, and `id2label`, whose names are the labels by id
 * @param preprocessorConfig the parsed preprocessor_config.json: `size` in pixels, 1..16384, as a number, as height and width, or as
 *   shortest_edge and longest_edge; `rescale_factor`, `image_mean`, `image_std`, and flags `do_…`. `do_reduce_labels` concerns files of truth alone.
 * @param model where the ONNX file is, as `url` or `bytes`, and what is to be otherwise
 * @returns the description, checked
 * @throws ArgumentError, which names the value, `preprocessorConfig.size.shortest_edge` for example. What is unknown, and what can't be done here (a crop), is refused
 */
export function networkFromHuggingFace(
  config: unknown,
  preprocessorConfig: unknown,
  model: HuggingFaceModel,
): NetworkDescription {
  const { input: givenInput, output: givenOutput, name, ...file } = readOptions('model', model, modelKeys);
  const own = readConfig(config);
  const input = readPart('model.input', givenInput, inputKeys);
  const output = readPart('model.output', givenOutput, outputKeys);
  const has = (keys: readonly string[]) => keys.some((key) => Object.hasOwn(input, key));
  const described = { size: has(sizeKeys), values: has(valueKeys), channels: has(['channels']) };
  const description = {
    ...defined(file),
    name: name === undefined ? own.name : name,
    input: { name: 'pixel_values', layout: 'NCHW', ...pictureOfHuggingFace(preprocessorConfig, described), ...input },
    output: { name: 'logits', layout: 'NCHW', activation: 'logits', ...output },
    labels: own.labels,
  };
  checkAsModel(description);
  return description as unknown as NetworkDescription;
}

function readPart(argument: string, value: unknown, keys: readonly string[]): Record<string, unknown> {
  return value === undefined ? {} : defined(readOptions(argument, value, keys));
}

function defined(given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** What the files say was checked under their own names: what is left is the model's. */
function checkAsModel(description: unknown): void {
  try {
    checkNetwork(description);
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new ArgumentError(`model.${error.argument}`, error.value, error.allowed);
  }
}

function readConfig(config: unknown): { name: string; labels: string[] } {
  const given = readProperties('config', config, ['architectures', 'id2label', 'num_channels', '_name_or_path']);
  const { architectures, id2label, num_channels: channels, _name_or_path: name } = given;
  const classes = readArray('config.architectures', architectures, 'an array with the name of a class').map((one, i) =>
    checkText(`config.architectures[${i}]`, one),
  );
  const segmenter = classes.find((one) => one.endsWith('ForSemanticSegmentation'));
  if (segmenter === undefined) {
    const allowed = 'a class that ends in ForSemanticSegmentation: others give no logits by label and pixel';
    throw new ArgumentError('config.architectures', architectures, allowed);
  }
  if (channels !== undefined && channels !== null && channels !== 3) {
    throw new ArgumentError('config.num_channels', channels, '3: red, green and blue');
  }
  const isNamed = name !== undefined && name !== null && name !== '';
  return {
    name: isNamed ? checkText('config._name_or_path', name) : segmenter,
    labels: readLabels(id2label),
  };
}

/** In order of id. Some files have blanks around a name. */
function readLabels(id2label: unknown): string[] {
  const names = readObject('config.id2label', id2label);
  const count = Object.keys(names).length;
  if (count < 2) throw new ArgumentError('config.id2label', id2label, 'at least two labels');
  const labels: string[] = [];
  for (let id = 0; id < count; id++) {
    const path = pathOfKey('config.id2label', String(id));
    if (!Object.hasOwn(names, String(id))) {
      throw new ArgumentError(path, undefined, `a name: ${count} labels have the ids 0..${count - 1}`);
    }
    const label = checkText(path, names[id]).trim();
    const first = labels.indexOf(label);
    if (first >= 0)
      throw new ArgumentError(path, label, `another name than ${pathOfKey('config.id2label', String(first))}`);
    labels.push(label);
  }
  return labels;
}
