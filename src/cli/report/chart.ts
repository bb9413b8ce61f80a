// SPDX-License-Identifier: MIT

import domino from '@mixmark-io/domino';
import { type PlotOptions, plot } from '@observablehq/plot';

/** Colours that stay apart for colour-blind eyes too (Okabe and Ito): before, after, and what stands out. */
export const chartColours = { before: '#8a8f98', after: '#0072b2', accent: '#d55e00' } as const;

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
