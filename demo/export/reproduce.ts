// SPDX-License-Identifier: MIT

import type { CrfParameters } from '../../src/index.js';

export interface Reproduction {
  width: number;
  height: number;
  labels: readonly string[];
  parameters: CrfParameters;
}

/** A module that refines as the page does now, ready to be pasted. */
export function reproducingCode({ width, height, labels, parameters }: Reproduction): string {
  return `import { DenseCrf } from 'meanfield';

// image: ${width} × ${height}, RGBA; probabilities: float32 [${labels.length}, ${height}, ${width}]
const labels = ${JSON.stringify(labels)};
const crf = await DenseCrf.create({
  width: ${width},
  height: ${height},
  labelCount: labels.length,
  parameters: ${indent(parametersText(parameters))},
});
await crf.refine({ image, unary: { probabilities } });
const labelMap = await crf.labelMap(); // u32 [y, x]
`;
}

/** The same for the command line: its \`--options\` file. */
export function optionsFile(parameters: CrfParameters): string {
  return `${JSON.stringify(parameters, null, 2)}\n`;
}

/** One kernel a line, keys without quotes. */
function parametersText({ kernels, ...rest }: CrfParameters): string {
  const lines = kernels.map((kernel) => `    ${literal(kernel)},\n`).join('');
  const others = Object.entries(rest).map(([name, value]) => `  ${name}: ${JSON.stringify(value)},\n`);
  return `{\n  kernels: [\n${lines}  ],\n${others.join('')}}`;
}

function literal(value: object): string {
  const entries = Object.entries(value).map(([name, one]) => `${name}: ${textOf(one)}`);
  return `{ ${entries.join(', ')} }`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

function indent(text: string): string {
  return text.replaceAll('\n', '\n  ');
}
