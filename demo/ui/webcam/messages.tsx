// SPDX-License-Identifier: MIT

import type { LiveSession } from '../../webcam/live-session.js';
import { NewsMessage } from '../parts/message.js';

export function LiveMessages({ live }: { live: LiveSession }) {
  const { error, loss } = live.progress;
  return (
    <>
      <NewsMessage of={error} isError>
        {error.value}
      </NewsMessage>
      <NewsMessage of={loss}>{loss.value && lossNotice[loss.value]}</NewsMessage>
    </>
  );
}

const lossNotice = {
  last: 'The GPU was lost again. The camera goes on without effects; your marks and settings are kept. If starting again does not help, reload the page: its address has them, too.',
  rebuilt: 'The GPU was lost for a moment and is started anew. Nothing of yours was lost.',
} as const;
