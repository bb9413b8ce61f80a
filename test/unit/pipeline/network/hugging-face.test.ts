// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import {
  checkNetwork,
  type HuggingFaceModel,
  inputSizeFor,
  type NetworkDescription,
  networkFromHuggingFace,
  presets,
} from '../../../../src/pipeline/index.js';
import { argumentErrorOf } from '../../../support/argument-error.js';
import { huggingFaceFiles } from '../../../support/hugging-face-files.js';
import { describeWithModels, modelFile } from '../../../support/model-files.js';

const file = { url: 'model.onnx' };
const { config, preprocessorConfig } = huggingFaceFiles();

/** The description with these keys of preprocessor_config.json changed. */
function withSteps(steps: object, model: HuggingFaceModel = file) {
  return networkFromHuggingFace(config, { ...preprocessorConfig, ...steps }, model);
}

/** Of a change to preprocessor_config.json: the size that a picture of 1000×500 gets. */
function sizeWith(steps: object, picture = { width: 1000, height: 500 }) {
  return inputSizeFor(checkNetwork(withSteps(steps)).input.size, picture);
}

/** What the bytes 0 and 255 become, by channel. */
function valuesWith(steps: object): number[][] {
  const { factor, offset } = checkNetwork(withSteps(steps)).input;
  return factor.map((value, channel) => [offset[channel], 255 * value + offset[channel]]);
}

test('the usual files', () => {
  const network = networkFromHuggingFace(config, preprocessorConfig, { ...file, licence: 'MIT', crf: 'sharp-masks' });
  expect(network).toMatchObject({
    name: 'someone/segformer-b0-finetuned-colours',
    url: 'model.onnx',
    licence: 'MIT',
    crf: 'sharp-masks',
    input: { name: 'pixel_values', layout: 'NCHW', width: 512, height: 512 },
    output: { name: 'logits', layout: 'NCHW', activation: 'logits' },
    labels: ['background', 'red', 'blue'],
  });
  // Plain JSON, so that it can be kept beside the file.
  expect(JSON.parse(JSON.stringify(network))).toEqual(network);
});

describe('labels', () => {
  test('are in the order of their ids, whatever the order of the file, without blanks around them', () => {
    const id2label = { 10: 'k', 9: 'j', 0: ' a', 1: 'b', 2: 'c', 3: 'd', 4: 'e', 5: 'f ', 6: 'g', 7: 'h', 8: 'i' };
    const { labels } = networkFromHuggingFace({ ...config, id2label }, preprocessorConfig, file);
    expect(labels.join('')).toBe('abcdefghijk');
  });

  test.each([
    [undefined, 'config.id2label: got undefined, expected an object'],
    [['a', 'b'], 'config.id2label'],
    [{ 0: 'one' }, 'expected at least two labels'],
    [{ 0: 'a', 2: 'c' }, 'config.id2label.1: got undefined, expected a name: 2 labels have the ids 0..1'],
    [{ 1: 'a', 2: 'c' }, 'config.id2label.0'],
    [{ 0: 'a', 1: 7 }, 'config.id2label.1: got 7'],
    [{ 0: 'a', 1: 'a ' }, 'config.id2label.1: got "a", expected another name than config.id2label.0'],
    [{ 0: 'a', '01': 'b' }, 'config.id2label.1: got undefined'],
  ])('%j', (id2label, message) => {
    const call = () => networkFromHuggingFace({ ...config, id2label }, preprocessorConfig, file);
    expect(argumentErrorOf(call).message).toContain(message);
  });
});

describe('config.json', () => {
  test.each([
    [{ architectures: ['MaskFormerForInstanceSegmentation'] }, 'config.architectures'],
    [{ architectures: undefined }, 'config.architectures'],
    [{ architectures: [] }, 'config.architectures'],
    [{ architectures: [5] }, 'config.architectures[0]'],
    [{ num_channels: 4 }, 'config.num_channels'],
    [{ _name_or_path: 3 }, 'config._name_or_path'],
  ])('%j', (changed, argument) => {
    const call = () => networkFromHuggingFace({ ...config, ...changed }, preprocessorConfig, file);
    expect(argumentErrorOf(call).argument).toBe(argument);
  });

  test('without a name the class stands for it', () => {
    const { _name_or_path: _name, ...nameless } = config;
    expect(networkFromHuggingFace(nameless, preprocessorConfig, file).name).toBe('SegformerForSemanticSegmentation');
    expect(networkFromHuggingFace(nameless, preprocessorConfig, { ...file, name: 'mine' }).name).toBe('mine');
  });
});

