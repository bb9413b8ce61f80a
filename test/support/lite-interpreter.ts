// SPDX-License-Identifier: MIT

import type { LiteGraph, LiteOperator, LitePadding, LiteTensor } from '../../models/generator/tflite/graph.js';

/** Values [y, x, channel] of a batch of one, or weights. */
interface Values {
  shape: readonly number[];
  data: Float64Array;
}

/**
 * Computes a TensorFlow Lite graph from the definitions of its operators, in double precision and by simple loops: what the ONNX graph
 * that is made from it is compared with.
 *
 * @param input [y, x, channel]
 * @returns the output, [y, x, channel]
 */
export function runLite({ tensors, operators, input, output }: LiteGraph, image: ArrayLike<number>): Float64Array {
  const values: Values[] = tensors.map((tensor) => ({ shape: tensor.shape, data: constantOf(tensor) }));
  values[input] = { shape: tensors[input].shape, data: Float64Array.from(image) };
  for (const operator of operators) {
    const { shape } = tensors[operator.output];
    const inputs = operator.inputs.map((index) => values[index]);
    values[operator.output] = { shape, data: compute(operator, inputs, shape) };
  }
  return values[output].data;
}

function constantOf({ type, data }: LiteTensor): Float64Array {
  if (!data) return new Float64Array();
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const bytes = type === 'float16' ? 2 : 4;
  return Float64Array.from({ length: data.length / bytes }, (_, i) => {
    if (type === 'float16') return halfValue(view.getUint16(2 * i, true));
    return type === 'int32' ? view.getInt32(4 * i, true) : view.getFloat32(4 * i, true);
  });
}

function halfValue(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}

function compute(operator: LiteOperator, inputs: readonly Values[], shape: readonly number[]): Float64Array {
  const [first, second, third] = inputs;
  switch (operator.kind) {
    case 'DEQUANTIZE':
      return first.data;
    case 'RELU':
      return first.data.map(relu);
    case 'HARD_SWISH':
      return first.data.map((x) => (x * Math.min(6, Math.max(0, x + 3))) / 6);
    case 'LOGISTIC':
      return first.data.map((x) => 1 / (1 + Math.exp(-x)));
    case 'ADD':
      return activated(
        operator,
        elementwise(first, second, (a, b) => a + b),
      );
    case 'MUL':
      return activated(
        operator,
        elementwise(first, second, (a, b) => a * b),
      );
    case 'AVERAGE_POOL_2D':
    case 'MEAN':
      return meanOfPixels(first);
    case 'RESIZE_BILINEAR':
      return resized(first, shape);
    case 'CONV_2D':
      return activated(operator, convolved(operator, first, second, third, shape));
    case 'DEPTHWISE_CONV_2D':
      return activated(operator, depthwise(operator, first, second, third, shape));
    case 'Convolution2DTransposeBias':
      return spread(first, second, third, shape);
  }
}

function relu(x: number): number {
  return Math.max(0, x);
}

function activated({ activation }: { activation: 'none' | 'relu' }, data: Float64Array): Float64Array {
  return activation === 'relu' ? data.map(relu) : data;
}

/** The second may be one value a channel. */
function elementwise(a: Values, b: Values, combine: (a: number, b: number) => number): Float64Array {
  return a.data.map((value, i) => combine(value, b.data[i % b.data.length]));
}

function meanOfPixels({ shape, data }: Values): Float64Array {
  const [, height, width, channels] = shape;
  const sums = new Float64Array(channels);
  data.forEach((value, i) => {
    sums[i % channels] += value;
  });
  return sums.map((sum) => sum / (height * width));
}

/** Half-pixel centres; beyond the edge lies what is at the edge. */
function resized({ shape, data }: Values, [, rows, columns]: readonly number[]): Float64Array {
  const [, height, width, channels] = shape;
  const result = new Float64Array(rows * columns * channels);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const down = between(((y + 0.5) * height) / rows - 0.5, height);
      const across = between(((x + 0.5) * width) / columns - 0.5, width);
      for (const [row, rowWeight] of down) {
        for (const [column, columnWeight] of across) {
          for (let c = 0; c < channels; c++) {
            const value = data[(row * width + column) * channels + c];
            result[(y * columns + x) * channels + c] += rowWeight * columnWeight * value;
          }
        }
      }
    }
  }
  return result;
}

