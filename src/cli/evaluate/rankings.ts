// SPDX-License-Identifier: MIT

import { byCodeUnits } from '../batch/items.js';
import type { ItemScore } from './entries.js';

/** How many pictures each list has. */
const LIST_LENGTH = 4;

export interface RankedItem extends ItemScore {
  item: string;
}

export type RankingName = 'worst' | 'best' | 'lost' | 'gained';

/** Which items are first, in which list: what is smaller comes first, then the name, so that there is one order. */
const keys: Readonly<Record<RankingName, (score: ItemScore) => number | null>> = {
  worst: ({ before, after }) => after ?? before,
  best: ({ before, after }) => negated(after ?? before),
  // A gain that is none has no place in a list of gains.
  lost: (score) => onlyNegative(gainOf(score)),
  gained: (score) => onlyNegative(negated(gainOf(score))),
};

export function gainOf({ before, after }: ItemScore): number | null {
  return before === null || after === null ? null : after - before;
}

/**
 * The items with the highest and lowest scores, gains and losses. Whatever is among the first in the end was so when it came, so its
 * picture can be kept then, and a shard's pictures have all that the whole needs.
 */
export class Rankings {
  private readonly lists = new Map<RankingName, RankedItem[]>();

  /** @returns whether the item is in any list now. */
  add(item: string, score: ItemScore): boolean {
    let entered = false;
    for (const [name, key] of Object.entries(keys) as [RankingName, (typeof keys)['best']][]) {
      if (key(score) === null) continue;
      const list = [...this.list(name).filter((other) => other.item !== item), { item, ...score }];
      list.sort((a, b) => (key(a) ?? 0) - (key(b) ?? 0) || byCodeUnits(a.item, b.item));
      const kept = list.slice(0, LIST_LENGTH);
      this.lists.set(name, kept);
      entered ||= kept.some((other) => other.item === item);
    }
    return entered;
  }

  list(name: RankingName): readonly RankedItem[] {
    return this.lists.get(name) ?? [];
  }

  /** Names of all that are in a list. */
  items(): Set<string> {
    return new Set([...this.lists.values()].flat().map(({ item }) => item));
  }
}

function negated(value: number | null): number | null {
  return value === null ? null : -value;
}

function onlyNegative(value: number | null): number | null {
  return value === null || value >= 0 ? null : value;
}
