// SPDX-License-Identifier: MIT

import type { Signal } from '@preact/signals';
import type { Session } from '../state/session.js';
import type { LiveSession } from '../webcam/live-session.js';
import type { Mode } from './mode-switch.js';
import { FilePicker } from './parts/file-picker.js';
import { FolderIcon } from './parts/icons.js';

export function FileButton({ session }: { session: Session }) {
  return (
    <FilePicker
      accept="image/*"
      name="Photo file"
      isPrimary
      title="Or drop a picture anywhere, or paste one"
      onFile={(file) => void session.openFile(file, file.name || 'The picture')}
    >
      <FolderIcon /> Try your photo
    </FilePicker>
  );
}

/** Pictures that are dropped or pasted, anywhere on the page: photos, or backgrounds where the camera is. */
export function listenForFiles(session: Session, live: LiveSession, mode: Signal<Mode>): void {
  const open = (data: DataTransfer | null) => {
    const file = data?.files[0];
    if (!file) return;
    if (mode.value === 'webcam') void live.setBackground(file);
    else void session.openFile(file, file.name || 'The picture');
  };
  document.addEventListener('paste', ({ clipboardData }) => open(clipboardData));
  document.addEventListener('dragover', (event) => {
    // Labels are dragged, too, and so is selected text.
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    document.body.dataset.drop =
      mode.value === 'webcam' ? 'Drop the picture to put it behind you' : 'Drop the picture to open it';
  });
  document.addEventListener('dragleave', ({ relatedTarget }) => {
    if (!relatedTarget) delete document.body.dataset.drop;
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    delete document.body.dataset.drop;
    open(event.dataTransfer);
  });
}