/** The two samples around a place, with their weights. */
function between(place: number, count: number): [index: number, weight: number][] {
  const inside = Math.min(count - 1, Math.max(0, place));
  const low = Math.floor(inside);
  return [
    [low, 1 - (inside - low)],
    [Math.min(count - 1, low + 1), inside - low],
  ];
}

interface Windows {
  padding: LitePadding;
  strideX: number;
  strideY: number;
}

/** Where the first window begins: TensorFlow's 'same' has ceil(side / stride) windows, centred, the odd pixel at the end. */
function firstPlace(padding: LitePadding, side: number, window: number, stride: number): number {
  const overhang = (Math.ceil(side / stride) - 1) * stride + window - side;
  return padding === 'valid' ? 0 : -Math.floor(Math.max(0, overhang) / 2);
}

/** Calls for each pixel of the result and each pixel of its window that is inside. */
function forEachWindow(
  { padding, strideX, strideY }: Windows,
  { shape }: Values,
  [, windowRows, windowColumns]: readonly number[],
  [, rows, columns]: readonly number[],
  visit: (pixel: number, source: number, tap: number) => void,
): void {
  const [, height, width] = shape;
  const top = firstPlace(padding, height, windowRows, strideY);
  const left = firstPlace(padding, width, windowColumns, strideX);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      for (let i = 0; i < windowRows; i++) {
        for (let j = 0; j < windowColumns; j++) {
          const row = top + y * strideY + i;
          const column = left + x * strideX + j;
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          visit(y * columns + x, row * width + column, i * windowColumns + j);
        }
      }
    }
  }
}

/** Weights [output channel, y, x, input channel]. */
function convolved(windows: Windows, image: Values, weights: Values, bias: Values, shape: readonly number[]) {
  const [outputs, rows, columns, inputs] = weights.shape;
  const result = biased(bias, shape);
  forEachWindow(windows, image, weights.shape, shape, (pixel, source, tap) => {
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let c = 0; c < inputs; c++) {
        sum += image.data[source * inputs + c] * weights.data[(o * rows * columns + tap) * inputs + c];
      }
      result[pixel * outputs + o] += sum;
    }
  });
  return result;
}

/** Weights [1, y, x, channel]. */
function depthwise(windows: Windows, image: Values, weights: Values, bias: Values, shape: readonly number[]) {
  const channels = shape[3];
  const result = biased(bias, shape);
  forEachWindow(windows, image, weights.shape, shape, (pixel, source, tap) => {
    for (let c = 0; c < channels; c++) {
      result[pixel * channels + c] += image.data[source * channels + c] * weights.data[tap * channels + c];
    }
  });
  return result;
}

/** Each pixel becomes a block of the weights' size, [output channel, y, x, input channel]. */
function spread(image: Values, weights: Values, bias: Values, shape: readonly number[]): Float64Array {
  const [, , width, inputs] = image.shape;
  const [outputs, rows, columns] = weights.shape;
  const result = biased(bias, shape);
  for (let place = 0; place < result.length; place++) {
    const o = place % outputs;
    const x = Math.floor(place / outputs) % shape[2];
    const y = Math.floor(place / (outputs * shape[2]));
    const source = Math.floor(y / rows) * width + Math.floor(x / columns);
    const tap = (o * rows + (y % rows)) * columns + (x % columns);
    for (let c = 0; c < inputs; c++) result[place] += image.data[source * inputs + c] * weights.data[tap * inputs + c];
  }
  return result;
}

function biased({ data }: Values, [, rows, columns, channels]: readonly number[]): Float64Array {
  return Float64Array.from({ length: rows * columns * channels }, (_, i) => data[i % channels]);
}
