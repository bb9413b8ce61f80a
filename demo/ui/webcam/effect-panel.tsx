// SPDX-License-Identifier: MIT

import type { LiveSession } from '../../webcam/live-session.js';
import { BackgroundPictures, BlurSlider, ColourField } from '../parts/background-controls.js';
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
        <BlurSlider
          value={live.blur.value}
          onChange={(value) => {
            live.blur.value = value;
          }}
        />
      );
    case 'image':
      return (
        <BackgroundPictures
          takesDrops
          onChoose={(picture) => live.useBackground(picture)}
          onFile={(file) => void live.setBackground(file)}
        />
      );
    case 'colour':
      return (
        <ColourField
          value={live.colour.value}
          onChange={(value) => {
            live.colour.value = value;
          }}
        />
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
