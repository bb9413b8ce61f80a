// SPDX-License-Identifier: MIT

import type { RefineReport, Refiner } from '../../../src/problem/api.js';
import type { Energy, ProblemSize } from '../../../src/problem/types.js';
import { Finding } from '../suite.js';

/** All that an engine says after one refinement. */
export interface Answer {
  engine: string;
  report: RefineReport;
  /** [label, y, x] */
  marginals: Float32Array;
  labelMap: Uint32Array;
  confidence: Float32Array;
  entropy: Float32Array;
  energy: Energy;
}

export async function answerOf(crf: Refiner, report: RefineReport, engine: string): Promise<Answer> {
  return {
    engine,
    report,
    marginals: await crf.marginals(),
    labelMap: await crf.labelMap(),
    confidence: await crf.confidence(),
    entropy: await crf.entropy(),
    energy: await crf.energy(),
  };
}

/** Rounding of a sum of a row's Q, which has at most 150 labels here. */
const sumTolerance = 1e-4;
/** float32 logarithms of a GPU, summed over a row. */
const entropyTolerance = 2e-3;
/** The last label's Q may be what the others leave. */
const restTolerance = 2e-6;

/** What holds whatever the numbers are: each pixel's Q is a distribution, and all results speak of the same Q. */
export function checkAnswer(answer: Answer, { width, height, labelCount }: ProblemSize): void {
  const { engine, marginals, labelMap, confidence, entropy } = answer;
  const pixelCount = width * height;
  const lengths = [marginals.length / labelCount, labelMap.length, confidence.length, entropy.length];
  if (lengths.some((length) => length !== pixelCount)) {
    throw new Finding(`${engine}: results have another length`, `${lengths} for ${pixelCount} pixels`);
  }
  const row = new Float32Array(labelCount);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    for (let label = 0; label < labelCount; label++) row[label] = marginals[label * pixelCount + pixel];
    checkPixel(answer, pixel, row);
  }
}

function checkPixel({ engine, labelMap, confidence, entropy }: Answer, pixel: number, row: Float32Array): void {
  const say = (what: string) => `pixel ${pixel}: ${what}, Q ${[...row.subarray(0, 8)].join(' ')}`;
  if (!row.every((q) => q >= 0 && q <= 1 + restTolerance)) {
    throw new Finding(`${engine}: a marginal is not in 0..1`, say('of them'));
  }
  const sum = row.reduce((total, q) => total + q, 0);
  if (Math.abs(sum - 1) > sumTolerance) throw new Finding(`${engine}: marginals don't sum to 1`, say(`sum ${sum}`));
  const label = labelMap[pixel];
  if (!(label < row.length)) throw new Finding(`${engine}: a label that does not exist`, say(`label ${label}`));
  const largest = Math.max(...row);
  const expected = row.indexOf(largest);
  if (label !== expected && (row[label] < largest - restTolerance || label > expected + row.length)) {
    throw new Finding(`${engine}: the label is not that of the largest Q`, say(`label ${label}, not ${expected}`));
  }
  if (Math.abs(confidence[pixel] - largest) > restTolerance) {
    throw new Finding(`${engine}: the confidence is not the largest Q`, say(`confidence ${confidence[pixel]}`));
  }
  const nats = row.reduce((total, q) => (q > 0 ? total - q * Math.log(q) : total), 0);
  if (!(Math.abs(entropy[pixel] - nats) <= entropyTolerance)) {
    throw new Finding(`${engine}: the entropy is not that of Q`, say(`entropy ${entropy[pixel]}, not ${nats}`));
  }
}
