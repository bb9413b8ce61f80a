// SPDX-License-Identifier: MIT

import type { Method } from '../../index.js';
import type { Refinement } from '../../pipeline/index.js';
import { UsageError } from '../failure.js';
import { checkDataSetOptions, type DataSetOptions, predictionsAndTruth } from './data-set-options.js';

/** As commander gives them. */
export interface EvaluateOptions extends DataSetOptions {
  out: string;
  options?: string;
  iterations?: number;
  method?: Method;
  /** False with --no-refine. */
  refine: boolean;
  refinement?: Refinement;
  backend: 'webgpu' | 'cpu';
  bands: number[];
  boundary: number[];
  boundaryUnit: 'pixels' | 'diagonal';
  /** Names or numbers of labels, as `instances`. */
  instanceSeeds?: string[];
  /** Images at once. */
  jobs?: number;
  /** Of each image's CRF. */
  threads?: number;
  shard?: string;
  strict?: boolean;
  json?: boolean;
}

/** The command line, found to make sense as a whole. */
export interface EvaluateRequest {
  /** Folders and files; of images, with --model. */
  predictions: readonly string[];
  truth: string;
  /** Whether predictions are refined: where images or parameters are given, unless --no-refine says otherwise. */
  refine: boolean;
  options: EvaluateOptions;
}

export function checkEvaluateRequest(given: readonly string[], options: EvaluateOptions): EvaluateRequest {
  const { predictions, truth } = predictionsAndTruth(given);
  checkDataSetOptions(options);
  const parameterOptions = (['options', 'iterations', 'method'] as const).filter((key) => options[key] !== undefined);
  if (!options.refine && parameterOptions.length > 0) {
    throw new UsageError(
      `--${parameterOptions[0]}: got ${options[parameterOptions[0]]}, but --no-refine refines nothing`,
    );
  }
  if (options.instanceSeeds && !options.instances) {
    throw new UsageError(`--instance-seeds: got ${options.instanceSeeds}, but it is for --instances`);
  }
  const { refinement } = options;
  if (refinement !== undefined && refinement !== 'crf' && parameterOptions.length > 0) {
    throw new UsageError(`--${parameterOptions[0]}: it is for --refinement crf, but got --refinement ${refinement}`);
  }
  if (!options.refine && refinement !== undefined && refinement !== 'none') {
    throw new UsageError(`--refinement: got ${refinement}, but --no-refine refines nothing`);
  }
  const hasImages = options.images !== undefined || options.model !== undefined;
  if (refinement === 'guided' && !hasImages) {
    throw new UsageError('--refinement: got guided, which needs photographs: --images or --model');
  }
  const refine =
    options.refine && refinement !== 'none' && (refinement === 'crf' || hasImages || parameterOptions.length > 0);
  return { predictions, truth, refine, options };
}
