// SPDX-License-Identifier: MIT

/** A network's output: values as numbers, whatever their type was. */
export interface OutputValues {
  values: ArrayLike<number>;
  width: number;
  height: number;
  channelCount: number;
  layout: 'NHWC' | 'NCHW';
  activation: 'logits' | 'probabilities' | 'sigmoid';
}

/** The planes of the given labels, [label, y, x]: logits, or probabilities. What is not finite becomes NaN. */
export function labelPlanes(output: OutputValues, labels: readonly number[]): Float32Array {
  const { values, width, height, channelCount, layout, activation } = output;
  const pixelCount = width * height;
  const planes = new Float32Array(labels.length * pixelCount);
  labels.forEach((label, plane) => {
    const channel = activation === 'sigmoid' ? 0 : label;
    for (let pixel = 0; pixel < pixelCount; pixel++) {
      const value = values[layout === 'NHWC' ? pixel * channelCount + channel : channel * pixelCount + pixel];
      planes[plane * pixelCount + pixel] = Number.isFinite(value) ? labelValue(value, label, activation) : Number.NaN;
    }
  });
  return planes;
}

function labelValue(value: number, label: number, activation: OutputValues['activation']): number {
  if (activation === 'logits') return value;
  const probability = Math.min(Math.max(value, 0), 1);
  return activation === 'sigmoid' && label === 0 ? 1 - probability : probability;
}
