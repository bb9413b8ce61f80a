// SPDX-License-Identifier: MIT

import {
  type BinXInputs,
  binX,
  dot,
  line,
  link,
  type RectYOptions,
  rectY,
  ruleX,
  ruleY,
  text,
} from '@observablehq/plot';
import { type Chart, chartColours, drawChart } from '../report/chart.js';
import { ChartFigure, scoreText, signedText, Tile } from '../report/document.js';
import { gainOf } from './rankings.js';
import type { EvaluateReport, ItemRow } from './report.js';

/** Points of one picture; a cloud of more says less than a histogram, and the file would grow with the data set. */
const MOST_POINTS = 2000;

/** Scores and gains image by image. */
export function Images({ report, rows }: { report: EvaluateReport; rows: readonly ItemRow[] }) {
  const charts = report.after ? imageCharts(rows) : [scoreHistogram(rows)];
  return (
    <>
      <h2>Images</h2>
      <Charts charts={charts} />
    </>
  );
}

function Charts({ charts }: { charts: readonly Chart[] }) {
  return (
    <div class="charts">
      {charts.map((chart) => (
        <ChartFigure chart={chart} />
      ))}
    </div>
  );
}

/** Images are whole. */
const countAxis = {
  label: 'images',
  // Plot puts ticks between whole numbers too, which are left blank.
  tickSize: 0,
  tickFormat: (count: number) => (Number.isInteger(count) ? String(count) : ''),
};

/** Before against after, and the distribution of gains. */
function imageCharts(rows: readonly ItemRow[]): Chart[] {
  const known = rows.flatMap(({ item, before, after }) =>
    before === null || after === null ? [] : [{ item, before, after }],
  );
  const gains = known.map(({ before, after }) => ({ gain: after - before }));
  const gainChart = drawChart('Gain of each image', {
    x: { label: 'gain of mean IoU', grid: false, tickFormat: '+.2~g', ticks: 6 },
    y: countAxis,
    marks: [histogram(gains, 'gain'), ruleX([0], { stroke: chartColours.ink }), ruleY([0])],
  });
  if (known.length > MOST_POINTS) return [gainChart];
  const lowest = Math.floor(10 * Math.min(...known.flatMap(({ before, after }) => [before, after]), 0.9)) / 10;
  const domain = { domain: [lowest, 1], ticks: 5 };
  const scatter = drawChart('Mean IoU of each image', {
    width: 400,
    height: 380,
    x: { label: 'before', ...domain, grid: true },
    y: { label: 'after', ...domain, grid: true },
    marks: [
      link([0], { x1: lowest, y1: lowest, x2: 1, y2: 1, stroke: chartColours.before, strokeDasharray: '4 3' }),
      dot(known, {
        x: 'before',
        y: 'after',
        r: 3.2,
        fill: ({ before, after }: { before: number; after: number }) =>
          after < before ? chartColours.accent : chartColours.after,
        fillOpacity: 0.65,
      }),
    ],
  });
  return [scatter, gainChart];
}

function scoreHistogram(rows: readonly ItemRow[]): Chart {
  const known = rows.flatMap(({ before }) => (before === null ? [] : [{ score: before }]));
  return drawChart('Mean IoU of each image', {
    x: { label: 'mean IoU' },
    y: countAxis,
    marks: [histogram(known, 'score'), ruleY([0])],
  });
}

function histogram(data: readonly object[], x: string) {
  const bars: BinXInputs<RectYOptions> = { x, fill: chartColours.after, insetLeft: 1 };
  return rectY([...data], binX({ y: 'count', thresholds: 24 }, bars as BinXInputs<RectYOptions | undefined>));
}

/** Bands and tolerances as curves: where along the boundaries it got better. */
export function Boundaries({ report: { before, after, settings } }: { report: EvaluateReport }) {
  const times = [['before', before] as const, ...(after ? [['after', after] as const] : [])];
  const bands = times.flatMap(([time, scores]) =>
    scores.bands.map(({ width, meanIoU }) => ({ time, at: width, value: meanIoU })),
  );
  const boundaries = times.flatMap(([time, scores]) =>
    scores.boundaries.map(({ tolerance, f }) => ({ time, at: tolerance, value: f })),
  );
  const unit = settings.boundaryUnit === 'pixels' ? 'pixels' : 'parts of the diagonal';
  const charts = [
    ...(settings.bandWidths.length > 1
      ? [curves('Mean IoU near boundaries', 'width of the band in pixels', bands)]
      : []),
    ...(settings.boundaryTolerances.length > 1 ? [curves('Boundary F', `tolerance in ${unit}`, boundaries)] : []),
  ];
  if (charts.length === 0) return null;
  return (
    <>
      <h2>Boundaries</h2>
      <Charts charts={charts} />
    </>
  );
}

/** Precision by threshold: whether instances are found at all, and how exactly. */
export function Instances({ report: { instances } }: { report: EvaluateReport }) {
  if (!instances) return null;
  const { before, after } = instances;
  const times = [['before', before] as const, ...(after ? [['after', after] as const] : [])];
  const points = times.flatMap(([time, { thresholds }]) =>
    thresholds.map(({ iou, precision }) => ({ time, at: iou, value: precision })),
  );
  const gain = gainOf({ before: before.averagePrecision, after: after?.averagePrecision ?? null });
  return (
    <>
      <h2>Instances</h2>
      <div class="tiles">
        <Tile
          name={after ? 'average precision before' : 'average precision'}
          value={scoreText(before.averagePrecision)}
        />
        {after && (
          <Tile
            name="average precision after"
            value={scoreText(after.averagePrecision)}
            note={gain === null ? '' : signedText(gain)}
          />
        )}
        <Tile
          name="instances"
          value={String((after ?? before).predictedInstances)}
          note={`${before.truthInstances} in truth${after ? `, ${before.predictedInstances} before` : ''}`}
        />
      </div>
      <Charts charts={[curves('TP / (TP + FP + FN), mean over images', 'IoU above', points)]} />
    </>
  );
}

interface CurvePoint {
  time: 'before' | 'after';
  at: number;
  value: number | null;
}

function curves(title: string, label: string, given: readonly CurvePoint[]): Chart {
  const points = given.filter(({ value }) => value !== null);
  const colour = ({ time }: CurvePoint) => chartColours[time];
  const last = (time: CurvePoint['time']) => points.filter((point) => point.time === time).slice(-1);
  const ends = [...last('before'), ...last('after')];
  const values = points.flatMap(({ value }) => value ?? []);
  const span = Math.max(...values) - Math.min(...values);
  const [first, second] = ends.map(({ value }) => value ?? 0);
  // Names of curves that end in one place stand above each other, the higher one's above.
  const apart = Math.abs(second - first) < 0.07 * span ? 8 : 0;
  return drawChart(title, {
    marginRight: 56,
    x: { label, ticks: [...new Set(points.map(({ at }) => at))], tickFormat: '~r' },
    y: { label: null, grid: true, nice: true },
    marks: [
      line(points, { x: 'at', y: 'value', z: 'time', stroke: colour, strokeWidth: 2 }),
      dot(points, { x: 'at', y: 'value', fill: colour, r: 3.5 }),
      ...(ends.length < 2 ? [] : ends).map((end, index) =>
        text([end], {
          x: 'at',
          y: 'value',
          text: 'time',
          fill: colour,
          dx: 10,
          dy: (index === 1) === second > first ? -apart : apart,
          textAnchor: 'start',
        }),
      ),
    ],
  });
}