describe('sizes', () => {
  const wide = { width: 1000, height: 500 };
  test.each([
    [{ size: { height: 480, width: 640 } }, { width: 640, height: 480 }],
    [{ size: { shortest_edge: 300 } }, { width: 600, height: 300 }],
    [{ size: { longest_edge: 300 } }, { width: 300, height: 150 }],
    // The short side would be 300 where the long one has 600, which is too many.
    [{ size: { shortest_edge: 300, longest_edge: 400 } }, { width: 400, height: 200 }],
    [{ size: { shortest_edge: 300, longest_edge: 800 } }, { width: 600, height: 300 }],
    // Newer files list all keys.
    [{ size: { height: 256, width: 256, shortest_edge: null, longest_edge: null } }, { width: 256, height: 256 }],
    // A number is a square for SegFormer, BEiT and DPT, the short side for MobileViT and MobileNet.
    [{ size: 512 }, { width: 512, height: 512 }],
    [
      { size: 640, image_processor_type: undefined, feature_extractor_type: 'BeitFeatureExtractor' },
      { width: 640, height: 640 },
    ],
    [
      { size: 384, image_processor_type: 'DPTImageProcessorFast' },
      { width: 384, height: 384 },
    ],
    [
      { size: 544, image_processor_type: 'MobileViTFeatureExtractor', do_normalize: undefined },
      { width: 1088, height: 544 },
    ],
    [
      { size: 513, image_processor_type: 'MobileNetV2ImageProcessor' },
      { width: 1026, height: 513 },
    ],
    [
      { size: 100, image_processor_type: 'NewImageProcessor', default_to_square: true },
      { width: 100, height: 100 },
    ],
    [
      { size: 100, image_processor_type: 'NewImageProcessor', default_to_square: false },
      { width: 200, height: 100 },
    ],
    [
      { size: { height: 390, width: 380 }, ensure_multiple_of: 32 },
      { width: 384, height: 384 },
    ],
  ])('%j', (steps, expected) => {
    expect(sizeWith(steps, wide)).toEqual(expected);
  });

  test('an upright picture has its short side across', () => {
    expect(sizeWith({ size: { shortest_edge: 300 } }, { width: 400, height: 800 })).toEqual({
      width: 300,
      height: 600,
    });
  });

  test('a thread of a picture stays within what an input may have', () => {
    const size = sizeWith({ size: { shortest_edge: 512 } }, { width: 30_000, height: 3 });
    expect(size).toEqual({ width: 16384, height: 2 });
  });

  test.each([
    [{ size: undefined }, 'size'],
    [{ size: 0 }, 'size'],
    [{ size: 512, image_processor_type: 'NewImageProcessor' }, 'size'],
    [{ size: 512, image_processor_type: undefined }, 'size'],
    [{ size: '512' }, 'size'],
    [{ size: {} }, 'size'],
    [{ size: { height: 512 } }, 'size'],
    [{ size: { height: 512, width: 512, shortest_edge: 512 } }, 'size'],
    [{ size: { width: 512, longest_edge: 512 } }, 'size'],
    [{ size: { height: 512, width: 20_000 } }, 'size.width'],
    [{ size: { shortest_edge: 0.5 } }, 'size.shortest_edge'],
    [{ size: { max_height: 512, max_width: 512 } }, 'size.max_height'],
    [{ do_resize: false }, 'do_resize'],
    [{ do_resize: 1 }, 'do_resize'],
    [{ do_center_crop: true, crop_size: 512 }, 'do_center_crop'],
    [{ keep_aspect_ratio: true }, 'keep_aspect_ratio'],
    [{ resample: 0 }, 'resample'],
    [{ resample: 'bilinear' }, 'resample'],
    [{ ensure_multiple_of: 0 }, 'ensure_multiple_of'],
    [{ size: { shortest_edge: 512 }, ensure_multiple_of: 32 }, 'ensure_multiple_of'],
  ])('%j is refused by the key', (steps, key) => {
    expect(argumentErrorOf(() => withSteps(steps)).argument).toBe(`preprocessorConfig.${key}`);
  });

  test('a size of the user goes before that of the file, and before a crop', () => {
    const steps = { do_center_crop: true, crop_size: 512, size: { shortest_edge: 544 } };
    const network = withSteps(steps, { ...file, input: { longSide: 640, multipleOf: 32 } });
    expect(inputSizeFor(checkNetwork(network).input.size, wide)).toEqual({ width: 640, height: 320 });
  });
});

