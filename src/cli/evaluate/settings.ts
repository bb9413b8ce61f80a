// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import type { CrfParameters } from '../../index.js';
import type { Shard } from '../batch/shard.js';
import type { DataSet } from './data-set.js';

/** All that an evaluation's numbers depend on, in the first line of its journal; two runs that differ in it are not mixed. */
export interface EvaluateSettings {
  command: 'evaluate';
  version: string;
  [name: string]: unknown;
  labelCount: number;
  ignore: number | null;
  names: readonly string[] | null;
  bandWidths: readonly number[];
  boundaryTolerances: readonly number[];
  boundaryUnit: 'pixels' | 'diagonal';
  /** null: nothing is refined. */
  parameters: CrfParameters | null;
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

/** Where truth holds instance ids, labels are compared as background and foreground. */
export function measuredLabelCount({ labelCount, instances }: EvaluateSettings): number {
  return instances ? 2 : labelCount;
}

export function measuredNames({ names, instances }: EvaluateSettings): readonly string[] | null {
  return instances ? ['background', 'foreground'] : names;
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
