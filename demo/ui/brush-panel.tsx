// SPDX-License-Identifier: MIT

import type { Session } from '../state/session.js';
import { EraserIcon, RedoIcon, UndoIcon } from './icons.js';
import { brushRadii, keyHelp } from './keys.js';
import { Slider } from './slider.js';

export function BrushPanel({ session }: { session: Session }) {
  const { tool, brushRadius, history, picture } = session;
  const longSide = picture.value ? Math.max(picture.value.width, picture.value.height) : 0;
  return (
    <section class="panel" aria-labelledby="brush-title">
      <h2 id="brush-title">Brush</h2>
      <div class="button-row">
        <button
          type="button"
          class="button"
          aria-pressed={tool.value === null}
          onClick={() => {
            tool.value = null;
          }}
        >
          <EraserIcon /> Eraser
        </button>
        <span class="spacer" />
        <button
          type="button"
          class="button icon-only"
          title="Undo (Ctrl Z)"
          aria-label="Undo"
          disabled={!history.canUndo.value}
          onClick={() => history.undo()}
        >
          <UndoIcon />
        </button>
        <button
          type="button"
          class="button icon-only"
          title="Redo (Ctrl Shift Z)"
          aria-label="Redo"
          disabled={!history.canRedo.value}
          onClick={() => history.redo()}
        >
          <RedoIcon />
        </button>
        <button
          type="button"
          class="button"
          title="Removes all strokes; can be undone"
          disabled={history.strokes.value.length === 0}
          onClick={() => history.clear()}
        >
          Clear
        </button>
      </div>
      <Slider
        title="Size"
        value={brushRadius.value}
        least={brushRadii.least}
        most={brushRadii.most}
        step={0.0005}
        isLogarithmic
        format={(radius) => `${Math.max(1, Math.round(2 * radius * longSide))} px`}
        onChange={(radius) => {
          brushRadius.value = radius;
        }}
      />
      <details class="keys">
        <summary>Keys</summary>
        <dl>
          {keyHelp.map(([keys, meaning]) => (
            <div key={keys}>
              <dt>{keys}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </details>
    </section>
  );
}
