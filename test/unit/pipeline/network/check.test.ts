// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { checkNetwork, networkFromJson } from '../../../../src/pipeline/network/check-network.js';
import { inputSizeFor } from '../../../../src/pipeline/network/input-size.js';
import { ArgumentError } from '../../../../src/problem/errors.js';
import { defaultParameters } from '../../../../src/problem/parameters.js';
import { argumentErrorOf } from '../../../support/argument-error.js';

const input = { name: 'image', width: 20, height: 10, layout: 'NCHW' };
const output = { name: 'logits', layout: 'NCHW', activation: 'logits' };
const network = { name: 'mine', url: 'mine.onnx', input, output, labels: ['background', 'person'] };
const prompts = { keyImage: 'key', keyPrompts: 'prompts', minLabels: 2, maxLabels: 3 };
const three = ['a', 'b', 'c'];

const errorOf = (value: unknown) => argumentErrorOf(() => checkNetwork(value));

describe('defaults', () => {
  test('are filled in', () => {
    expect(checkNetwork(network)).toEqual({
      name: 'mine',
      url: 'mine.onnx',
      input: {
        name: 'image',
        size: { kind: 'fixed', width: 20, height: 10 },
        layout: 'NCHW',
        type: 'float32',
        channels: 'RGB',
        factor: [1 / 255, 1 / 255, 1 / 255],
        offset: [0, 0, 0],
        fit: 'stretch',
        fill: [0, 0, 0],
      },
      output: { name: 'logits', layout: 'NCHW', activation: 'logits', type: 'float32', upsampling: 'half-pixel' },
      flipAveraging: false,
      labels: ['background', 'person'],
      colours: ['#000000', '#800000'],
      crf: defaultParameters,
      videoCrf: defaultParameters,
      workingSize: 640,
    });
  });

  test('give way to what is there', () => {
    const bytes = new Uint8Array(3);
    const crf = { kernels: [{ type: 'gaussian', sigmaXY: 2, method: 'exact' }], iterations: 3 };
    const videoCrf = { ...crf, iterations: 2 };
    const full = {
      name: 'mine',
      bytes,
      sha256: 'AB'.repeat(32),
      byteLength: 3,
      licence: 'MIT',
      input: {
        name: 'image',
        longSide: 320,
        multipleOf: 32,
        layout: 'NHWC',
        type: 'float16',
        channels: 'BGR',
        range: [-1, 1],
        fit: 'letterbox',
        fill: [114, 0, 255],
      },
      prompts,
      output: { ...output, type: 'float16', upsampling: 'align-corners' },
      labels: three,
      colours: ['#000000', '#FFFFFF', '#00ff7f'],
      crf,
      videoCrf,
      workingSize: 480,
      flipAveraging: false,
    };
    expect(checkNetwork(full)).toEqual({
      ...full,
      sha256: 'ab'.repeat(32),
      input: {
        name: 'image',
        size: { kind: 'free', longSide: 320, multipleOf: 32 },
        layout: 'NHWC',
        type: 'float16',
        channels: 'BGR',
        factor: [2 / 255, 2 / 255, 2 / 255],
        offset: [-1, -1, -1],
        fit: 'letterbox',
        fill: [114, 0, 255],
      },
      colours: ['#000000', '#ffffff', '#00ff7f'],
    });
  });

  test('are the same for variants, but for file and size', () => {
    const variants = [
      { url: 'wide.onnx', sha256: 'AB'.repeat(32), byteLength: 9, width: 20, height: 5 },
      { bytes: new Uint8Array(2), width: 5, height: 20 },
    ];
    const checked = checkNetwork({ ...network, sha256: 'cd'.repeat(32), variants });
    const { variants: found, url: _url, sha256: _hash, ...rest } = checked;
    expect(found).toEqual([
      {
        ...{ ...rest, url: 'wide.onnx', sha256: 'ab'.repeat(32), byteLength: 9 },
        input: { ...rest.input, size: { kind: 'fixed', width: 20, height: 5 } },
      },
      { ...rest, bytes: variants[1].bytes, input: { ...rest.input, size: { kind: 'fixed', width: 5, height: 20 } } },
    ]);
  });

  test('undefined counts as left out', () => {
    const given = { ...network, sha256: undefined, prompts: undefined, input: { ...input, mean: undefined } };
    expect(checkNetwork(given)).toEqual(checkNetwork(network));
  });
});

