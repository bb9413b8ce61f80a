// SPDX-License-Identifier: MIT

/** Pixels by value, values rising: what a label file holds. */
export type ValueCounts = ReadonlyMap<number, number>;

/** Longer lists of values are cut in the middle. */
const LISTED = 12;

export function countValues(labels: ArrayLike<number>): ValueCounts {
  const counts = new Map<number, number>();
  // Neighbours are mostly alike: one look into the map a run of them.
  for (let from = 0; from < labels.length; ) {
    const value = labels[from];
    let to = from + 1;
    while (to < labels.length && labels[to] === value) to++;
    counts.set(value, (counts.get(value) ?? 0) + to - from);
    from = to;
  }
  return new Map([...counts].sort(([a], [b]) => a - b));
}

/** `0, 8, 15, 255`; of many the first and last, and how many there are. */
export function listValues(values: Iterable<number>): string {
  const all = [...values];
  if (all.length <= LISTED) return all.join(', ');
  return `${all.slice(0, LISTED / 2).join(', ')}, ... ${all.slice(-2).join(', ')} (${all.length} values)`;
}

/** A clause that an error begins with. */
export function describeValues(values: Iterable<number>): string {
  const all = [...values];
  return all.length === 1 ? `every pixel is ${all[0]}` : `its values are ${listValues(all)}`;
}
