// SPDX-License-Identifier: MIT

/** Columns as wide as their widest cell; the first `left` are words, the others numbers. */
export function table(rows: readonly (readonly string[])[], left: number): string {
  const widths = rows[0].map((_cell, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column < left ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  ');
  const [head, ...body] = rows.map(line);
  return `${[head, '─'.repeat(head.length), ...body].join('\n')}\n`;
}
