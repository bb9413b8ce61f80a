// SPDX-License-Identifier: MIT

/**
 * Labels that count as one: `merges[label]` is the label it was merged into. Every entry names a label that is itself
 * not merged, so one look-up is enough. Labels without an entry stand alone.
 */
export type Merges = Readonly<Record<number, number>>;

export const noMerges: Merges = {};

/** The label under whose name and colour this one is shown. */
export function leaderOf(merges: Merges, label: number): number {
  return merges[label] ?? label;
}

/** All labels that are shown as `leader`, itself first. */
export function membersOf(merges: Merges, leader: number, labelCount: number): number[] {
  const others = Array.from({ length: labelCount }, (_, label) => label).filter((label) => merges[label] === leader);
  return [leader, ...others];
}

/** Everything shown as `from` is from now on shown as `into`. */
export function merged(merges: Merges, from: number, into: number): Merges {
  const [source, target] = [leaderOf(merges, from), leaderOf(merges, into)];
  if (source === target) return merges;
  const entries = Object.entries(merges).map(([label, leader]) => [label, leader === source ? target : leader]);
  return { ...Object.fromEntries(entries), [source]: target };
}

/** Everything shown as `leader` stands alone again. */
export function separated(merges: Merges, leader: number): Merges {
  return Object.fromEntries(Object.entries(merges).filter(([, own]) => own !== leader));
}

/** Where a label is no more, and those behind it move up. What was merged into it stands alone. */
export function mergesWithout(merges: Merges, label: number): Merges {
  const moved = (index: number) => (index > label ? index - 1 : index);
  const kept = Object.entries(merges).filter(([from, into]) => Number(from) !== label && into !== label);
  return Object.fromEntries(kept.map(([from, into]) => [moved(Number(from)), moved(into)]));
}

/**
 * Merges that a link wants.
 *
 * @param count of the labels that there are
 * @param tell is told which ones mean nothing, as the link has them
 */
export function mergesWithin(wanted: Merges, count: number, tell: (text: string) => void): Merges {
  return Object.entries(wanted).reduce((merges, [label, leader]) => {
    if (Number(label) < count && leader < count) return merged(merges, Number(label), leader);
    tell(`${label}-${leader}`);
    return merges;
  }, noMerges);
}
