// SPDX-License-Identifier: MIT

/** An error whose text is meant for the person at the screen. */
export class CameraError extends Error {
  override readonly name = 'CameraError';
}

/** What browsers call a failure, and what it means. */
const causes: Readonly<Record<string, string>> = {
  NotAllowedError: 'The camera was refused. Allow it in the browser’s address bar, then try again.',
  NotFoundError: 'No camera was found. Plug one in, then try again.',
  NotReadableError: 'The camera is in use by another program. Close it there, then try again.',
  OverconstrainedError: 'No camera has a picture size that can be used here.',
  SecurityError: 'This page may not use cameras here.',
};

/** What cameras are asked for, in pixels. Large frames take the processor more than they are worth. */
export const cameraSizes = { gpu: { width: 1280, height: 720 }, cpu: { width: 640, height: 480 } } as const;

export interface CameraOptions {
  /** What is best; the camera gives what is nearest to it. */
  size?: { width: number; height: number };
  /** Nobody waits for the camera any longer. */
  ended?: AbortSignal;
  /** It was taken away while it ran: unplugged, or refused later on. */
  onEnded?: () => void;
}

/** Asks for the camera and resolves when its first picture is there. Throws CameraError. */
export async function openCamera(
  video: HTMLVideoElement,
  { size = cameraSizes.gpu, ended, onEnded }: CameraOptions = {},
): Promise<void> {
  // Not there on pages without https.
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new CameraError('This page has no access to cameras: browsers give it on https pages only.');
  }
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: size.width }, height: { ideal: size.height }, facingMode: 'user' },
    });
  } catch (error) {
    const { name, message } = error as DOMException;
    throw new CameraError(causes[name] ?? `The camera cannot be used: ${message || name}.`);
  }
  if (ended?.aborted) {
    for (const track of stream.getTracks()) track.stop();
    throw new CameraError('The camera is no longer wanted.');
  }
  video.srcObject = stream;
  video.muted = true;
  video.playsInline = true;
  try {
    await video.play();
    if (video.videoWidth === 0)
      await new Promise((resolve) => video.addEventListener('resize', resolve, { once: true }));
  } catch (error) {
    closeCamera(video);
    throw new CameraError(`The camera gives no picture: ${(error as Error).message}`);
  }
  // Not called by `closeCamera`: whoever stops a track is not told.
  if (onEnded) for (const track of stream.getTracks()) track.addEventListener('ended', onEnded, { once: true });
}

/** The camera's light goes out. */
export function closeCamera(video: HTMLVideoElement): void {
  const stream = video.srcObject;
  if (stream instanceof MediaStream) for (const track of stream.getTracks()) track.stop();
  video.srcObject = null;
}
