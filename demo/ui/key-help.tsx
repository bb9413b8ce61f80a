// SPDX-License-Identifier: MIT

import { useRef } from 'preact/hooks';
import { keyHelp } from './keys.js';
import { CloseIcon, KeyboardIcon } from './parts/icons.js';

export function KeyHelp() {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button
        type="button"
        class="button icon-only"
        title="Keys"
        aria-label="Keys"
        onClick={() => dialog.current?.showModal()}
      >
        <KeyboardIcon />
      </button>
      <dialog ref={dialog} class="dialog" aria-labelledby="keys-title">
        <div class="panel-head">
          <h2 id="keys-title">Keys</h2>
          <button
            type="button"
            class="button icon-only quiet"
            aria-label="Close"
            onClick={() => dialog.current?.close()}
          >
            <CloseIcon />
          </button>
        </div>
        <dl class="keys">
          {keyHelp.map(([keys, meaning]) => (
            <div key={meaning}>
              <dt>{keys}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </dialog>
    </>
  );
}
