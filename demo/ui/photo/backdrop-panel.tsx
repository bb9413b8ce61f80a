// SPDX-License-Identifier: MIT

import { computed } from '@preact/signals';
import { useCallback, useMemo } from 'preact/hooks';
import { pictureFile } from '../../photo/photo.js';
import type { Session } from '../../state/session.js';
import type { Backdrop } from '../../view/backdrop.js';
import { pictureOfScene, scenes } from '../../view/scenes.js';
import { BackgroundPictures, BlurSlider, ColourField } from '../parts/background-controls.js';
import { Segments } from '../parts/segments.js';

const kinds: readonly { value: Backdrop['kind']; title: string; hint: string }[] = [
  { value: 'none', title: 'None', hint: 'Transparent' },
  { value: 'blur', title: 'Blur', hint: 'The photo’s own background, out of focus' },
  { value: 'colour', title: 'Colour', hint: 'One colour' },
  { value: 'picture', title: 'Picture', hint: 'Another picture' },
];

const start: Readonly<Record<Backdrop['kind'], () => Backdrop>> = {
  none: () => ({ kind: 'none' }),
  blur: () => ({ kind: 'blur', sigma: 0.02 }),
  colour: () => ({ kind: 'colour', colour: '#3f7fd9' }),
  picture: () => ({ kind: 'picture', picture: pictureOfScene(scenes[0]) }),
};

/** What is behind the cut-out, where one looks at it. */
export function BackdropPanel({ session }: { session: Session }) {
  const { view } = session.look;
  const backdrop = useMemo(() => session.timeline.cell('background', session.look.backdrop), [session]);
  // What a kind was told is kept while another one is chosen.
  const told = useMemo(() => new Map<Backdrop['kind'], Backdrop>(), []);
  const tell = useCallback(
    (to: Backdrop) => {
      told.set(to.kind, to);
      backdrop.value = to;
    },
    [backdrop, told],
  );
  const kind = useMemo(() => {
    const current = computed(() => backdrop.value.kind);
    return {
      get value() {
        return current.value;
      },
      set value(wanted: Backdrop['kind']) {
        tell(told.get(wanted) ?? start[wanted]());
      },
    };
  }, [backdrop, told, tell]);
  if (view.value !== 'cut-out') return null;
  return (
    <section class="panel" aria-labelledby="backdrop-title">
      <h2 id="backdrop-title">Background</h2>
      <Segments legend="Background of the cut-out" name="backdrop" segments={kinds} chosen={kind} />
      <Control session={session} tell={tell} />
    </section>
  );
}

function Control({ session, tell }: { session: Session; tell: (to: Backdrop) => void }) {
  const backdrop = session.look.backdrop.value;
  switch (backdrop.kind) {
    case 'blur':
      return <BlurSlider value={backdrop.sigma} onChange={(sigma) => tell({ kind: 'blur', sigma })} />;
    case 'colour':
      return <ColourField value={backdrop.colour} onChange={(colour) => tell({ kind: 'colour', colour })} />;
    case 'picture':
      return (
        <BackgroundPictures
          onChoose={(picture) => tell({ kind: 'picture', picture })}
          onFile={(file) => {
            pictureFile(file.name || 'The picture', file).then(
              (picture) => tell({ kind: 'picture', picture }),
              (error: Error) => {
                session.error.value = error.message;
              },
            );
          }}
        />
      );
    default:
      return null;
  }
}
