// SPDX-License-Identifier: MIT

import type { Session } from '../state/session.js';
import { paint, views } from '../view/paint.js';
import { CompareIcon, SaveIcon } from './icons.js';
import { toggleComparison } from './keys.js';

export function ViewBar({ session }: { session: Session }) {
  const { view, divider, showsStrokes, refinement } = session;
  return (
    <div class="view-bar">
      <fieldset class="segments">
        <legend class="visually-hidden">View</legend>
        {views.map(({ value, title, hint }) => (
          <label key={value} title={hint}>
            <input
              type="radio"
              name="view"
              value={value}
              checked={view.value === value}
              onChange={() => {
                view.value = value;
              }}
            />
            <span>{title}</span>
          </label>
        ))}
      </fieldset>
      <button
        type="button"
        class="button"
        aria-pressed={divider.value !== null}
        title="A handle between the colours alone and the CRF’s result (C)"
        onClick={() => toggleComparison(session)}
      >
        <CompareIcon /> Compare
      </button>
      <label class="switch">
        <input
          type="checkbox"
          checked={showsStrokes.value}
          onChange={({ currentTarget }) => {
            showsStrokes.value = currentTarget.checked;
          }}
        />
        Strokes
      </label>
      <span class="spacer" />
      <button
        type="button"
        class="button"
        title="Saves this view as a PNG; the cut-out with transparency"
        disabled={!refinement.value}
        onClick={() => void save(session)}
      >
        <SaveIcon /> Save
      </button>
    </div>
  );
}

async function save(session: Session): Promise<void> {
  const picture = session.picture.value;
  const result = session.refinement.value;
  if (!picture || !result || result.width !== picture.width || result.height !== picture.height) return;
  const { width, height } = picture;
  const view = session.view.value;
  const painted = paint(view, { picture, segmentation: result.after, labels: session.labels.value });
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d')?.putImageData(new ImageData(painted, width, height), 0, 0);
  const address = URL.createObjectURL(await canvas.convertToBlob());
  const link = document.createElement('a');
  link.href = address;
  link.download = `${(session.photo.value?.name ?? 'picture').replace(/\.\w+$/, '')} ${view}.png`;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