describe('values', () => {
  test('a range is what the bytes 0 and 255 become', () => {
    const { factor, offset } = checkNetwork({ ...network, input: { ...input, range: [-2, 3] } }).input;
    expect(factor.map((f, c) => [offset[c], 255 * f + offset[c]])).toEqual([
      [-2, 3],
      [-2, 3],
      [-2, 3],
    ]);
  });

  test('mean and scale are one a channel, in the order of the tensor', () => {
    const given = { ...input, channels: 'BGR', mean: [100, 110, 0], scale: [1, 0.5, -0.25] };
    const { factor, offset } = checkNetwork({ ...network, input: given }).input;
    expect(factor).toEqual([1, 0.5, -0.25]);
    expect(offset).toEqual([-100, -55, 0]);
  });
});

describe('what is refused, by name', () => {
  test.each<[argument: string, change: object]>([
    ['name', { name: ' ' }],
    ['url', { url: undefined }],
    ['url', { bytes: new Uint8Array(1) }],
    ['url', { url: '' }],
    ['bytes', { url: undefined, bytes: 'mine.onnx' }],
    ['sha256', { sha256: 'abc' }],
    ['sha256', { sha256: 'g'.repeat(64) }],
    ['byteLength', { byteLength: 0 }],
    ['byteLength', { byteLength: 1.5 }],
    ['license', { license: 'MIT' }],
    ['licence', { licence: 7 }],
    ['input', { input: 'image' }],
    ['output', { output: undefined }],
    ['labels', { labels: 'person' }],
    ['labels', { labels: ['one'] }],
    ['labels[1]', { labels: ['a', ''] }],
    ['labels[2]', { labels: ['a', 'b', 'a'] }],
    ['colours', { colours: ['#000000'] }],
    ['colours[1]', { colours: ['#000000', 'red'] }],
    ['workingSize', { workingSize: 0 }],
    ['workingSize', { workingSize: Number.NaN }],
    ['crf', { crf: 5 }],
    ['crf.kernels', { crf: {} }],
    ['videoCrf.kernels', { videoCrf: {} }],
    ['flipAveraging', { flipAveraging: 1 }],
    [
      'flipAveraging',
      { flipAveraging: true, prompts, labels: three, output: { ...output, activation: 'probabilities' } },
    ],
    ['crf.kernels[0].sigmaXY', { crf: { kernels: [{ type: 'gaussian', sigmaXY: -1 }] } }],
    ['crf.kernels[0].type', { crf: { kernels: [{ type: 'features', featureDim: 1 }] } }],
    ['crf.iteration', { crf: { kernels: [], iteration: 5 } }],
    ['crf.exactWorkLimit', { crf: { kernels: [], exactWorkLimit: -5 } }],
    [
      'crf.kernels[0].compatibility',
      { crf: { kernels: [{ type: 'gaussian', sigmaXY: 1, compatibility: [1, 2, 3] }] } },
    ],
  ])('%s of %o', (argument, change) => {
    expect(errorOf({ ...network, ...change }).argument).toBe(argument);
  });

  test.each<[argument: string, change: object]>([
    ['input.name', { name: undefined }],
    ['input.width', { width: 0 }],
    ['input.height', { height: undefined }],
    ['input.width', { width: 16385 }],
    ['input.width', { longSide: 32 }],
    ['input.height', { longSide: 32, width: undefined }],
    ['input.longSide', { longSide: 0, width: undefined, height: undefined }],
    ['input.multipleOf', { longSide: 32, multipleOf: 33, width: undefined, height: undefined }],
    ['input.multipleOf', { multipleOf: 8 }],
    ['input.width', { shortSide: 32 }],
    ['input.shortSide', { shortSide: 0, width: undefined, height: undefined }],
    ['input.longSide', { shortSide: 32, longSide: 16385, width: undefined, height: undefined }],
    ['input.multipleOf', { shortSide: 32, longSide: 640, multipleOf: 33, width: undefined, height: undefined }],
    ['input.layout', { layout: 'CHW' }],
    ['input.type', { type: 'uint8' }],
    ['input.channels', { channels: 'RGBA' }],
    ['input.range', { range: [0, 1, 2] }],
    ['input.range[0]', { range: ['0', 1] }],
    ['input.range[1]', { range: [1, 1] }],
    ['input.range', { range: [0, 1], mean: [0, 0, 0], scale: [1, 1, 1] }],
    ['input.mean', { scale: [1, 1, 1] }],
    ['input.scale', { mean: [0, 0, 0] }],
    ['input.scale', { mean: [0, 0, 0], scale: [1, 1] }],
    ['input.scale[1]', { mean: [0, 0, 0], scale: [1, 0, 1] }],
    ['input.mean[2]', { mean: [0, 0, Number.POSITIVE_INFINITY], scale: [1, 1, 1] }],
    ['input.fit', { fit: 'crop' }],
    ['input.fill', { fill: [0, 0, 0] }],
    ['input.fill[0]', { fit: 'letterbox', fill: [256, 0, 0] }],
    ['input.std', { std: [1, 1, 1] }],
  ])('%s of %o', (argument, change) => {
    expect(errorOf({ ...network, input: { ...input, ...change } }).argument).toBe(argument);
  });

  test.each<[argument: string, change: object]>([
    ['output.name', { name: '' }],
    ['output.name', { name: 'image' }],
    ['output.layout', { layout: undefined }],
    ['output.activation', { activation: 'softmax' }],
    ['output.type', { type: 'float64' }],
    ['output.upsampling', { upsampling: 'nearest' }],
    ['output.shape', { shape: [1, 2] }],
  ])('%s of %o', (argument, change) => {
    expect(errorOf({ ...network, output: { ...output, ...change } }).argument).toBe(argument);
  });

  test.each<[argument: string, change: object]>([
    ['prompts.keyImage', { keyImage: undefined }],
    ['prompts.keyImage', { keyImage: 'image' }],
    ['prompts.keyPrompts', { keyPrompts: 'key' }],
    ['prompts.minLabels', { minLabels: 1 }],
    ['prompts.maxLabels', { minLabels: 3, maxLabels: 2 }],
    ['labels', { maxLabels: 4 }],
    ['prompts.labels', { labels: 2 }],
  ])('%s of %o', (argument, change) => {
    const description = { ...network, labels: three, prompts: { ...prompts, ...change } };
    expect(errorOf(description).argument).toBe(argument);
  });

  test.each<[argument: string, variants: unknown]>([
    ['variants', { url: 'wide.onnx', width: 20, height: 5 }],
    ['variants[0]', ['wide.onnx']],
    ['variants[0].url', [{ width: 20, height: 5 }]],
    ['variants[0].url', [{ url: '', width: 20, height: 5 }]],
    ['variants[0].bytes', [{ bytes: [1], width: 20, height: 5 }]],
    ['variants[0].sha256', [{ url: 'wide.onnx', sha256: 'abc', width: 20, height: 5 }]],
    ['variants[0].byteLength', [{ url: 'wide.onnx', byteLength: 0, width: 20, height: 5 }]],
    ['variants[0].width', [{ url: 'wide.onnx', height: 5 }]],
    ['variants[0].height', [{ url: 'wide.onnx', width: 20, height: 0 }]],
    ['variants[0].layout', [{ url: 'wide.onnx', width: 20, height: 5, layout: 'NCHW' }]],
    // Nothing would ever be nearer to them.
    ['variants[0].width', [{ url: 'wide.onnx', width: 40, height: 20 }]],
    [
      'variants[1].width',
      [
        { url: 'wide.onnx', width: 20, height: 5 },
        { url: 'wider.onnx', width: 40, height: 10 },
      ],
    ],
  ])('%s of variants %o', (argument, variants) => {
    expect(errorOf({ ...network, variants }).argument).toBe(argument);
  });

  test('variants of networks that take any shape', () => {
    const variants = [{ url: 'wide.onnx', width: 20, height: 5 }];
    const free = { ...network, input: { name: 'image', longSide: 32, layout: 'NCHW' }, variants };
    expect(errorOf(free).argument).toBe('variants');
    expect(errorOf({ ...network, labels: three, prompts, variants }).argument).toBe('variants');
  });

  test('a sigmoid with three labels, and one that tells prompts apart', () => {
    const sigmoid = { ...output, activation: 'sigmoid' };
    expect(() => checkNetwork({ ...network, output: sigmoid })).not.toThrow();
    expect(errorOf({ ...network, output: sigmoid, labels: three }).argument).toBe('labels');
    expect(errorOf({ ...network, output: sigmoid, labels: three, prompts }).argument).toBe('output.activation');
  });

  test.each([undefined, null, 5, 'selfie', [network]])('%o instead of a description', (value) => {
    expect(errorOf(value).argument).toBe('network');
  });

  test('in one sentence with value and what is allowed', () => {
    expect(errorOf({ ...network, input: { ...input, layout: 'CHW' } }).message).toBe(
      `input.layout: got "CHW", expected one of 'NHWC', 'NCHW'`,
    );
    expect(errorOf({ ...network, labels: ['a', 'a'] }).message).toBe(
      'labels[1]: got "a", expected another name than labels[0]',
    );
  });
});

