// SPDX-License-Identifier: MIT

import domino from '@mixmark-io/domino';
import { type PlotOptions, plot } from '@observablehq/plot';

/** Colours of the page, which has them for light and for dark: before, after, and what stands out. */
export const chartColours = {
  before: 'var(--before)',
  after: 'var(--after)',
  accent: 'var(--accent)',
  /** What stands behind the others. */
  faint: 'var(--faint)',
  paper: 'var(--paper)',
  ink: 'currentColor',
} as const;

export interface Chart {
  /** Markup of one SVG element. */
  svg: string;
  title: string;
}

/** Draws a chart as static SVG, without a browser. Texts are escaped by the document that holds them. */
export function drawChart(title: string, options: PlotOptions): Chart {
  const document = domino.createDocument('<!doctype html><title></title>');
  const drawn = plot({
    document,
    width: 460,
    height: 300,
    marginTop: 28,
    marginLeft: 52,
    marginBottom: 42,
    style: { fontSize: '12px', fontFamily: 'inherit' },
    ...options,
  });
  // One picture with one name: its parts have none of their own.
  for (const part of drawn.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  drawn.setAttribute('role', 'img');
  drawn.setAttribute('aria-label', title);
  return { svg: drawn.outerHTML, title };
}
