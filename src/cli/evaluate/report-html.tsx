// SPDX-License-Identifier: MIT

import { listValues } from '../inputs/values.js';
import { List, renderPage, scoreText, signedText, Tile } from '../report/document.js';
import { gainOf } from './rankings.js';
import type { EvaluateReport, ItemRow } from './report.js';
import { Boundaries, Images, Instances } from './report-charts.js';
import { PictureLists } from './report-pictures.js';
import { Confusion, LabelTable, ScoreTable } from './report-tables.js';
import { truthInWords } from './report-text.js';

/** Failures that are listed; all are in report.json. */
const MOST_FAILURES = 100;

/** One self-contained page: no script, nothing from a network. */
export function htmlReport(
  report: EvaluateReport,
  rows: readonly ItemRow[],
  pictures: ReadonlyMap<string, Uint8Array>,
): string {
  const { settings } = report;
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
      <Images report={report} rows={rows} />
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

function Summary({ report }: { report: EvaluateReport }) {
  const { before, after, images, truth } = report;
  const gain = gainOf({ before: before.meanIoU, after: after?.meanIoU ?? null });
  const tellsGain = before.labels.length - truth.labelsWithoutTruth.length > 1;
  return (
    <>
      {gain !== null && (
        <p class="lead">{tellsGain ? verdict(gain) : 'Truth has one label only: no gain can be told.'}</p>
      )}
      <div class="tiles">
        <Tile name={after ? 'mean IoU before' : 'mean IoU'} value={scoreText(before.meanIoU)} />
        {after && (
          <Tile name="mean IoU after" value={scoreText(after.meanIoU)} note={gain === null ? '' : signedText(gain)} />
        )}
        <Tile
          name={after ? 'pixel accuracy after' : 'pixel accuracy'}
          value={scoreText((after ?? before).pixelAccuracy)}
        />
        {images && (
          <Tile
            name="images improved"
            value={`${images.improved} of ${images.improved + images.unchanged + images.worsened}`}
            note={`${images.worsened} worsened`}
          />
        )}
      </div>
      <p>Truth: {truthInWords(report)}.</p>
    </>
  );
}

function verdict(gain: number): string {
  if (Math.abs(gain) < 5e-5) return 'Refinement leaves mean IoU as it is.';
  const points = `${Math.abs(100 * gain).toFixed(2)} points`;
  return gain > 0 ? `Refinement gains ${points} of mean IoU.` : `Refinement loses ${points} of mean IoU.`;
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

function Definitions({ report: { settings, offSums } }: { report: EvaluateReport }) {
  const { predictions, truth, images, form, network, ignore, parameters, refinement, sigmasAt, backend, unpredicted } =
    settings;
  const { truthValues } = settings;
  return (
    <>
      <List
        entries={[
          ...(typeof network === 'string'
            ? [['network', network] as const]
            : [['predictions', `${predictions}, ${form}`] as const]),
          ['truth', `${truth}${ignore === null ? '' : `, ${ignore} is ignored`}`],
          ...(truthValues ? [['labels in truth', listValues(truthValues)] as const] : []),
          ...(offSums
            ? [['not normalized', `the probabilities of ${offSums.images} images do not add up to 1`] as const]
            : []),
          ...(typeof images === 'string' ? [['images', images] as const] : []),
          ...(unpredicted > 0 ? [['not predicted', `${unpredicted} files of truth`] as const] : []),
          ...(backend ? [['backend', backend] as const] : []),
        ]}
      />
      {parameters && (
        <>
          <h3>Parameters</h3>
          {sigmasAt !== null && (
            <p>
              The network's own: sigmas are for images of {sigmasAt} pixels on the long side, and were scaled to each.
            </p>
          )}
          {refinement === 'guided' ? (
            <p>The guided filter, in the CRF's place: radius 2 % of an image's long side, epsilon 1e-4.</p>
          ) : (
            <pre>{JSON.stringify(parameters, null, 2)}</pre>
          )}
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
