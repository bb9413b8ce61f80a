// SPDX-License-Identifier: MIT

import type { SegmentationScores } from '../../analysis/index.js';
import { chartColours } from '../report/chart.js';
import { Gain, Share, Wide } from '../report/document.js';
import { gainOf } from './rankings.js';
import type { EvaluateReport } from './report.js';
import { labelName, measuredLabelCount, measuredNames } from './settings.js';

/** Labels whose confusion is drawn. */
const LARGEST_DRAWN_MATRIX = 40;

type Measure = readonly [name: string, of: (scores: SegmentationScores) => number | null];

function measuresOf({ before, settings }: EvaluateReport): Measure[] {
  const unit = settings.boundaryUnit === 'pixels' ? 'px' : 'of the diagonal';
  return [
    ...(settings.instances ? [['Foreground IoU', ({ labels }) => labels[1].iou] satisfies Measure] : []),
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

export function ScoreTable({ report }: { report: EvaluateReport }) {
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

export function LabelTable({ report: { before, after, settings } }: { report: EvaluateReport }) {
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

/** Rows sum to 100 %: where the pixels of each true label went. */
export function Confusion({ report: { confusion, settings, after, before } }: { report: EvaluateReport }) {
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
  const background = `color-mix(in srgb, ${colour} ${strength}%, var(--sunk))`;
  const percent = 100 * share;
  return (
    <td style={{ background, color: strength > 62 ? 'var(--paper)' : 'var(--ink)' }}>
      {percent >= 0.05 ? percent.toFixed(1) : ''}
    </td>
  );
}
