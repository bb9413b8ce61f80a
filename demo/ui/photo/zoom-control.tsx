// SPDX-License-Identifier: MIT

import type { Session } from '../../state/session.js';
import { zoomStep } from '../keys.js';
import { MinusIcon, PlusIcon } from '../parts/icons.js';

/** How large the photo is seen, and larger or smaller. */
export function ZoomControl({ session }: { session: Session }) {
  const { viewport } = session.board;
  const { photo } = session.open;
  const { zoom, mostZoom, ownSize, scale } = viewport;
  const isWhole = zoom.value === 1;
  // A small photo fills the stage by more than that.
  const hasOwnSize = isWhole && ownSize.value > 1;
  const percent = `${Math.round(100 * scale.value)} %`;
  if (!photo.value) return null;
  return (
    <fieldset class="zoom">
      <legend class="visually-hidden">Zoom</legend>
      <button
        type="button"
        class="button icon-only"
        title="Zoom out (−)"
        aria-label="Zoom out"
        disabled={isWhole}
        onClick={() => viewport.zoomBy(1 / zoomStep)}
      >
        <MinusIcon />
      </button>
      <button
        type="button"
        class="button percent"
        title={hasOwnSize ? 'Show the photo at its own size, 100 %' : 'Show the whole photo (0)'}
        disabled={isWhole && !hasOwnSize}
        onClick={() => (hasOwnSize ? viewport.zoomTo(ownSize.value) : viewport.fit())}
      >
        <span class="visually-hidden">{hasOwnSize ? 'Own size; now ' : 'Whole photo; now '}</span>
        {percent}
      </button>
      <button
        type="button"
        class="button icon-only"
        title="Zoom in (+), or turn the wheel over the photo"
        aria-label="Zoom in"
        disabled={zoom.value >= mostZoom.value}
        onClick={() => viewport.zoomBy(zoomStep)}
      >
        <PlusIcon />
      </button>
    </fieldset>
  );
}
