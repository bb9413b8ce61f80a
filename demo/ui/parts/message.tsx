// SPDX-License-Identifier: MIT

import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { CloseIcon } from './icons.js';

interface MessageProps {
  isError?: boolean;
  onDismiss: () => void;
  children: ComponentChildren;
}

function Message({ isError, onDismiss, children }: MessageProps) {
  return (
    <div class={isError ? 'message is-error' : 'message'} role={isError ? 'alert' : 'status'}>
      <p>{children}</p>
      <button type="button" class="button icon-only quiet" aria-label="Dismiss" onClick={onDismiss}>
        <CloseIcon />
      </button>
    </div>
  );
}

interface NewsProps<News> {
  /** Undefined where there is none, and once it was dismissed. */
  of: Signal<News | undefined>;
  isError?: boolean;
  children: ComponentChildren;
}

/** A message of what a signal holds, as long as there are words for it; who dismisses it empties the signal. */
export function NewsMessage<News>({ of, isError = false, children }: NewsProps<News>) {
  if (!children) return null;
  return (
    <Message
      isError={isError}
      onDismiss={() => {
        of.value = undefined;
      }}
    >
      {children}
    </Message>
  );
}
