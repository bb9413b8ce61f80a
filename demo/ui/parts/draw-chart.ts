// SPDX-License-Identifier: MIT

import { dot, line, plot } from '@observablehq/plot';

/** A curve over whole numbers, on a logarithmic scale. */
export interface ChartData {
  x: readonly number[];
  /** Over 0. */
  y: readonly number[];
  xTitle: string;
  format: (power: number) => string;
}

/** Fewest pixels between ticks: labels side by side, and labels one above another. */
const [spaceX, spaceY] = [36, 24];
const size = { height: 140, marginTop: 10, marginRight: 10, marginBottom: 38, marginLeft: 50 };

/** An SVG, in which all colours are the page's. */
export function drawChart({ x, y, xTitle, format }: ChartData, width: number): Element {
  const powers = powersAround(y);
  const points = x.map((value, index) => ({ x: value, y: y[index] }));
  const position = { x: 'x', y: 'y' };
  const drawn = plot({
    width,
    ...size,
    x: {
      label: xTitle,
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks: Math.max(Math.min(x.length - 1, Math.floor(width / spaceX)), 1),
      tickFormat: 'd',
    },
    y: {
      type: 'log',
      domain: [powers[0], powers[powers.length - 1]],
      label: null,
      grid: true,
      ticks: thinned(powers, Math.floor((size.height - size.marginTop - size.marginBottom) / spaceY) + 1),
      tickFormat: format,
    },
    marks: [
      line(points, { ...position, stroke: 'var(--accent)', strokeWidth: 2 }),
      dot(points, { ...position, fill: 'var(--accent)', r: 2.5 }),
    ],
  });
  // The page's policy lets no other style in than its own, which has what a plot needs; and the picture has one name, the page's.
  drawn.querySelector('style')?.remove();
  for (const part of drawn.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  return drawn;
}

/** Powers of ten from below the values to above. */
function powersAround(values: readonly number[]): number[] {
  const first = Math.floor(Math.log10(Math.min(...values)));
  const last = Math.max(Math.ceil(Math.log10(Math.max(...values))), first + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(`1e${first + index}`));
}

/** At most so many, evenly, with the last among them. */
function thinned<T>(ticks: readonly T[], most: number): T[] {
  const step = Math.ceil((ticks.length - 1) / (most - 1));
  return ticks.filter((_, index) => (ticks.length - 1 - index) % step === 0);
}
