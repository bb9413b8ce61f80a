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
import type { SegmentationScores } from '../../analysis/index.js';
import { type Chart, chartColours, drawChart } from '../report/chart.js';
import { ChartFigure, Gain, List, renderPage, Share, signedText, Tile, Wide } from '../report/document.js';
import { gainOf, type RankedItem, type RankingName } from './rankings.js';
import type { EvaluateReport, ItemRow } from './report.js';
import { measuredLabelCount, measuredNames } from './settings.js';

/** Points of one picture; a cloud of more says less than a histogram, and the file would grow with the data set. */
const MOST_POINTS = 2000;

/** Failures that are listed; all are in report.json. */
const MOST_FAILURES = 100;

/** Labels whose confusion is drawn. */
const LARGEST_DRAWN_MATRIX = 40;

/** One self-contained page: no script, nothing from a network. */
export function htmlReport(
  report: EvaluateReport,
  rows: readonly ItemRow[],
  pictures: ReadonlyMap<string, Uint8Array>,
): string {
  const { settings, after } = report;
  return renderPage(
    'meanfield evaluation',
    <>
      <h1>Evaluation</h1>
      <p class="quiet">
        {report.measured} images, {settings.labelCount} labels, meanfield {settings.version}
      </p>
      <Summary report={report} />
      <h2>Scores</h2>
      <ScoreTable report={report} />
      <h2>Images</h2>
      <div class="charts">
        {after ? (
          imageCharts(rows).map((chart) => <ChartFigure chart={chart} />)
        ) : (
          <ChartFigure chart={scoreHistogram(rows)} />
        )}
      </div>
      <Boundaries report={report} />
      <Instances report={report} />
      <h2>Labels</h2>
      <LabelTable report={report} />
      <Confusion report={report} />
      <PictureLists report={report} pictures={pictures} />
      <Failures report={report} />
      <h2>How it was measured</h2>
      <Definitions report={report} />
    </>,
  );
}

function Summary({ report: { before, after, images } }: { report: EvaluateReport }) {
  const gain = gainOf({ before: before.meanIoU, after: after?.meanIoU ?? null });
  return (
    <>
      {gain !== null && <p class="lead">{verdict(gain)}</p>}
      <div class="tiles">
        <Tile name={after ? 'mean IoU before' : 'mean IoU'} value={short(before.meanIoU)} />
        {after && (
          <Tile name="mean IoU after" value={short(after.meanIoU)} note={gain === null ? '' : signedText(gain)} />
        )}
        <Tile name={after ? 'pixel accuracy after' : 'pixel accuracy'} value={short((after ?? before).pixelAccuracy)} />
        {images && (
          <Tile
            name="images improved"
            value={`${images.improved} of ${images.improved + images.unchanged + images.worsened}`}
            note={`${images.worsened} worsened`}
          />
        )}
      </div>
    </>
  );
}

function verdict(gain: number): string {
  if (Math.abs(gain) < 5e-5) return 'Refinement leaves mean IoU as it is.';
  const points = `${Math.abs(100 * gain).toFixed(2)} points`;
  return gain > 0 ? `Refinement gains ${points} of mean IoU.` : `Refinement loses ${points} of mean IoU.`;
}

type Measure = readonly [name: string, of: (scores: SegmentationScores) => number | null];

function measuresOf({ before, settings }: EvaluateReport): Measure[] {
  const unit = settings.boundaryUnit === 'pixels' ? 'px' : 'of the diagonal';
  return [
    ['Pixel accuracy', ({ pixelAccuracy }) => pixelAccuracy],
    ['Mean accuracy', ({ meanAccuracy }) => meanAccuracy],
    ['Mean IoU', ({ meanIoU }) => meanIoU],
    ['Frequency-weighted IoU', ({ frequencyWeightedIoU }) => frequencyWeightedIoU],
    ['Mean Dice', ({ meanDice }) => meanDice],
    ...before.bands.map(
      ({ width }, index): Measure => [`Mean IoU within ${width} px`, ({ bands }) => bands[index].meanIoU],
    ),
    ...before.boundaries.map(
      ({ tolerance }, index): Measure => [
        `Boundary F at ${tolerance} ${unit}`,
        ({ boundaries }) => boundaries[index].f,
      ],
    ),
  ];
}

