// SPDX-License-Identifier: MIT

import { filterProbabilities } from '../../guided.js';
import { cpuTimeOfThisProcess } from '../cpu-time.js';
import { costOf, type Sample, sample } from '../measure.js';
import type { PeerMeasurement, PeerProblem } from './peer.js';

/** The guided filter that `refinement: 'guided'` puts in the CRF's place, on the CPU: label by label, then the likeliest. */
export async function measureGuided(problem: PeerProblem, repeat: number): Promise<PeerMeasurement> {
  const samples: Sample[] = [];
  filter(problem);
  for (let repetition = 0; repetition < repeat; repetition++) {
    samples.push(await sample({ cpuTime: cpuTimeOfThisProcess }, async () => timed(() => filter(problem))));
  }
  return { case: problem.benchCase.name, peer: 'guided', version: null, picture: costOf(samples, 1) };
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function filter({ benchCase: { labelCount }, image, logits }: PeerProblem): Uint32Array {
  const pixelCount = image.width * image.height;
  const filtered = filterProbabilities(image, softmax(logits, labelCount, pixelCount));
  const labels = new Uint32Array(pixelCount);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    for (let label = 1; label < labelCount; label++) {
      if (filtered[label * pixelCount + pixel] > filtered[labels[pixel] * pixelCount + pixel]) labels[pixel] = label;
    }
  }
  return labels;
}

/** [label, y, x] */
function softmax(logits: Float32Array, labelCount: number, pixelCount: number): Float32Array {
  const out = new Float32Array(logits.length);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let label = 0; label < labelCount; label++) highest = Math.max(highest, logits[label * pixelCount + pixel]);
    let sum = 0;
    for (let label = 0; label < labelCount; label++) {
      const at = label * pixelCount + pixel;
      out[at] = Math.exp(logits[at] - highest);
      sum += out[at];
    }
    for (let label = 0; label < labelCount; label++) out[label * pixelCount + pixel] /= sum;
  }
  return out;
}
