// SPDX-License-Identifier: MIT

import type { LiveSession } from '../../webcam/live-session.js';
import { FilePicker } from '../parts/file-picker.js';
import { FolderIcon } from '../parts/icons.js';
import { ScenePicker } from '../parts/scene-picker.js';
import { Slider } from '../parts/slider.js';

const percent = (value: number) => `${Math.round(100 * value)} %`;

/** What the chosen effect can be told. */
export function EffectPanel({ live }: { live: LiveSession }) {
  const controls = controlsOf(live);
  if (!controls) return null;
  return (
    <section class="panel" aria-labelledby="effect-title">
      <h2 id="effect-title">{live.effect.value === 'overlay' ? 'Overlay' : 'Background'}</h2>
      {controls}
    </section>
  );
}

function controlsOf(live: LiveSession) {
  switch (live.effect.value) {
    case 'blur':
      return (
        <Slider
          title="Blur"
          value={live.blur.value}
          least={0.004}
          most={0.1}
          step={0.001}
          isLogarithmic
          format={(value) => `${(100 * value).toFixed(1)} % of the diagonal`}
          onChange={(value) => {
            live.blur.value = value;
          }}
        />
      );
    case 'image':
      return <BackgroundFile live={live} />;
    case 'colour':
      return (
        <label class="field">
          <span>Colour</span>
          <input
            type="color"
            value={live.colour.value}
            onInput={({ currentTarget }) => {
              live.colour.value = currentTarget.value;
            }}
          />
        </label>
      );
    case 'overlay':
      return (
        <Slider
          title="Opacity"
          value={live.opacity.value}
          least={0}
          most={1}
          step={0.05}
          format={percent}
          onChange={(value) => {
            live.opacity.value = value;
          }}
        />
      );
    default:
      return undefined;
  }
}

function BackgroundFile({ live }: { live: LiveSession }) {
  return (
    <>
      <ScenePicker onChoose={(picture) => live.useBackground(picture)} />
      <p class="hint">Or open a picture of your own, or drop one on the page.</p>
      <FilePicker accept="image/*" name="Background file" onFile={(file) => void live.setBackground(file)}>
        <FolderIcon /> Open a background
      </FilePicker>
    </>
  );
}
