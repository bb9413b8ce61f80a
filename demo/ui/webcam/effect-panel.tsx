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
      <h2 id="effect-title">{live.look.effect.value === 'overlay' ? 'Overlay' : 'Background'}</h2>
      {controls}
    </section>
  );
}

function controlsOf(live: LiveSession) {
  switch (live.look.effect.value) {
    case 'blur':
      return (
        <BlurSlider
          value={live.look.blur.value}
          onChange={(value) =>
            live.timeline.actOn('blur', () => {
              live.look.blur.value = value;
            })
          }
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
          value={live.look.colour.value}
          onChange={(value) =>
            live.timeline.actOn('colour', () => {
              live.look.colour.value = value;
            })
          }
        />
      );
    case 'overlay':
      return (
        <Slider
          title="Opacity"
          value={live.look.opacity.value}
          least={0}
          most={1}
          step={0.05}
          format={percent}
          onChange={(value) =>
            live.timeline.actOn('opacity', () => {
              live.look.opacity.value = value;
            })
          }
        />
      );
    default:
      return undefined;
  }
}
