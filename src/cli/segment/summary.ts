// SPDX-License-Identifier: MIT

import { namedLine } from '../plain-text.js';
import type { PictureAreas } from './areas.js';

/** What a run did, as `--json` prints it. */
export interface SegmentSummary {
  /** Version. */
  meanfield: string;
  model: string;
  network: string;
  networkFile: string;
  /** null where nothing was left to do. */
  adapter: string | null;
  shard: string;
  pictures: number;
  segmented: number;
  takenFromJournal: number;
  failed: number;
  seconds: number;
  out: string;
  /** Where there was one picture: what is on it. */
  only?: PictureAreas;
}

export function describeSummary(summary: SegmentSummary): string {
  const { network, networkFile, adapter, pictures, segmented, takenFromJournal, failed, seconds, out, only } = summary;
  const counts = [
    `${segmented} segmented`,
    ...(takenFromJournal > 0 ? [`${takenFromJournal} were done before`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
  ].join(', ');
  const lines = [
    ['network', `${network} (${networkFile})`],
    ...(adapter === null ? [] : [['adapter', adapter]]),
    ['pictures', `${pictures}: ${counts}, in ${seconds.toFixed(1)} s`],
    ['written to', out],
    ...(only?.areas.map(({ name, pixels, percent }) => ['', `${name}: ${pixels} pixels (${percent.toFixed(1)} %)`]) ??
      []),
  ];
  return lines.map(([head, text]) => namedLine(head, text)).join('');
}
