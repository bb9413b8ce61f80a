// SPDX-License-Identifier: MIT

import type { NetworkDescription } from '../../src/pipeline/index.js';

/** What a person says of a network of their own; texts as they were typed. */
export interface NetworkForm {
  name: string;
  input: string;
  output: string;
  width: string;
  height: string;
  inputLayout: 'NCHW' | 'NHWC';
  range: '0 … 1' | '-1 … 1' | '0 … 255' | 'ImageNet';
  outputLayout: 'NCHW' | 'NHWC';
  activation: 'logits' | 'probabilities' | 'sigmoid';
  labels: string;
}

export const emptyForm: NetworkForm = {
  name: '',
  input: '',
  output: '',
  width: '',
  height: '',
  inputLayout: 'NCHW',
  range: '0 … 1',
  outputLayout: 'NCHW',
  activation: 'logits',
  labels: '',
};

/** Of what the file itself says, all that can be guessed. Throws where it is no ONNX file that can be used. */
export async function suggestForm(name: string, bytes: Uint8Array): Promise<NetworkForm> {
  const { inspectModel } = await import('../../src/pipeline/index.js');
  const { inputs, outputs } = inspectModel(bytes);
  const [input, output] = [inputs[0], outputs[0]];
  if (!input || !output) throw new Error('the network has no input or no output.');
  const inputShape = (input.shape ?? []).map((extent) => (typeof extent === 'number' ? extent : undefined));
  const outputShape = (output.shape ?? []).map((extent) => (typeof extent === 'number' ? extent : undefined));
  const inputLayout = inputShape[3] === 3 ? 'NHWC' : 'NCHW';
  const [height, width] = inputLayout === 'NHWC' ? inputShape.slice(1, 3) : inputShape.slice(2, 4);
  // Labels are fewer than rows or columns.
  const isLast = (outputShape[3] ?? Number.POSITIVE_INFINITY) < (outputShape[1] ?? Number.POSITIVE_INFINITY);
  const labelCount = (isLast ? outputShape[3] : outputShape[1]) ?? 2;
  return {
    ...emptyForm,
    name,
    input: input.name,
    output: output.name,
    width: width === undefined ? '256' : String(width),
    height: height === undefined ? '256' : String(height),
    inputLayout,
    outputLayout: isLast ? 'NHWC' : 'NCHW',
    activation: activationOf(labelCount, output.name),
    labels: namesFor(labelCount),
  };
}

function activationOf(labelCount: number, outputName: string): NetworkForm['activation'] {
  if (labelCount === 1) return 'sigmoid';
  return /prob|softmax/i.test(outputName) ? 'probabilities' : 'logits';
}

function namesFor(labelCount: number): string {
  const others = Array.from({ length: Math.max(1, labelCount - 1) }, (_, index) => `label ${index + 1}`);
  return ['background', ...others].join(', ');
}

const imageNet = {
  mean: [123.675, 116.28, 103.53],
  scale: [1 / 58.395, 1 / 57.12, 1 / 57.375],
} as const;

const ranges = { '0 … 1': [0, 1], '-1 … 1': [-1, 1], '0 … 255': [0, 255] } as const;

/** Throws ArgumentError where the form says what cannot be. */
export async function describe(form: NetworkForm, bytes: Uint8Array): Promise<NetworkDescription> {
  const { checkNetwork } = await import('../../src/pipeline/index.js');
  const description: NetworkDescription = {
    name: form.name,
    bytes,
    input: {
      name: form.input,
      width: Number(form.width),
      height: Number(form.height),
      layout: form.inputLayout,
      ...(form.range === 'ImageNet' ? imageNet : { range: ranges[form.range] }),
    },
    output: { name: form.output, layout: form.outputLayout, activation: form.activation },
    labels: form.labels.split(',').map((label) => label.trim()),
  };
  checkNetwork(description);
  return description;
}
