// SPDX-License-Identifier: MIT

import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { escapeAllButLineEnds } from '../plain-text.js';
import type { Chart } from './chart.js';

/** The policy lets nothing in from outside: the file is all there is. */
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

const style = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1e24; --line: #d9dce1; --quiet: #5b6270; --sunk: #f4f5f7;
  --good: #00735a; --bad: #b3401a; --before: #737983; --after: #0072b2; --accent: #d55e00; --faint: #b9d5ea; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #15181d; --ink: #e4e7ec; --line: #343a44; --quiet: #a2a9b5; --sunk: #1e2229;
    --good: #4fc3a1; --bad: #f38d66; --before: #9aa1ac; --after: #56b4e9; --accent: #f0863f; --faint: #28516d; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1100px; padding: 32px 24px 64px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; }
h2 { font-size: 19px; margin: 40px 0 12px; padding-top: 14px; border-top: 1px solid var(--line); }
h3 { font-size: 15px; margin: 22px 0 8px; }
p { margin: 6px 0 10px; max-width: 76ch; }
.quiet { color: var(--quiet); }
.lead { font-size: 17px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 14px 4px 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: baseline; }
thead th { font-weight: 600; }
thead th, thead td { border-bottom: 2px solid var(--line); }
tbody th { font-weight: 400; }
.number { text-align: right; }
.line { white-space: nowrap; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.wide { overflow-x: auto; }
.charts { display: flex; flex-wrap: wrap; gap: 24px 32px; }
figure { margin: 0; }
figcaption { font-weight: 600; margin-bottom: 4px; }
.chart svg { max-width: 100%; height: auto; overflow: visible; }
.tiles { display: flex; flex-wrap: wrap; gap: 12px; margin: 18px 0; padding: 0; }
.tile { flex: 1 1 150px; max-width: 250px; border: 1px solid var(--line); border-radius: 8px; padding: 10px 16px; }
.tile strong { display: block; font-size: 24px; line-height: 1.3; font-variant-numeric: tabular-nums; }
.strip { margin: 0 0 22px; }
.strip img { display: block; height: auto; border-radius: 4px; }
/* Four tiles side by side want more than a phone has: there they scroll. */
.strip img, .columns { max-width: max(100%, 640px); }
.strip figcaption { font-weight: 400; overflow-wrap: anywhere; }
p.legend { max-width: none; }
.legend > span { display: inline-block; margin-right: 18px; }
.swatch { display: inline-block; width: 12px; height: 12px; margin-right: 6px; border-radius: 3px; vertical-align: -1px; }
.columns { display: grid; color: var(--quiet); font-size: 13px; }
.matrix { font-size: 12px; }
.matrix td, .matrix th { padding: 3px 6px; border: 1px solid var(--paper); text-align: right; }
.matrix thead th { font-weight: 400; white-space: nowrap; }
pre { background: var(--sunk); border-radius: 6px; padding: 12px 14px; overflow-x: auto; font-size: 13px; line-height: 1.45; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 18px; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
@media print { body { padding: 0; } h2 { break-after: avoid; } figure { break-inside: avoid; } }
`;

/**
 * A page that needs nothing but itself. Texts are escaped as they are rendered; what would turn their direction, or act on who reads the
 * page's source, is written as \uXXXX.
 */
export function renderPage(title: string, children: ComponentChildren): string {
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>
        <main>{children}</main>
      </body>
    </html>
  );
  return `<!doctype html>\n${escapeAllButLineEnds(renderToString(page))}\n`;
}

export function ChartFigure({ chart, note }: { chart: Chart; note?: string }) {
  return (
    <figure class="chart">
      <figcaption>{chart.title}</figcaption>
      <div dangerouslySetInnerHTML={{ __html: chart.svg }} />
      {note && <p class="quiet">{note}</p>}
    </figure>
  );
}

/** A table that may be wider than the window: it scrolls by itself, with the keyboard too. */
export function Wide({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the focus to be scrolled by keys
    // biome-ignore lint/a11y/useSemanticElements: it groups no form's fields
    <div class="wide" role="group" aria-label={name} tabIndex={0}>
      {children}
    </div>
  );
}

/** A share with four digits. */
export function Share({ value }: { value: number | null }) {
  return <td class="number">{scoreText(value)}</td>;
}

export function scoreText(value: number | null): string {
  return value === null ? '–' : value.toFixed(4);
}

/** A difference with its sign, in colour where it is one. */
export function Gain({ value }: { value: number | null }) {
  const kind = value === null || Math.abs(value) < 5e-5 ? '' : kindOf(value);
  return <td class={`number ${kind}`}>{value === null ? '' : signedText(value)}</td>;
}

function kindOf(value: number): 'good' | 'bad' {
  return value > 0 ? 'good' : 'bad';
}

export function signedText(value: number): string {
  if (Math.abs(value) < 5e-5) return '0.0000';
  return `${value > 0 ? '+' : '−'}${Math.abs(value).toFixed(4)}`;
}

export function Tile({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div class="tile">
      {name}
      <strong>{value}</strong>
      {note && <span class="quiet">{note}</span>}
    </div>
  );
}

export function List({ entries }: { entries: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl>
      {entries.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}
