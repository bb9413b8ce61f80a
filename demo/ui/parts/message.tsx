// SPDX-License-Identifier: MIT

import type { ComponentChildren } from 'preact';
import { CloseIcon } from './icons.js';

interface MessageProps {
  isError?: boolean;
  action?: { title: string; act: () => void };
  onDismiss: () => void;
  children: ComponentChildren;
}

export function Message({ isError, action, onDismiss, children }: MessageProps) {
  return (
    <div class={isError ? 'message is-error' : 'message'} role={isError ? 'alert' : 'status'}>
      <p>{children}</p>
      {action && (
        <button type="button" class="button" onClick={action.act}>
          {action.title}
        </button>
      )}
      <button type="button" class="button icon-only quiet" aria-label="Dismiss" onClick={onDismiss}>
        <CloseIcon />
      </button>
    </div>
  );
}
