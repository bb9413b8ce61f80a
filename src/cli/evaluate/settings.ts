// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import type { CrfParameters } from '../../index.js';
import { scaledParameters } from '../../pipeline/index.js';
import type { Shard } from '../batch/shard.js';
import { ignoredAfter, type LabelCodes } from '../inputs/label-codes.js';
import type { DataSet } from './data-set.js';

/** All that an evaluation's numbers depend on, in the first line of its journal; two runs that differ in it are not mixed. */
export interface EvaluateSettings {
  command: 'evaluate';
  version: string;
  [name: string]: unknown;
  labelCount: number;
  /** As truth has it. */
  ignore: number | null;
  /** The value in truth of each label; without: the labels themselves. */
  truthValues?: readonly number[];
  names: readonly string[] | null;
  /** `#rrggbb` by label; null: those of `labelColours`. */
  colours: readonly string[] | null;
  bandWidths: readonly number[];
  boundaryTolerances: readonly number[];
  boundaryUnit: 'pixels' | 'diagonal';
  /** null: nothing is refined. */
  parameters: CrfParameters | null;
  /** The guided filter takes the CRF's place, whose parameters then refine nothing. */
  refinement?: 'guided';
  /** Long side in pixels of the images that the sigmas are meant for, scaled to each image's; null: pixels of each image. */
  sigmasAt: number | null;
  backend: 'webgpu' | 'cpu' | null;
  items: number;
  /** SHA-256 of the items' names. */
  itemsHash: string;
  unpredicted: number;
  /** null: truth holds labels. */
  instances: InstanceSettings | null;
}

/** Truth holds instance ids, and predicted instances are found in the label map. */
export interface InstanceSettings {
  /** Labels that instances are made of. */
  labels: readonly number[];
  /** Labels in which they begin. */
  seedLabels: readonly number[];
}

/** The parameters for an image of one size; null where nothing is refined. */
export function parametersAt(
  { parameters, sigmasAt }: Pick<EvaluateSettings, 'parameters' | 'sigmasAt'>,
  { width, height }: { width: number; height: number },
): CrfParameters | null {
  if (!parameters || sigmasAt === null) return parameters;
  return scaledParameters(parameters, Math.max(width, height) / sigmasAt);
}

/** Where truth holds instance ids, labels are compared as background and foreground. */
export function measuredLabelCount({ labelCount, instances }: EvaluateSettings): number {
  return instances ? 2 : labelCount;
}

/** The ignored value where labels are compared, which count from 0 whatever values truth has for them. */
export function measuredIgnore({ ignore, truthValues }: EvaluateSettings): number | null {
  return ignoredAfter({ ignore, values: truthValues ?? null });
}

/** How the settings' truth names the labels that are compared. */
export function truthCodes(settings: EvaluateSettings): LabelCodes {
  const { ignore, truthValues } = settings;
  return { labelCount: measuredLabelCount(settings), values: truthValues ?? null, ignore, option: '--truth-values' };
}

export function measuredNames({ names, instances }: EvaluateSettings): readonly string[] | null {
  return instances ? ['background', 'foreground'] : names;
}

/** A label by number, with its name where it has one. */
export function labelName(names: readonly string[] | null, label: number): string {
  return names ? `${label} ${names[label]}` : String(label);
}

/** A part's journal has them with the part that it is. */
export interface ShardSettings extends EvaluateSettings {
  shard: string;
}

export function shardName({ index, count }: Pick<Shard, 'index' | 'count'>): string {
  return `${index + 1}-of-${count}`;
}

export function hashOf(dataSet: DataSet): string {
  return createHash('sha256').update(JSON.stringify(dataSet.items)).digest('hex');
}