describe('crf', () => {
  test('may use the exact method, and more labels than a square picture of the working size has room for', () => {
    const labels = Array.from({ length: 600 }, (_, label) => `label ${label}`);
    const crf = { kernels: [{ type: 'gaussian', sigmaXY: 3 }], method: 'exact' };
    expect(checkNetwork({ ...network, labels, crf, workingSize: 4096 }).crf).toBe(crf);
  });
});

describe('networkFromJson', () => {
  const json: unknown = JSON.parse(JSON.stringify(network));

  test('gives a description', () => {
    expect(networkFromJson(json)).toEqual(network);
  });

  test('takes the file that is there for the address', () => {
    const bytes = new Uint8Array(5);
    const { url, ...rest } = network;
    expect(networkFromJson(json, bytes)).toEqual({ ...rest, bytes });
    expect(networkFromJson(rest, bytes)).toEqual({ ...rest, bytes });
    expect(() => networkFromJson(rest)).toThrow(ArgumentError);
  });

  test('refuses bytes in the file, and what checkNetwork refuses', () => {
    expect(() => networkFromJson({ ...network, url: undefined, bytes: [1, 2] })).toThrow('bytes: got an array of 2');
    const variants = [{ url: 'wide.onnx', bytes: [1], width: 20, height: 5 }];
    expect(() => networkFromJson({ ...network, variants })).toThrow('variants[0].bytes: got an array of 1');
    expect(() => networkFromJson({ ...network, variants: [null] })).toThrow(
      'variants[0]: got null, expected an object',
    );
    expect(() => networkFromJson({ ...network, labels: [] })).toThrow('labels: got an array of 0');
    expect(() => networkFromJson([])).toThrow('network: got an array of 0, expected an object');
  });
});