function ScoreTable({ report }: { report: EvaluateReport }) {
  const { before, after } = report;
  return (
    <table>
      <Heading first="" after={after !== null} />
      <tbody>
        {measuresOf(report).map(([name, of]) => (
          <tr>
            <th scope="row">{name}</th>
            <Share value={of(before)} />
            {after && <Share value={of(after)} />}
            {after && <Gain value={gainOf({ before: of(before), after: of(after) })} />}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Heading({ first, after }: { first: string; after: boolean }) {
  return (
    <thead>
      <tr>
        {first === '' ? <td /> : <th>{first}</th>}
        <th class="number">{after ? 'before' : 'score'}</th>
        {after && <th class="number">after</th>}
        {after && <th class="number">gain</th>}
      </tr>
    </thead>
  );
}

/** Images are whole. */
const countAxis = {
  label: 'images',
  grid: true,
  tickFormat: (count: number) => (Number.isInteger(count) ? String(count) : ''),
};

/** Before against after, and the distribution of gains. */
function imageCharts(rows: readonly ItemRow[]): Chart[] {
  const known = rows.flatMap(({ item, before, after }) =>
    before === null || after === null ? [] : [{ item, before, after }],
  );
  const gains = known.map(({ before, after }) => ({ gain: after - before }));
  const gainChart = drawChart('Gain of each image', {
    x: { label: 'gain of mean IoU', grid: false, tickFormat: '+.2~f' },
    y: countAxis,
    marks: [histogram(gains, 'gain'), ruleX([0], { stroke: '#1b1e24' }), ruleY([0])],
  });
  if (known.length > MOST_POINTS) return [gainChart];
  const lowest = Math.floor(10 * Math.min(...known.flatMap(({ before, after }) => [before, after]), 0.9)) / 10;
  const domain = { domain: [lowest, 1] };
  const scatter = drawChart('Mean IoU of each image', {
    width: 400,
    height: 380,
    x: { label: 'before', ...domain, grid: true },
    y: { label: 'after', ...domain, grid: true },
    marks: [
      link([0], { x1: lowest, y1: lowest, x2: 1, y2: 1, stroke: '#8a8f98', strokeDasharray: '4 3' }),
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
function Boundaries({ report: { before, after, settings } }: { report: EvaluateReport }) {
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
      <div class="charts">
        {charts.map((chart) => (
          <ChartFigure chart={chart} />
        ))}
      </div>
    </>
  );
}

/** Precision by threshold: whether instances are found at all, and how exactly. */
function Instances({ report: { instances } }: { report: EvaluateReport }) {
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
        <Tile name={after ? 'average precision before' : 'average precision'} value={short(before.averagePrecision)} />
        {after && (
          <Tile
            name="average precision after"
            value={short(after.averagePrecision)}
            note={gain === null ? '' : signedText(gain)}
          />
        )}
        <Tile
          name="instances"
          value={String((after ?? before).predictedInstances)}
          note={`${before.truthInstances} in truth${after ? `, ${before.predictedInstances} before` : ''}`}
        />
      </div>
      <div class="charts">
        <ChartFigure chart={curves('TP / (TP + FP + FN), mean over images', 'IoU above', points)} />
      </div>
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
  const hasBoth = last('after').length > 0;
  return drawChart(title, {
    marginRight: 56,
    x: { label, ticks: [...new Set(points.map(({ at }) => at))], tickFormat: '~r' },
    y: { label: null, grid: true, nice: true },
    marks: [
      line(points, { x: 'at', y: 'value', z: 'time', stroke: colour, strokeWidth: 2 }),
      dot(points, { x: 'at', y: 'value', fill: colour, r: 3.5 }),
      ...(hasBoth
        ? [
            text([...last('before'), ...last('after')], {
              x: 'at',
              y: 'value',
              text: 'time',
              fill: colour,
              dx: 10,
              textAnchor: 'start',
            }),
          ]
        : []),
    ],
  });
}

function LabelTable({ report: { before, after, settings } }: { report: EvaluateReport }) {
  const present = before.labels.filter(
    ({ label, truthPixels, predictedPixels }) =>
      truthPixels + predictedPixels + (after?.labels[label].predictedPixels ?? 0) > 0,
  );
  const absent = before.labels.length - present.length;
  return (
    <>
      <Wide name="scores by label">
        <table>
          <thead>
            <tr>
              <th>Label</th>
              <th class="number">share of truth</th>
              <th class="number">{after ? 'IoU before' : 'IoU'}</th>
              {after && <th class="number">after</th>}
              {after && <th class="number">gain</th>}
              <th class="number">{after ? 'Dice before' : 'Dice'}</th>
              {after && <th class="number">after</th>}
              <th class="number">{after ? 'accuracy before' : 'accuracy'}</th>
              {after && <th class="number">after</th>}
            </tr>
          </thead>
          <tbody>
            {present.map(({ label, truthPixels, iou, dice, accuracy }) => (
              <tr>
                <th scope="row">{labelName(measuredNames(settings), label)}</th>
                <td class="number">{`${((100 * truthPixels) / Math.max(1, before.pixels)).toFixed(2)} %`}</td>
                <Share value={iou} />
                {after && <Share value={after.labels[label].iou} />}
                {after && <Gain value={gainOf({ before: iou, after: after.labels[label].iou })} />}
                <Share value={dice} />
                {after && <Share value={after.labels[label].dice} />}
                <Share value={accuracy} />
                {after && <Share value={after.labels[label].accuracy} />}
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      {absent > 0 && <p class="quiet">{absent} more labels are neither in truth nor predicted.</p>}
    </>
  );
}

function labelName(names: readonly string[] | null, label: number): string {
  return names ? `${label} ${names[label]}` : String(label);
}

/** Rows sum to 100 %: where the pixels of each true label went. */
function Confusion({ report: { confusion, settings, after, before } }: { report: EvaluateReport }) {
  const labelCount = measuredLabelCount(settings);
  const names = measuredNames(settings);
  const matrix = confusion?.after ?? confusion?.before;
  if (!matrix || labelCount > LARGEST_DRAWN_MATRIX || labelCount < 2) return null;
  const present = (after ?? before).labels.filter(
    ({ truthPixels, predictedPixels }) => truthPixels + predictedPixels > 0,
  );
  return (
    <>
      <h3>Confusion{after ? ' after refinement' : ''}: percent of the true label's pixels</h3>
      <Wide name="confusion matrix">
        <table class="matrix">
          <thead>
            <tr>
              <th>truth \ predicted</th>
              {present.map(({ label }) => (
                <th scope="col">{labelName(names, label)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {present.map(({ label: truth, truthPixels }) => (
              <tr>
                <th scope="row">{labelName(names, truth)}</th>
                {present.map(({ label }) => (
                  <ConfusionCell
                    share={truthPixels === 0 ? null : matrix[truth * labelCount + label] / truthPixels}
                    right={truth === label}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </>
  );
}

function ConfusionCell({ share, right }: { share: number | null; right: boolean }) {
  if (share === null) return <td>–</td>;
  // The square root shows small errors, which are the interesting ones.
  const strength = Math.round(100 * Math.sqrt(share));
  const colour = right ? chartColours.after : chartColours.accent;
  const background = `color-mix(in srgb, ${colour} ${strength}%, #f7f8f9)`;
  const percent = 100 * share;
  return (
    <td style={{ background, color: strength > 62 ? '#fff' : '#1b1e24' }}>
      {percent >= 0.05 ? percent.toFixed(1) : ''}
    </td>
  );
}

const listTitles: Readonly<Record<RankingName, string>> = {
  lost: 'Refinement lost most',
  gained: 'Refinement gained most',
  worst: 'Lowest mean IoU',
  best: 'Highest mean IoU',
};

function PictureLists({ report, pictures }: { report: EvaluateReport; pictures: ReadonlyMap<string, Uint8Array> }) {
  const { rankings, settings, after } = report;
  const columns = [
    ...(settings.images === null || settings.images === undefined ? [] : ['image']),
    'truth',
    ...(after ? ['before', 'after'] : ['prediction']),
  ];
  const names: RankingName[] = ['gained', 'lost', 'worst', 'best'];
  const shown = names.filter((name) => rankings[name].length > 0);
  if (shown.length === 0) return null;
  return (
    <>
      <h2>Pictures</h2>
      {shown.map((name) => (
        <>
          <h3>{listTitles[name]}</h3>
          {rankings[name].map((ranked) => (
            <Strip ranked={ranked} picture={pictures.get(ranked.item)} columns={columns} />
          ))}
        </>
      ))}
    </>
  );
}

function Strip({
  ranked,
  picture,
  columns,
}: {
  ranked: RankedItem;
  picture: Uint8Array | undefined;
  columns: string[];
}) {
  const { item, before, after } = ranked;
  const gain = gainOf(ranked);
  const scores = after === null ? short(before) : `${short(before)} → ${short(after)}`;
  return (
    <figure class="strip">
      <figcaption>
        <strong>{item}</strong> {scores}{' '}
        {gain !== null && <span class={gain < 0 ? 'bad' : 'good'}>{signedText(gain)}</span>}
      </figcaption>
      {picture ? (
        <>
          <img
            src={`data:image/webp;base64,${Buffer.from(picture).toString('base64')}`}
            alt={`${item}: ${columns.join(', ')}`}
          />
          <div
            class="columns"
            style={{ width: `${stripWidth(picture)}px`, gridTemplateColumns: `repeat(${columns.length}, 1fr)` }}
          >
            {columns.map((column) => (
              <span>{column}</span>
            ))}
          </div>
        </>
      ) : (
        <p class="quiet">Its picture was not kept.</p>
      )}
    </figure>
  );
}

/** Of a lossy WebP: 14 bits in the frame header, https://www.rfc-editor.org/rfc/rfc9649#section-2.5 */
function stripWidth(webp: Uint8Array): number {
  return (webp[26] | (webp[27] << 8)) & 0x3fff;
}

function Failures({ report: { failures } }: { report: EvaluateReport }) {
  if (failures.length === 0) return null;
  const shown = failures.slice(0, MOST_FAILURES);
  return (
    <>
      <h2>Not measured</h2>
      <List entries={shown.map(({ item, reason }) => [item, reason])} />
      {failures.length > shown.length && <p class="quiet">{failures.length - shown.length} more are in report.json.</p>}
    </>
  );
}

function Definitions({ report: { settings } }: { report: EvaluateReport }) {
  const { predictions, truth, images, form, ignore, parameters, backend, unpredicted } = settings;
  return (
    <>
      <List
        entries={[
          ['predictions', `${predictions}, ${form}`],
          ['truth', `${truth}${ignore === null ? '' : `, ${ignore} is ignored`}`],
          ...(typeof images === 'string' ? [['images', images] as const] : []),
          ...(unpredicted > 0 ? [['not predicted', `${unpredicted} files of truth`] as const] : []),
          ...(backend ? [['backend', backend] as const] : []),
        ]}
      />
      {parameters && (
        <>
          <h3>Parameters</h3>
          <pre>{JSON.stringify(parameters, null, 2)}</pre>
        </>
      )}
      <h3>Definitions</h3>
      <p class="quiet">
        IoU, Dice, accuracy and their means are scikit-learn's: pixels of all images together, means over the labels
        that occur. A band of width w has the pixels with another true label at most w pixels away (Kohli, Ladický and
        Torr 2009). Boundary F is the mean over images of the mean over labels (Csurka, Larlus and Perronnin 2013). An
        image's own mean IoU is that of its labels.
      </p>
    </>
  );
}

function short(value: number | null): string {
  return value === null ? '–' : value.toFixed(4);
}
