// SPDX-License-Identifier: MIT

import { ArgumentError } from '../../problem/errors.js';
import { crfPresets } from '../../problem/presets.js';
import { ade20kColours, ade20kLabels } from './ade20k.js';
import type { NetworkDescription } from './description.js';
import { embeddedNetworks } from './embedded.js';

/**
 * On 101 street photos the parameters 4/50/5 (bilateral weight, sigmaXY, sigmaRGB) bettered 98 of DeepLab's person masks and
 * 6/40/8 97, by more (IoU 0.831 to 0.877 and 0.882); the usual 10/80/13 made more than half of them worse. So networks whose masks
 * are already sharp get the first.
 */
const gentle = crfPresets['sharp-masks'].parameters;
const strong = crfPresets['coarse-masks'].parameters;

/**
 * DeepLabV3 with MobileNetV2, the 21 labels of Pascal VOC. Input 257×257; cut where it has 33×33 logits: its own upsampling
 * shifts the map by up to 7 pixels, and ours, with corners aligned, does not (person IoU 0.828 against 0.772).
 */
const deeplabVoc: NetworkDescription = {
  name: 'DeepLabV3 MobileNetV2, Pascal VOC',
  url: 'https://raw.githubusercontent.com/Kazuhito00/Image-Processing-Node-Editor/46979d5b8eacb181abe970e4dd18e8f4cf0e750b/node/deep_learning_node/semantic_segmentation/deeplab_v3/model/deeplab_v3_1_default_1.onnx',
  sha256: '48a46b346ca7e2e96760b8a10a302046a3b5a9ce55e59d4c659c36d9cbd44118',
  byteLength: 2_781_296,
  licence: 'Apache-2.0',
  input: { name: 'sub_7', width: 257, height: 257, layout: 'NHWC', range: [-1, 1] },
  output: {
    name: 'logits/semantic/BiasAdd',
    layout: 'NCHW',
    activation: 'logits',
    upsampling: 'align-corners',
  },
  labels: [
    'background',
    'aeroplane',
    'bicycle',
    'bird',
    'boat',
    'bottle',
    'bus',
    'car',
    'cat',
    'chair',
    'cow',
    'table',
    'dog',
    'horse',
    'motorbike',
    'person',
    'plant',
    'sheep',
    'sofa',
    'train',
    'tv',
  ],
  crf: strong,
  workingSize: 512,
};

/** SegFormer-B0, the 150 labels of ADE20K. Input 512×512, output 128×128 logits. */
const segformerAde20k: NetworkDescription = {
  name: 'SegFormer-B0, ADE20K',
  url: 'https://huggingface.co/Xenova/segformer-b0-finetuned-ade-512-512/resolve/d3e5499fa8701ff0453ca940a8dfeae39b2f1504/onnx/model.onnx',
  sha256: '3e5c18a4be395f16646438d54c42377ddc202edfa33d5eced0c9506de75c44c2',
  byteLength: 15_335_446,
  licence: 'NVIDIA Source Code License for SegFormer: research and evaluation only, not for commercial use',
  input: {
    name: 'pixel_values',
    width: 512,
    height: 512,
    layout: 'NCHW',
    // ImageNet's, which are 0.485, 0.456, 0.406 and 0.229, 0.224, 0.225 on 0..1.
    mean: [0.485 * 255, 0.456 * 255, 0.406 * 255],
    scale: [1 / (0.229 * 255), 1 / (0.224 * 255), 1 / (0.225 * 255)],
  },
  output: { name: 'logits', layout: 'NCHW', activation: 'logits' },
  labels: ade20kLabels,
  colours: ade20kColours,
  crf: gentle,
  workingSize: 512,
};

/** Networks that are ready to use, by name. The embedded ones come with the package, the others are downloaded. */
export const presets = {
  ...embeddedNetworks,
  /** The name that `person` had while it was downloaded. */
  selfie: embeddedNetworks.person,
  'deeplab-voc': deeplabVoc,
  'segformer-b0-ade20k': segformerAde20k,
} as const satisfies Record<string, NetworkDescription>;

/** The name of a network that the package describes. */
export type PresetName = keyof typeof presets;

/** The name of a preset, given by its name or as the object that `presets` has; undefined for every other network. */
export function presetNameOf(network: unknown): string | undefined {
  if (typeof network === 'string') return network;
  return Object.entries<unknown>(presets).find(([, preset]) => preset === network)?.[0];
}

/** A network as a user names it: by a preset's name, or by a description of its own. */
export function networkNamed(network: unknown): NetworkDescription {
  return typeof network === 'string' ? presetNetwork(network) : (network as NetworkDescription);
}

/** The preset of that name. Throws ArgumentError, which lists the names there are. */
export function presetNetwork(name: string): NetworkDescription {
  if (typeof name === 'string' && Object.hasOwn(presets, name)) return presets[name as PresetName];
  const names = Object.keys(presets).map((known) => `'${known}'`);
  const elsewhere = name === 'nuclei' ? ", or the description that 'meanfield/pipeline/nuclei' exports" : '';
  throw new ArgumentError('preset', name, `one of ${names.join(', ')}${elsewhere}`);
}
