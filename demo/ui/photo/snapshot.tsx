// SPDX-License-Identifier: MIT

import { useRef, useState } from 'preact/hooks';
import type { Session } from '../../state/session.js';
import { closeCamera, openCamera } from '../../webcam/camera.js';
import { DialogHead } from '../parts/dialog-head.js';
import { CameraIcon } from '../parts/icons.js';

/** A photo from the camera: asked for, seen, taken. */
export function SnapshotButton({ session }: { session: Session }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const [isReady, setReady] = useState(false);
  const open = async () => {
    const element = video.current;
    if (!element) return;
    setProblem(undefined);
    setReady(false);
    dialog.current?.showModal();
    try {
      await openCamera(element);
      // Closed while the browser still asked.
      if (dialog.current?.open) setReady(true);
      else closeCamera(element);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  const take = async () => {
    const element = video.current;
    if (!element) return;
    const canvas = new OffscreenCanvas(element.videoWidth, element.videoHeight);
    canvas.getContext('2d')?.drawImage(element, 0, 0);
    dialog.current?.close();
    await session.openFile(await canvas.convertToBlob(), 'Snapshot');
  };
  return (
    <>
      <button
        type="button"
        class="button icon-only for-desks"
        title="Photo from the camera"
        aria-label="Photo from the camera"
        onClick={() => void open()}
      >
        <CameraIcon />
      </button>
      <dialog
        ref={dialog}
        class="dialog snapshot"
        aria-labelledby="snapshot-title"
        onClose={() => video.current && closeCamera(video.current)}
      >
        <DialogHead id="snapshot-title" title="Photo from the camera" dialog={dialog} />
        <video ref={video} playsInline muted hidden={problem !== undefined} />
        {problem ? (
          <p class="message is-error" role="alert">
            {problem}
          </p>
        ) : (
          <button type="button" class="button is-primary" disabled={!isReady} onClick={() => void take()}>
            {isReady ? 'Take the photo' : 'Waiting for the camera…'}
          </button>
        )}
      </dialog>
    </>
  );
}
