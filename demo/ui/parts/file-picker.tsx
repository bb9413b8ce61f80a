// SPDX-License-Identifier: MIT

import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

interface FilePickerProps {
  /** As in HTML's `accept`. */
  accept: string;
  /** Of the input, for who does not see it. */
  name: string;
  title?: string;
  /** It is what most visitors want next. */
  isPrimary?: boolean;
  onFile: (file: File) => void;
  /** What stands on the button. */
  children: ComponentChildren;
}

/** A button that lets a file be chosen. */
export function FilePicker({ accept, name, title, isPrimary, onFile, children }: FilePickerProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class={isPrimary ? 'button is-primary' : 'button'}
        title={title}
        onClick={() => input.current?.click()}
      >
        {children}
      </button>
      <input
        ref={input}
        class="visually-hidden"
        type="file"
        accept={accept}
        aria-label={name}
        tabIndex={-1}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file) onFile(file);
          // So that the same file can be chosen again.
          currentTarget.value = '';
        }}
      />
    </>
  );
}
