// SPDX-License-Identifier: MIT

import { labelColours } from '../refine/palette.js';
import { scoreText, signedText, Wide } from '../report/document.js';
import { gainOf, type RankedItem, type RankingName } from './rankings.js';
import type { EvaluateReport } from './report.js';
import { labelName } from './settings.js';

/** Labels whose colours are told: nobody tells more apart. */
const MOST_IN_LEGEND = 24;

const listTitles: Readonly<Record<RankingName, string>> = {
  lost: 'Refinement lost most',
  gained: 'Refinement gained most',
  worst: 'Lowest mean IoU',
  best: 'Highest mean IoU',
};

export function PictureLists({
  report,
  pictures,
}: {
  report: EvaluateReport;
  pictures: ReadonlyMap<string, Uint8Array>;
}) {
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
      <Legend report={report} />
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

/** What the colours mean. */
function Legend({ report: { settings, before, after } }: { report: EvaluateReport }) {
  if (settings.instances) {
    return (
      <p class="quiet">Colours tell instances of one tile apart; from tile to tile an instance may change its own.</p>
    );
  }
  const colours = settings.colours ?? labelColours(settings.labelCount).map(([r, g, b]) => `rgb(${r} ${g} ${b})`);
  const shown = before.labels.filter(
    ({ label, truthPixels, predictedPixels }) =>
      label > 0 && truthPixels + predictedPixels + (after?.labels[label].predictedPixels ?? 0) > 0,
  );
  if (shown.length > MOST_IN_LEGEND) return null;
  return (
    <p class="legend">
      {shown.map(({ label }) => (
        <span>
          <span class="swatch" style={{ background: colours[label] }} />
          {labelName(settings.names, label)}
        </span>
      ))}
      <span class="quiet">label 0 is pale, what is ignored is hatched</span>
    </p>
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
  const scores = after === null ? scoreText(before) : `${scoreText(before)} → ${scoreText(after)}`;
  return (
    <figure class="strip">
      <figcaption>
        <strong>{item}</strong> {scores}{' '}
        {gain !== null && <span class={gain < 0 ? 'bad' : 'good'}>{signedText(gain)}</span>}
      </figcaption>
      {picture ? (
        <Wide name={`pictures of ${item}`}>
          <img
            src={`data:image/webp;base64,${Buffer.from(picture).toString('base64')}`}
            width={stripWidth(picture)}
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
        </Wide>
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
