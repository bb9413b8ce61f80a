// SPDX-License-Identifier: MIT

import { Option } from 'commander';
import { numberBetween, oneOf } from './option-values.js';
import { defaultNetworkSeconds } from './time-limit.js';

/** Options that several commands have, each written once. A new one a call: commander notes in it what a command does with it. */

export function backendOption(): Option {
  return new Option('--backend <backend>', 'webgpu (in a headless browser) or cpu')
    .argParser(oneOf('--backend', ['webgpu', 'cpu']))
    .default('webgpu');
}

export function methodOption(): Option {
  return new Option(
    '--method <method>',
    'of every kernel: lattice, exact or separable (gaussian kernels only)',
  ).argParser(oneOf('--method', ['lattice', 'exact', 'separable']));
}

export function upsampleOption(): Option {
  return new Option(
    '--upsample <rule>',
    'of arrays smaller than the image: half-pixel or align-corners (default: half-pixel)',
  ).argParser(oneOf('--upsample', ['half-pixel', 'align-corners']));
}

export function layoutOption(): Option {
  return new Option(
    '--layout <layout>',
    'of arrays: planar [label, y, x] or interleaved [y, x, label] (default: as the size of the image shows, else planar)',
  ).argParser(oneOf('--layout', ['planar', 'interleaved']));
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
