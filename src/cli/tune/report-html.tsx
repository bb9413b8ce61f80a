// SPDX-License-Identifier: MIT

import { type BinXInputs, binX, dot, line, type RectYOptions, rectY, ruleX, ruleY } from '@observablehq/plot';
import type { CrfParameters } from '../../index.js';
import { type Chart, chartColours, drawChart } from '../report/chart.js';
import { ChartFigure, Gain, List, renderPage, Share, signedText, Tile, Wide } from '../report/document.js';
import { describeObjective } from './options.js';
import { type TuneReport, truthInWords } from './report.js';

/** Candidates in the table; all are in report.json. */
const LISTED = 12;

/** One self-contained page: no script, nothing from a network. */
export function tuneHtml(report: TuneReport): string {
  const { settings, exampleCount, refinements, baseline, best, crossValidation } = report;
  const [low, high] = crossValidation.interval;
  const objective = describeObjective(report.objective);
  const level = percent(crossValidation.confidence);
  return renderPage(
    'meanfield tuning',
    <>
      <h1>Tuning for {objective}</h1>
      <p class="quiet">
        {exampleCount} examples, {refinements} refinements, seed {report.seed}, meanfield {String(settings.version)}
      </p>
      <p class="lead">
        <strong>{report.recommended ? 'Use it.' : 'Leave it off.'}</strong>{' '}
        {report.reason.replace(/^Leave it off[:,] /, '')}
      </p>
      <div class="tiles">
        <Tile name="no CRF" value={baseline.toFixed(4)} />
        <Tile
          name="tuned, cross-validated"
          value={(baseline + crossValidation.gain).toFixed(4)}
          note={`${signedText(crossValidation.gain)} (${level}: ${signedText(low)} to ${signedText(high)})`}
        />
        <Tile
          name="on the examples themselves"
          value={best.score.toFixed(4)}
          note={signedText(best.score - baseline)}
        />
      </div>
      <h2>Best parameters</h2>
      <pre>{JSON.stringify(best.parameters, null, 2)}</pre>
      {!report.recommended && <p>They are in best.json. crf.json has no kernels, as the gain is not proved.</p>}
      <h2>What each parameter does</h2>
      <p class="quiet">
        {capital(objective)} over all examples when one parameter changes and the others stay as above. The dashed line
        is no CRF, the filled dot the best.
      </p>
      <div class="charts">
        {report.curves.map((curve) => (
          <ChartFigure chart={curveChart(report, curve)} />
        ))}
      </div>
      <h2>Gain to expect</h2>
      <div class="charts">
        <ChartFigure chart={gainChart(report)} />
        <Folds report={report} />
      </div>
      <Also report={report} />
      <h2>Candidates</h2>
      <Candidates report={report} />
      <h2>How it was found</h2>
      <p class="quiet">
        Successive halving over a space-filling design, then a compass search around the best, with no CRF among the
        candidates. Each part of the examples was refined with what was chosen without it; the interval is a percentile
        bootstrap over examples.
      </p>
      <List
        entries={[
          ...(typeof settings.network === 'string'
            ? [['network', settings.network] as const]
            : [['predictions', `${settings.predictions}, ${settings.form}`] as const]),
          ['truth', `${settings.truth}: ${truthInWords(report)}`],
          ...(report.offSums
            ? [['not normalized', `the probabilities of ${report.offSums.images} images do not add up to 1`] as const]
            : []),
          ...(typeof settings.images === 'string' ? [['images', settings.images] as const] : []),
          ['backend', String(settings.backend)],
          ...(report.also ? [['other examples', report.also.files] as const] : []),
          ...(report.failed > 0 ? [['left out', `${report.failed} items that could not be read`] as const] : []),
        ]}
      />
    </>,
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function curveChart({ baseline, best }: TuneReport, curve: TuneReport['curves'][number]): Chart {
  const { parameter, points, scale } = curve;
  const isBest = ({ value }: { value: number | string }) => value === curve.best;
  const values = points.map(({ value }) => value);
  const x =
    scale === 'log'
      ? { type: 'log' as const, label: unitOf(parameter, best.parameters), tickFormat: '~r', ticks: 5 }
      : { type: 'point' as const, label: null, domain: values, padding: 0.5 };
  return drawChart(title(parameter, best.parameters), {
    width: 324,
    height: 220,
    x,
    y: { label: null, grid: true, nice: true },
    marks: [
      ruleY([baseline], { stroke: chartColours.before, strokeDasharray: '5 4', strokeWidth: 1.5 }),
      ...(scale === 'log'
        ? [line(points, { x: 'value', y: 'score', stroke: chartColours.after, strokeWidth: 2 })]
        : []),
      dot(points, { x: 'value', y: 'score', r: 3, stroke: chartColours.after, fill: chartColours.paper }),
      dot(points.filter(isBest), { x: 'value', y: 'score', r: 5, fill: chartColours.after }),
    ],
  });
}

/** `kernels[1].sigmaXY` by the kernel's name. */
function title(parameter: string, { kernels }: CrfParameters): string {
  const [, index, name] = /^kernels\[(\d+)\]\.(.+)$/.exec(parameter) ?? [];
  return index === undefined ? parameter : `${kernels[Number(index)].type} ${name}`;
}

function unitOf(parameter: string, { kernels }: CrfParameters): string | null {
  const isRelative = kernels.some((kernel) => kernel.type !== 'features' && kernel.sigmaUnit === 'diagonal');
  if (parameter.endsWith('sigmaXY')) return isRelative ? "parts of the image's diagonal" : 'pixels';
  return parameter.endsWith('sigmaRGB') ? 'on 0..255' : null;
}

function gainChart({ crossValidation: { resamples, interval, gain } }: TuneReport): Chart {
  const bars: BinXInputs<RectYOptions> = { x: (value: number) => value, fill: chartColours.faint, insetLeft: 1 };
  return drawChart('Gain of bootstrap samples', {
    x: { label: 'cross-validated gain', tickFormat: '+.2~r', ticks: 6 },
    y: { label: null, ticks: [] },
    marks: [
      rectY([...resamples], binX({ y: 'count', thresholds: 40 }, bars as BinXInputs<RectYOptions | undefined>)),
      ruleX([...interval], { stroke: chartColours.after, strokeDasharray: '5 4' }),
      ruleX([gain], { stroke: chartColours.after, strokeWidth: 2 }),
      ruleX([0], { stroke: chartColours.ink }),
      ruleY([0]),
    ],
  });
}

/** Whether what was found carries over to images of another kind. */
function Also({ report: { also, objective } }: { report: TuneReport }) {
  if (!also) return null;
  const { exampleCount, baseline, score, gain, confidence, failed } = also;
  const [low, high] = also.interval;
  return (
    <>
      <h2>On other examples</h2>
      <p>{carried(also)}</p>
      <div class="tiles">
        <Tile name="no CRF" value={baseline.toFixed(4)} />
        <Tile
          name="best parameters"
          value={score.toFixed(4)}
          note={`${signedText(gain)} (${percent(confidence)}: ${signedText(low)} to ${signedText(high)})`}
        />
      </div>
      <p class="quiet">
        {capital(describeObjective(objective))} over {exampleCount} examples that nothing was looked for on
        {failed > 0 ? `; ${failed} more could not be read` : ''}.
      </p>
    </>
  );
}

function carried({ interval: [low, high] }: NonNullable<TuneReport['also']>): string {
  if (low > 0) return 'The best parameters help here too.';
  if (high < 0) return 'The best parameters hurt here: these images want parameters of their own, or none.';
  return 'Whether the best parameters help here is open: the interval of the gain has 0 in it.';
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(4))} %`;
}

function Folds({ report: { crossValidation } }: { report: TuneReport }) {
  return (
    <Wide name="folds">
      <table>
        <thead>
          <tr>
            <th>Held out</th>
            <th class="number">no CRF</th>
            <th class="number">tuned</th>
            <th class="number">gain</th>
          </tr>
        </thead>
        <tbody>
          {crossValidation.folds.map(({ heldOut, score, baseline, parameters }) => (
            <tr>
              <th scope="row">{heldOut.length === 1 ? '1 example' : `${heldOut.length} examples`}</th>
              <Share value={baseline} />
              {parameters ? <Share value={score} /> : <td class="number">left off</td>}
              <Gain value={score === null || baseline === null ? null : score - baseline} />
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Candidates({ report: { candidates, baseline } }: { report: TuneReport }) {
  // No CRF has a place among them, by its score; what does worse than it comes after.
  const better = candidates.filter(({ score }) => score > baseline).slice(0, LISTED);
  const worse = candidates.filter(({ score }) => score <= baseline).slice(0, LISTED - better.length);
  const rows = [...better, { parameters: null, score: baseline }, ...worse];
  return (
    <>
      <Wide name="candidates">
        <table>
          <thead>
            <tr>
              <th class="number">score</th>
              <th class="number">gain</th>
              <th>parameters</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ parameters, score }) => (
              <tr>
                <Share value={score} />
                <Gain value={score - baseline} />
                <td class="line">{parameters ? describeParameters(parameters) : <strong>no CRF</strong>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      {candidates.length > LISTED && (
        <p class="quiet">{candidates.length - LISTED} more that were tried on all examples are in report.json.</p>
      )}
    </>
  );
}

function describeParameters({ kernels, iterations }: CrfParameters): string {
  const parts = kernels.map((kernel) => {
    if (kernel.type === 'features') return 'features';
    const sigmas = [kernel.sigmaXY, ...(kernel.type === 'bilateral' ? [kernel.sigmaRGB] : [])].join(' / ');
    return `${kernel.type} ${sigmas}, compatibility ${kernel.compatibility}`;
  });
  return `${parts.join('; ')}; ${kernels[0]?.normalization}; ${iterations === 1 ? '1 iteration' : `${iterations} iterations`}`;
}
