// SPDX-License-Identifier: MIT

/** Each label's entry in the table; labels that it does not know stay as they are, or become 0. */
export function relabel(labels: Uint32Array, table: Uint32Array, others: 'keep' | 'zero'): Uint32Array {
  return labels.map((label) => {
    if (label < table.length) return table[label];
    return others === 'keep' ? label : 0;
  });
}
