// SPDX-License-Identifier: MIT

import path from 'node:path';
import type { Shard } from '../batch/shard.js';
import { shardName } from './settings.js';

/** Where an output folder keeps what is done. Parts on one file system may share it. */

export function journalsFolder(out: string): string {
  return path.join(out, 'journal');
}

export function journalFile(out: string, shard: Shard): string {
  return path.join(journalsFolder(out), `${shardName(shard)}.jsonl`);
}

/** Each part has its own: what is no longer among the first of one may be so in another. */
export function picturesFolder(out: string, shard: Shard): string {
  return path.join(picturesFolders(out), shardName(shard));
}

export function picturesFolders(out: string): string {
  return path.join(out, 'pictures');
}
