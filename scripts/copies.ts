// SPDX-License-Identifier: MIT

/** Corners of a simplex for which stages have a copy of their own: those of 2, 3, 4, 5 and 7 dimensions. */
const cornerCounts = [3, 4, 5, 6, 8];

/**
 * AssemblyScript has no arrays of registers. So what is to stay in registers is written once and copied: the line or function after
 * `// @copies` stands once for each number of corners n, and in it
 *
 *   $n        is that number
 *   $k        repeats its line for every corner k
 *   $m        repeats its line for every corner m from the third on; $parity is then m % 2
 */
export function expandCopies(source: string): string {
  return source.replace(
    /^( *)\/\/ @copies\n((?:function [\s\S]*?\n\})|[^\n]*)$/gm,
    (_all, indent: string, text: string) => {
      const copies = cornerCounts.map((count) => copyOf(text, count));
      // A chain of conditions goes on; functions stand apart.
      return text.startsWith('function')
        ? copies.join('\n\n')
        : copies.join(`\n${indent}else `).replace(/else +if/g, 'else if');
    },
  );
}

function copyOf(text: string, count: number): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const corners = Array.from({ length: count }, (_unused, k) => k);
      if (line.includes('$k')) return corners.map((k) => line.replaceAll('$k', String(k)));
      if (!line.includes('$m')) return [line];
      return corners.slice(2).map((m) => line.replaceAll('$parity', String(m % 2)).replaceAll('$m', String(m)));
    })
    .join('\n')
    .replaceAll('$n', String(count));
}
