// SPDX-License-Identifier: MIT

import type { RefObject } from 'preact';
import { CloseIcon } from './icons.js';

/** Title and way out of a dialog that is labelled by `id`. */
export function DialogHead({
  id,
  title,
  dialog,
}: {
  id: string;
  title: string;
  dialog: RefObject<HTMLDialogElement | null>;
}) {
  return (
    <div class="panel-head">
      <h2 id={id}>{title}</h2>
      <button type="button" class="button icon-only quiet" aria-label="Close" onClick={() => dialog.current?.close()}>
        <CloseIcon />
      </button>
    </div>
  );
}
