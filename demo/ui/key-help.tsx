// SPDX-License-Identifier: MIT

import { useRef } from 'preact/hooks';
import { keyHelp } from './keys.js';
import { DialogHead } from './parts/dialog-head.js';
import { KeyboardIcon } from './parts/icons.js';

export function KeyHelp() {
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <>
      <button
        type="button"
        class="button icon-only for-desks"
        title="Keys"
        aria-label="Keys"
        onClick={() => dialog.current?.showModal()}
      >
        <KeyboardIcon />
      </button>
      <dialog ref={dialog} class="dialog" aria-labelledby="keys-title">
        <DialogHead id="keys-title" title="Keys" dialog={dialog} />
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
