// SPDX-License-Identifier: MIT

import { ArgumentError } from '../../problem/errors.js';
import type { ModelInfo, TensorInfo } from '../onnx/inspect.js';
import type { ResolvedNetwork } from './description.js';

/**
 * Throws ArgumentError where a description says something else than the ONNX file: names that are not there, other types or shapes,
 * inputs that nobody would fill. `model` is the file after cutting, so that the output is one of its outputs.
 */
export function checkGraph(network: ResolvedNetwork, model: ModelInfo): void {
  const { input, prompts, output } = network;
  if (model.externalFiles.length > 0) {
    throw new ArgumentError('bytes', model.externalFiles[0], 'an ONNX file that holds all its weights itself');
  }
  const graphInputs = new Map(model.inputs.map((tensor) => [tensor.name, tensor]));
  const images = prompts ? [input.name, prompts.keyImage] : [input.name];
  checkImage('input', input.name, network, graphInputs);
  if (prompts) {
    checkImage('prompts', prompts.keyImage, network, graphInputs, 'keyImage');
    const seeds = find('prompts.keyPrompts', prompts.keyPrompts, graphInputs);
    checkType('prompts.keyPrompts', 'float32', seeds);
    checkRank('prompts.keyPrompts', seeds);
  }
  const filled = new Set([...images, ...(prompts ? [prompts.keyPrompts] : [])]);
  const unfilled = model.inputs.find(({ name }) => !filled.has(name));
  if (unfilled) {
    throw new ArgumentError('input', unfilled.name, `a network without further inputs than ${[...filled].join(', ')}`);
  }
  const found = model.outputs.find(({ name }) => name === output.name);
  if (found) {
    checkType('output.type', output.type, found);
    checkRank('output.name', found);
    checkChannels(network, found.shape?.[output.layout === 'NCHW' ? 1 : 3]);
  }
}

/** Channels of the output against labels. */
function checkChannels(network: ResolvedNetwork, channels: unknown): void {
  // Symbolic, or as many as there are prompts.
  if (typeof channels !== 'number' || network.prompts) return;
  const { activation, layout } = network.output;
  if (activation === 'sigmoid') {
    if (channels === 1) return;
    throw new ArgumentError('output.activation', activation, `one channel, and ${layout} has ${channels}`);
  }
  if (channels !== network.labels.length) {
    throw new ArgumentError('labels', network.labels, `${channels} names, as the output has that many channels`);
  }
}

/** The output's dims as a run has shown them. Returns how many channels they have. */
export function checkOutputShape(network: ResolvedNetwork, dims: readonly number[]): number {
  const { name, layout } = network.output;
  if (dims.length !== 4 || dims[0] !== 1) {
    throw new ArgumentError('output.name', name, `a tensor of 4 dimensions and batch 1, not [${dims.join(', ')}]`);
  }
  const channels = dims[layout === 'NCHW' ? 1 : 3];
  checkChannels(network, channels);
  return channels;
}

function checkImage(
  argument: string,
  name: string,
  network: ResolvedNetwork,
  inputs: ReadonlyMap<string, TensorInfo>,
  key = 'name',
): void {
  const { layout, type, size } = network.input;
  const tensor = find(`${argument}.${key}`, name, inputs);
  checkType('input.type', type, tensor);
  checkRank(`${argument}.${key}`, tensor);
  const shape = tensor.shape;
  if (!shape) return;
  const [channel, height, width] = layout === 'NCHW' ? [1, 2, 3] : [3, 1, 2];
  checkExtent('input.layout', layout, shape[0], 1, 'a batch of 1');
  checkExtent('input.layout', layout, shape[channel], 3, `three channels in dimension ${channel}`);
  if (size.kind === 'fixed') {
    checkExtent('input.height', size.height, shape[height], size.height);
    checkExtent('input.width', size.width, shape[width], size.width);
  } else if (typeof shape[height] === 'number' || typeof shape[width] === 'number') {
    const fixed = `width ${shape[width]} and height ${shape[height]}, as the graph takes no other size`;
    const side = size.shortSide === undefined ? 'longSide' : 'shortSide';
    throw new ArgumentError(`input.${side}`, size[side], fixed);
  }
}

function find(argument: string, name: string, inputs: ReadonlyMap<string, TensorInfo>): TensorInfo {
  const tensor = inputs.get(name);
  if (tensor) return tensor;
  throw new ArgumentError(argument, name, `an input of the graph: ${[...inputs.keys()].join(', ')}`);
}

function checkType(argument: string, type: string, tensor: TensorInfo): void {
  if (tensor.type === undefined || tensor.type === type) return;
  throw new ArgumentError(argument, type, `${tensor.type}, as ${tensor.name} has it`);
}

function checkRank(argument: string, { name, shape }: TensorInfo): void {
  if (shape === undefined || shape.length === 4) return;
  throw new ArgumentError(argument, name, `a tensor of 4 dimensions, not [${shape.join(', ')}]`);
}

/** Symbolic extents take any. */
function checkExtent(argument: string, value: unknown, extent: unknown, wanted: number, meaning?: string): void {
  if (typeof extent !== 'number' || extent === wanted) return;
  throw new ArgumentError(argument, value, meaning ? `${meaning}, not ${extent}` : `${extent}, as the graph has it`);
}
