// SPDX-License-Identifier: MIT

import type { ProblemSize } from '../../../src/problem/types.js';
import { differenceOf } from '../../support/close.js';
import { Finding } from '../suite.js';
import type { Answer } from './answer.js';
import { energyDifference, type Judgement } from './reference.js';

/** Throws where an engine's answer is not the reference's. */
export function compareAnswers(actual: Answer, judgement: Judgement, size: ProblemSize): void {
  const { answer: expected, isUnstable, isStopClear } = judgement;
  compareLattices(actual, expected);
  if (isUnstable || !isStopClear) return;
  compareReports(actual, judgement);
  compareMarginals(actual.engine, actual.marginals, expected.marginals, judgement.tolerance, size);
  compareLabels(actual, judgement, size);
  const off = energyDifference(actual.energy, expected.energy);
  if (Number.isFinite(judgement.energyTolerance) && !(off <= judgement.energyTolerance)) {
    throw new Finding(
      `${actual.engine}: the energy is off`,
      `${JSON.stringify(actual.energy)}, expected ${JSON.stringify(expected.energy)} within ${judgement.energyTolerance}`,
    );
  }
}

/** Features come from the same tables, so lattices are equal, not alike. */
function compareLattices(actual: Answer, expected: Answer): void {
  const [found, wanted] = [actual, expected].map(({ report }) => JSON.stringify(report.vertexCounts));
  if (found !== wanted) throw new Finding(`${actual.engine}: another lattice`, `vertices ${found}, expected ${wanted}`);
}

function compareReports(actual: Answer, { answer, changeTolerance }: Judgement): void {
  const { report } = answer;
  const { iterations, change } = actual.report;
  if (iterations !== report.iterations) {
    throw new Finding(`${actual.engine}: another number of iterations`, `${iterations}, expected ${report.iterations}`);
  }
  const agrees = Number.isNaN(report.change)
    ? Number.isNaN(change)
    : Math.abs(change - report.change) <= changeTolerance;
  if (!agrees) throw new Finding(`${actual.engine}: another change`, `${change}, expected ${report.change}`);
}

export function compareMarginals(
  engine: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  { width, height }: ProblemSize,
): void {
  const { maximum, worstIndex, countAbove } = differenceOf(actual, expected, tolerance);
  if (countAbove === 0) return;
  const pixelCount = width * height;
  throw new Finding(
    `${engine}: Q is off`,
    `by ${maximum} at label ${Math.floor(worstIndex / pixelCount)}, pixel ${worstIndex % pixelCount} (${actual[worstIndex]}, ` +
      `expected ${expected[worstIndex]} within ${tolerance}); ${countAbove} of ${actual.length}`,
  );
}

/** Only where the best label is the best by more than rounding. */
function compareLabels(actual: Answer, { answer, tolerance }: Judgement, { width, height }: ProblemSize): void {
  const pixelCount = width * height;
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const qOf = (label: number) => answer.marginals[label * pixelCount + pixel];
    const [label, best] = [actual.labelMap[pixel], answer.labelMap[pixel]];
    if (label === best || qOf(label) >= qOf(best) - 2 * tolerance) continue;
    throw new Finding(
      `${actual.engine}: another label`,
      `${label} at pixel ${pixel} (Q ${qOf(label)}), expected ${best} (Q ${qOf(best)})`,
    );
  }
}