describe('inputSizeFor', () => {
  test('a fixed size is that of any picture', () => {
    expect(inputSizeFor({ kind: 'fixed', width: 20, height: 10 }, { width: 999, height: 1 })).toEqual({
      width: 20,
      height: 10,
    });
  });

  test.each([
    // picture, long side, multiple, input
    [[640, 480], 320, 1, [320, 240]],
    [[640, 480], 320, 32, [320, 256]],
    [[480, 640], 320, 32, [256, 320]],
    [[100, 100], 512, 16, [512, 512]],
    [[1000, 1], 320, 16, [320, 16]],
    [[1000, 1], 320, 1, [320, 1]],
  ])('%o to a long side of %i in multiples of %i: %o', ([width, height], longSide, multipleOf, [w, h]) => {
    expect(inputSizeFor({ kind: 'free', longSide, multipleOf }, { width, height })).toEqual({ width: w, height: h });
  });

  test.each([
    // picture, input as described, size
    [[640, 480], { shortSide: 240 }, [320, 240]],
    [[480, 640], { shortSide: 240 }, [240, 320]],
    [[640, 480], { shortSide: 240, longSide: 300 }, [300, 225]],
    [[640, 480], { shortSide: 240, longSide: 400 }, [320, 240]],
    [[650, 480], { shortSide: 240, multipleOf: 32 }, [320, 256]],
    // The largest multiple that an input may have.
    [[60_000, 1], { shortSide: 240, multipleOf: 24 }, [16368, 24]],
  ])('%o as %o: %o', ([width, height], sides, [w, h]) => {
    const { size } = checkNetwork({ ...network, input: { name: 'image', layout: 'NCHW', ...sides } }).input;
    expect(inputSizeFor(size, { width, height })).toEqual({ width: w, height: h });
  });
});

test('the default colours are those that Pascal VOC prints', () => {
  const labels = Array.from({ length: 256 }, (_, label) => `label ${label}`);
  const { colours } = checkNetwork({ ...network, labels });
  const known = { 0: '#000000', 1: '#800000', 2: '#008000', 3: '#808000', 4: '#000080', 8: '#400000', 15: '#c08080' };
  for (const [label, colour] of Object.entries(known)) expect(colours[Number(label)]).toBe(colour);
  expect([colours[20], colours[255]]).toEqual(['#004080', '#e0e0c0']);
  expect(new Set(colours).size).toBe(256);
});
