// SPDX-License-Identifier: MIT

import { DenseCrf, refineBatch } from 'meanfield';
import { accuracyOf, height, photo, truth, width } from './disc.mjs';

const inputs = [0.6, 0.7, 0.9].map((confidence) => ({ image: photo, unary: { labels: truth, confidence } }));

// One engine for pictures of one size: the second picture creates no buffer and compiles nothing.
const crf = await DenseCrf.create({ width, height, labelCount: 2 });
for await (const { index, report } of refineBatch(crf, inputs)) {
  console.log(`picture ${index}: ${report.iterations} iterations, ${accuracyOf(await crf.labelMap())} right`);
}
crf.destroy();