describe('values', () => {
  test.each<[steps: object, red: number[], green: number[], blue: number[]]>([
    // Mean and deviation on 0..1; with 1/255 for a factor, 0 becomes -mean/deviation.
    [{ image_mean: [0.5, 0.25, 0], image_std: [0.5, 0.25, 1] }, [-1, 1], [-1, 3], [0, 1]],
    [{ image_mean: 0.5, image_std: 0.5 }, [-1, 1], [-1, 1], [-1, 1]],
    [{ image_mean: [0.5, 0.25, 0], image_std: 0.5 }, [-1, 1], [-0.5, 1.5], [0, 2]],
    [{ do_rescale: false, image_mean: [127.5, 100, 0], image_std: [127.5, 1, 255] }, [-1, 1], [-100, 155], [0, 1]],
    [{ rescale_factor: 1 / 127.5, image_mean: 1, image_std: 1 }, [-1, 1], [-1, 1], [-1, 1]],
    [{ do_normalize: false }, [0, 1], [0, 1], [0, 1]],
    [{ do_normalize: false, do_rescale: false }, [0, 255], [0, 255], [0, 255]],
    [{ do_normalize: false, rescale_factor: 2 / 255 }, [0, 2], [0, 2], [0, 2]],
    // Files of older versions don't say it: they always rescaled, and normalized.
    [{ do_rescale: undefined, rescale_factor: undefined, image_mean: 0.5, image_std: 0.5 }, [-1, 1], [-1, 1], [-1, 1]],
    [{ do_normalize: null, image_mean: 0.5, image_std: 0.5 }, [-1, 1], [-1, 1], [-1, 1]],
  ])('%j', (steps, ...expected) => {
    expect(valuesWith(steps).flat()).toBeAllClose(expected.flat(), { tolerance: 1e-5 });
  });

  test('MobileViT takes blue first, on 0..1', () => {
    const steps = { image_processor_type: 'MobileViTImageProcessor', size: { height: 256, width: 256 } };
    const { input } = withSteps({ ...steps, do_normalize: undefined, image_mean: undefined, image_std: undefined });
    expect(input.channels).toBe('BGR');
    expect(input.range?.[1]).toBeCloseTo(1, 6);
  });

  test.each([
    [{ do_flip_channel_order: true }, 'do_flip_channel_order'],
    [{ image_mean: undefined }, 'image_mean'],
    [{ image_mean: [0.5, 0.5] }, 'image_mean'],
    [{ image_mean: [0.5, '0.5', 0.5] }, 'image_mean[1]'],
    [{ image_std: [0.5, 0.5, 0] }, 'image_std[2]'],
    [{ image_std: 0 }, 'image_std[0]'],
    [{ rescale_factor: 0 }, 'rescale_factor'],
    [{ rescale_factor: Number.NaN }, 'rescale_factor'],
    [{ do_rescale: 'yes' }, 'do_rescale'],
    [{ do_normalize: 0 }, 'do_normalize'],
    [{ do_reduce_labels: 'yes' }, 'do_reduce_labels'],
    [{ reduce_labels: 2 }, 'reduce_labels'],
    [{ image_processor_type: 5, size: 512 }, 'image_processor_type'],
  ])('%j is refused by the key', (steps, key) => {
    expect(argumentErrorOf(() => withSteps(steps)).argument).toBe(`preprocessorConfig.${key}`);
  });

  test('values of the user go before those of the file', () => {
    const { input } = withSteps({ image_mean: 'what' }, { ...file, input: { range: [-1, 1] } });
    expect(input).toMatchObject({ range: [-1, 1] });
    expect(input).not.toHaveProperty('mean');
  });
});

describe('keys that nobody here knows', () => {
  test.each([[{ do_pad: true }], [{ do_thumbnail: true }], [{ crop_pct: 0.9 }], [{ sharpen: 3 }]])('%j', (steps) => {
    const [key] = Object.keys(steps);
    expect(argumentErrorOf(() => withSteps(steps)).argument).toBe(`preprocessorConfig.${key}`);
  });

  test('what is off, null or of no account for the picture is not in the way', () => {
    const steps = {
      do_pad: false,
      crop_pct: null,
      crop_size: 512,
      do_convert_rgb: true,
      data_format: 'channels_first',
    };
    expect(withSteps(steps)).toEqual(withSteps({}));
    // Labels of truth are renumbered while training: what the network gives is numbered by id2label either way.
    expect(withSteps({ do_reduce_labels: undefined, reduce_labels: false })).toEqual(withSteps({}));
  });

  test.each([
    [{ url: 'model.onnx', labels: ['a', 'b'] }, 'model.labels'],
    [{}, 'model.url'],
    [{ ...file, input: { size: 5 } }, 'model.input.size'],
    [{ ...file, input: { multipleOf: 32 } }, 'model.input.multipleOf'],
    [{ ...file, output: { activation: 'sigmoid' } }, 'model.labels'],
    [{ ...file, crf: 'deeplab' }, 'model.crf'],
    [undefined, 'model'],
  ])('of the model: %j', (model, argument) => {
    const call = () => networkFromHuggingFace(config, preprocessorConfig, model as HuggingFaceModel);
    expect(argumentErrorOf(call).argument).toBe(argument);
  });
});

describeWithModels("SegFormer's own files", () => {
  const json = (name: string) => JSON.parse(new TextDecoder().decode(modelFile(`segformer-b0-ade20k/${name}`)));

  test('describe the network as the preset does', () => {
    const { input: expected, ...preset } = presets['segformer-b0-ade20k'] as NetworkDescription;
    const { output: _output, labels: _labels, ...model } = preset;
    const described = networkFromHuggingFace(json('config.json'), json('preprocessor_config.json'), model);
    const { input, ...rest } = checkNetwork(described);
    const { input: inputOfPreset, ...resolved } = checkNetwork({ ...preset, input: expected });
    const { factor, offset, ...same } = inputOfPreset;
    expect(rest).toEqual(resolved);
    expect(input).toMatchObject(same);
    expect([...input.factor, ...input.offset]).toBeAllClose([...factor, ...offset], { tolerance: 1e-6 });
  });
});
