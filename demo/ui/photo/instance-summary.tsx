// SPDX-License-Identifier: MIT

import type { Session } from '../../state/session.js';
import { quantile } from '../../state/statistics.js';
import { count } from '../parts/format.js';

/** How many instances there are of what is shown, and how large they are. */
export function InstanceSummary({ session }: { session: Session }) {
  const { results, choice, look } = session;
  const found = results.instances.value;
  const { one, many } = choice.instanceWords.value;
  if (!found) {
    const isCounting = look.view.value === 'instances' && session.results.refinement.value;
    return isCounting ? <p class="hint">Counting…</p> : null;
  }
  const areas = found.regions.map(({ pixels }) => pixels);
  const total = areas.reduce((sum, pixels) => sum + pixels, 0);
  const percent = (100 * total) / (found.width * found.height);
  return (
    <div class="instances">
      <p role="status">
        <strong>
          {count(areas.length)} {areas.length === 1 ? one : many}
        </strong>
        {areas.length > 0 && <span class="muted">{percent.toFixed(1)} % of the picture</span>}
      </p>
      {areas.length > 1 && (
        <p class="hint">
          Median {count(Math.round(quantile(areas, 0.5)))} px, from {count(Math.min(...areas))} to{' '}
          {count(Math.max(...areas))} px. Specks under {found.leastArea} px are not counted.
        </p>
      )}
    </div>
  );
}
