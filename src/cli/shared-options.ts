// SPDX-License-Identifier: MIT

import { Option } from 'commander';
import { crfSchema, defaultParameters } from '../index.js';
import { numberBetween, oneOf, wholeNumber } from './option-values.js';
import { defaultNetworkSeconds } from './time-limit.js';

/** Options that several commands have, each written once. A new one a call: commander notes in it what a command does with it. */

export function backendOption(): Option {
  return new Option('--backend <backend>', 'webgpu (in a headless browser) or cpu')
    .argParser(oneOf('--backend', ['webgpu', 'cpu']))
    .default('webgpu');
}

/** @param otherwise what is taken where the option is not given */
export function threadsOption(otherwise = 'by cores and size'): Option {
  return new Option(
    '--threads <count>',
    `threads of the CRF with --backend cpu, 1..256 (default: ${otherwise})`,
  ).argParser(wholeNumber('--threads', 1, 256));
}

export function iterationsOption(): Option {
  const { minimum, maximum } = crfSchema.parameters.iterations;
  return new Option('--iterations <count>', `mean-field iterations, ${minimum}..${maximum}`).argParser(
    wholeNumber('--iterations', minimum, maximum),
  );
}

export function methodOption(): Option {
  const { choices } = crfSchema.gaussian.method;
  return new Option('--method <method>', `of every kernel: ${listed(choices)} (gaussian kernels only)`).argParser(
    oneOf('--method', choices),
  );
}

export function upsampleOption(): Option {
  const { choices, default: usual } = crfSchema.unary.upsampling;
  return new Option(
    '--upsample <rule>',
    `of arrays smaller than the image: ${listed(choices)} (default: ${usual})`,
  ).argParser(oneOf('--upsample', choices));
}

/** @param of what the confidence is */
export function confidenceOption(of: string): Option {
  const { default: usual, exclusiveMinimum, exclusiveMaximum } = crfSchema.unary.confidence;
  return new Option('--confidence <number>', `probability of a ${of} (default: ${usual})`).argParser(
    numberBetween('--confidence', exclusiveMinimum, exclusiveMaximum),
  );
}

/** The library's parameters in a few words: "gaussian 3, bilateral 80 and 13, 5 iterations". */
export function defaultParametersInWords(): string {
  const kernels = defaultParameters.kernels.map((kernel) => {
    if (kernel.type === 'features') return kernel.type;
    const sigmas = kernel.type === 'gaussian' ? [kernel.sigmaXY] : [kernel.sigmaXY, kernel.sigmaRGB];
    return `${kernel.type} ${sigmas.join(' and ')}`;
  });
  return [...kernels, `${defaultParameters.iterations} iterations`].join(', ');
}

function listed(choices: readonly string[]): string {
  return `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
}

export function layoutOption(): Option {
  const { choices, default: usual } = crfSchema.unary.layout;
  return new Option(
    '--layout <layout>',
    `of arrays: planar [label, y, x] or interleaved [y, x, label] (default: as the size of the image shows, else ${usual})`,
  ).argParser(oneOf('--layout', choices));
}

export function timeoutOption(): Option {
  return new Option(
    '--timeout <seconds>',
    `give up an image for which the network takes longer (default: ${defaultNetworkSeconds})`,
  ).argParser(numberBetween('--timeout', 0, 1e6));
}

export function maxMegapixelsOption(): Option {
  return new Option('--max-megapixels <number>', 'refuse larger images (default: 100)').argParser(
    numberBetween('--max-megapixels', 0, Number.POSITIVE_INFINITY),
  );
}
