// SPDX-License-Identifier: MIT

import type { LiveSession } from '../../webcam/live-session.js';
import { Message } from '../parts/message.js';

export function LiveMessages({ live }: { live: LiveSession }) {
  const { error, loss } = live;
  return (
    <>
      {error.value && (
        <Message
          isError
          onDismiss={() => {
            error.value = undefined;
          }}
        >
          {error.value}
        </Message>
      )}
      {loss.value && (
        <Message
          onDismiss={() => {
            loss.value = undefined;
          }}
        >
          {loss.value === 'last'
            ? 'The GPU was lost again. The camera goes on without effects; your marks and settings are kept. If starting again does not help, reload the page: its address has them, too.'
            : 'The GPU was lost for a moment and is started anew. Nothing of yours was lost.'}
        </Message>
      )}
    </>
  );
}
