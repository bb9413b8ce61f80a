// SPDX-License-Identifier: MIT

import type { ProblemSize, ResolvedUnary, Upsampling } from '../problem/types.js';
import type { RowEngine, Rows } from './rows.js';

type CoarseUnary = Exclude<ResolvedUnary, { form: 'labels' }>;

/** Probabilities below this count as this, as in pydensecrf's `unary_from_softmax`: no label is ever ruled out. */
const smallestProbability = 1e-5;

/**
 * Unary energies, -log p, [label, y, x], from any form of input.
 * Logits only change their sign: what softmax would take off is the same for all labels of a pixel.
 */
export function unaryEnergies(input: ResolvedUnary, size: ProblemSize): Float32Array {
  if (input.form === 'labels') return energiesOfLabels(input.labels, input.confidence, size);
  const values = toPlanar(input, size);
  if (input.form === 'logits') for (let i = 0; i < values.length; i++) values[i] = -values[i];
  if (input.form === 'probabilities')
    for (let i = 0; i < values.length; i++) values[i] = energyOfProbability(values[i]);
  return values;
}

/**
 * -unary as rows of an engine. Channels past the labels are left alone. Arrays of the problem's own size and layout are not copied
 * on the way.
 */
export function writeNegatedUnary(input: ResolvedUnary, size: ProblemSize, engine: RowEngine, rows: Rows): void {
  const { labelCount } = size;
  if (input.form === 'labels' || !isPlain(input, size)) {
    engine.write(unaryEnergies(input, size), labelCount, -1, rows);
    return;
  }
  engine.write(input.values, labelCount, input.form === 'unary' ? -1 : 1, rows);
  if (input.form !== 'probabilities') return;
  const { values } = rows;
  const channelCount = engine.channelsFor(labelCount);
  for (let from = 0; from < values.length; from += channelCount) {
    for (let i = from; i < from + labelCount; i++) values[i] = -energyOfProbability(values[i]);
  }
}

/** Whether the values are [label, y, x] at the problem's size. */
function isPlain({ width, height, layout, window }: CoarseUnary, size: ProblemSize): boolean {
  return width === size.width && height === size.height && layout === 'planar' && !window;
}

function energyOfProbability(probability: number): number {
  return -Math.log(Math.min(Math.max(probability, smallestProbability), 1));
}

/** As pydensecrf's `unary_from_labels`: see UnaryInput. */
function energiesOfLabels(labels: Uint32Array, confidence: number, size: ProblemSize): Float32Array {
  const { labelCount } = size;
  const marked = -Math.log(confidence);
  const other = -Math.log((1 - confidence) / (labelCount - 1));
  const unknown = Math.log(labelCount);
  const energies = new Float32Array(labelCount * labels.length);
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const isKnown = labels[pixel] < labelCount;
    for (let label = 0; label < labelCount; label++) {
      const known = labels[pixel] === label ? marked : other;
      energies[label * labels.length + pixel] = isKnown ? known : unknown;
    }
  }
  return energies;
}

/** The values at full size, [label, y, x]: always a fresh array. */
function toPlanar(input: CoarseUnary, size: ProblemSize): Float32Array {
  const { values, layout } = input;
  if (isPlain(input, size)) return values.slice();
  const { labelCount } = size;
  const pixelStride = layout === 'planar' ? 1 : labelCount;
  const labelStride = layout === 'planar' ? input.width * input.height : 1;
  const { columns, lines } = samplesOf(input, size);
  const planar = new Float32Array(labelCount * size.width * size.height);
  let to = 0;
  for (let label = 0; label < labelCount; label++) {
    for (const line of lines) {
      const low = label * labelStride + line.low * input.width * pixelStride;
      const high = label * labelStride + line.high * input.width * pixelStride;
      for (const column of columns) {
        const left = column.low * pixelStride;
        const right = column.high * pixelStride;
        const above = mix(values[low + left], values[low + right], column.part);
        const below = mix(values[high + left], values[high + right], column.part);
        planar[to++] = mix(above, below, line.part);
      }
    }
  }
  return planar;
}

function samplesOf(input: CoarseUnary, size: ProblemSize): { columns: AxisSample[]; lines: AxisSample[] } {
  const { width, height, upsampling, window } = input;
  if (window) {
    return {
      columns: sampleWindow(size.width, width, window.x, window.width),
      lines: sampleWindow(size.height, height, window.y, window.height),
    };
  }
  return {
    columns: sampleAxis(size.width, width, upsampling),
    lines: sampleAxis(size.height, height, upsampling),
  };
}

/** Between which two samples of a coarse axis a pixel lies, and how far from the lower one, in 0..1. */
interface AxisSample {
  low: number;
  high: number;
  part: number;
}

/**
 * Where the pixels of an axis fall on a coarser (or finer) one.
 *  - half-pixel: both axes cover the same span from edge to edge, at = (i + ½)·coarse/full - ½;
 *  - align-corners: the centres of the first pixels coincide and so do those of the last.
 * Positions outside the coarse centres take the border's value.
 */
function sampleAxis(fullExtent: number, coarseExtent: number, upsampling: Upsampling): AxisSample[] {
  return Array.from({ length: fullExtent }, (_, i) => {
    const position =
      upsampling === 'half-pixel'
        ? ((i + 0.5) * coarseExtent) / fullExtent - 0.5
        : (i * (coarseExtent - 1)) / Math.max(fullExtent - 1, 1);
    const at = Math.min(Math.max(position, 0), coarseExtent - 1);
    const low = Math.floor(at);
    return { low, high: Math.min(low + 1, coarseExtent - 1), part: at - low };
  });
}

/**
 * The same for a part of the coarse axis, `start`..`start + extent` between edges: only samples with their centre in it count, and
 * where there is none the one that holds its middle.
 */
function sampleWindow(fullExtent: number, coarseExtent: number, start: number, extent: number): AxisSample[] {
  const inside = Array.from({ length: coarseExtent }, (_, sample) => sample).filter(
    (sample) => sample + 0.5 >= start && sample + 0.5 <= start + extent,
  );
  const middle = Math.min(Math.max(Math.floor(start + extent / 2), 0), coarseExtent - 1);
  const first = inside[0] ?? middle;
  const last = inside.at(-1) ?? middle;
  return Array.from({ length: fullExtent }, (_, i) => {
    const position = start + ((i + 0.5) * extent) / fullExtent - 0.5;
    const at = Math.min(Math.max(position, first), last);
    const low = Math.floor(at);
    return { low, high: Math.min(low + 1, last), part: at - low };
  });
}

function mix(a: number, b: number, part: number): number {
  return a + (b - a) * part;
}
