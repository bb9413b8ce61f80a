// SPDX-License-Identifier: MIT

/** Corners of a simplex for which stages have a copy of their own: those of 2, 3, 4, 5 and 7 dimensions. */
const cornerCounts = [3, 4, 5, 6, 8];

/**
 * AssemblyScript has no arrays of registers. So what is to stay in registers is written once and copied: the line or function after
 * `// @copies` stands once for each number of corners n, and in it
 *
 *   $n        is that number
 *   $k        repeats its line for every corner k
 *   $s, $m    repeat their line for the first two corners, and for those after them; $parity is then the corner's number modulo 2
 *   $a, $b    repeat their line for every two corners a and b = a + 1 with a even
 *   $o        keeps its line only where a corner is left over, whose number it is
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
      if (line.includes('$a'))
        return pairsOf(corners).map((a) => line.replaceAll('$a', `${a}`).replaceAll('$b', `${a + 1}`));
      if (line.includes('$o')) return count % 2 === 1 ? [line.replaceAll('$o', String(count - 1))] : [];
      const token = ['$s', '$m'].find((name) => line.includes(name));
      if (!token) return [line];
      const some = token === '$s' ? corners.slice(0, 2) : corners.slice(2);
      return some.map((corner) => line.replaceAll('$parity', String(corner % 2)).replaceAll(token, String(corner)));
    })
    .join('\n')
    .replaceAll('$n', String(count));
}

/** The first of every two corners. */
function pairsOf(corners: readonly number[]): number[] {
  return corners.filter((corner) => corner % 2 === 0 && corner + 1 < corners.length);
}
