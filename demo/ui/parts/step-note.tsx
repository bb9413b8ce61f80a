// SPDX-License-Identifier: MIT

import { useEffect, useState } from 'preact/hooks';
import type { Steps } from '../../state/timeline.js';

/** Milliseconds that it is seen. */
const seen = 5000;

/** On the picture, for a while: what was undone or redone. */
export function StepNote({ steps }: { steps: Steps }) {
  const said = steps.said.value;
  const [over, setOver] = useState<typeof said>(undefined);
  useEffect(() => {
    const timer = setTimeout(() => setOver(said), seen);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <p class="step-note" role="status">
      {said !== over && said?.text}
    </p>
  );
}
