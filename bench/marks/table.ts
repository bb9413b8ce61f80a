// SPDX-License-Identifier: MIT

import type { Game } from './game.js';

/** Clicks that the table tells of. */
export const columns = [1, 2, 4, 8, 12] as const;

/** IoU that a click may cost before it counts as harm. */
const harm = 0.02;

/** What many games come to. */
export interface Summary {
  photos: number;
  /** Mean IoU by number of clicks; the first is without any. */
  meanIoU: number[];
  /** Part of the clicks after which IoU was lower by more than 0.02. */
  harmfulShare: number;
  /** Clicks whose disc did not get its label. */
  disobeyed: number;
  clicks: number;
}

export function summarize(games: readonly Game[]): Summary {
  const clicks = games.reduce((sum, { scores }) => sum + scores.length - 1, 0);
  const harmful = games.flatMap(({ scores }) => scores.filter((score, i) => i > 0 && scores[i - 1] - score > harm));
  return {
    photos: games.length,
    meanIoU: games[0].scores.map((_, i) => games.reduce((sum, { scores }) => sum + scores[i], 0) / games.length),
    harmfulShare: harmful.length / clicks,
    disobeyed: games.reduce((sum, game) => sum + game.disobeyed, 0),
    clicks,
  };
}

const head = ['', 'photos', '0', ...columns.map(String), 'clicks that harm', 'discs disobeyed'];

export function table(rows: readonly (readonly [name: string, summary: Summary])[]): string {
  const lines = rows.map(([name, { photos, meanIoU, harmfulShare, disobeyed, clicks }]) => [
    name,
    String(photos),
    ...[0, ...columns].map((count) => meanIoU[count]?.toFixed(3) ?? '–'),
    `${(100 * harmfulShare).toFixed(1)} %`,
    `${disobeyed} of ${clicks}`,
  ]);
  return [head, ...lines]
    .map((cells) =>
      cells.map((cell, i) => (i === 0 ? cell.padEnd(22) : cell.padStart(Math.max(7, head[i].length + 2)))).join(''),
    )
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}
