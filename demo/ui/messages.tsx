// SPDX-License-Identifier: MIT

import { workingSizes } from '../photo/photo.js';
import type { Session } from '../state/session.js';
import { CloseIcon } from './icons.js';

/** What went wrong, and what the user should know about where this is computed. */
export function Messages({ session }: { session: Session }) {
  const { error, refinement, backend } = session;
  const notice =
    backend === 'cpu'
      ? `No WebGPU here, so the processor computes: the same result, more slowly. A working size of ${workingSizes[1]} px helps.`
      : (refinement.value?.notice ?? fallbackNotice(session));
  return (
    <>
      {error.value && (
        <div class="message is-error" role="alert">
          <p>{error.value}</p>
          <button
            type="button"
            class="button icon-only quiet"
            aria-label="Dismiss"
            onClick={() => {
              error.value = undefined;
            }}
          >
            <CloseIcon />
          </button>
        </div>
      )}
      {notice && (
        <div class="message" role="status">
          <p>{notice}</p>
        </div>
      )}
    </>
  );
}

function fallbackNotice({ refinement }: Session): string | undefined {
  if (refinement.value?.backend !== 'cpu') return undefined;
  return 'This browser has WebGPU but no usable GPU, so the processor computes: the same result, more slowly.';
}
