// SPDX-License-Identifier: MIT

/** Milliseconds that a recording lasts. */
export const recordingTime = 5000;

/** Of what browsers record, what most programs can play first. */
const kinds = ['video/mp4;codecs=avc1.42E01F', 'video/mp4', 'video/webm;codecs=vp9', 'video/webm'] as const;

export interface Recording {
  blob: Blob;
  /** Of its file: `mp4` or `webm`. */
  ending: string;
}

/** What a canvas shows, as a PNG file. The canvas may be drawn by a worker, which no file can be made of directly. */
export async function stillOf(source: HTMLCanvasElement): Promise<Blob> {
  const { canvas } = copyOf(source);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('the browser could not make a PNG file of it');
  return blob;
}

/** Whether this browser records at all. */
export function canRecord(): boolean {
  return typeof MediaRecorder === 'function' && kinds.some((kind) => MediaRecorder.isTypeSupported(kind));
}

/**
 * Records what a canvas shows for five seconds, or until `ended`.
 *
 * @param current the canvas may be another one later on
 */
export async function record(current: () => HTMLCanvasElement | undefined, ended: AbortSignal): Promise<Recording> {
  const first = current();
  const mimeType = kinds.find((kind) => MediaRecorder.isTypeSupported(kind));
  if (!first || !mimeType) throw new Error('this browser records no video');
  const { canvas, draw } = copyOf(first);
  const stream = canvas.captureStream();
  const recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: 6_000_000 });
  const parts: Blob[] = [];
  let request = requestAnimationFrame(function next() {
    const source = current();
    if (source) draw(source);
    request = requestAnimationFrame(next);
  });
  try {
    const stopped = new Promise<void>((resolve, reject) => {
      recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
      recorder.addEventListener('stop', () => resolve(), { once: true });
      recorder.addEventListener('error', () => reject(new Error('the browser stopped recording')), { once: true });
    });
    recorder.start();
    const stop = () => recorder.state !== 'inactive' && recorder.stop();
    const timer = setTimeout(stop, recordingTime);
    ended.addEventListener('abort', stop, { once: true });
    await stopped;
    clearTimeout(timer);
  } finally {
    cancelAnimationFrame(request);
    for (const track of stream.getTracks()) track.stop();
  }
  return { blob: new Blob(parts, { type: mimeType.split(';')[0] }), ending: mimeType.includes('mp4') ? 'mp4' : 'webm' };
}

/** A canvas of the same size with the same on it, and what draws on it anew. */
function copyOf(source: HTMLCanvasElement) {
  const canvas = document.createElement('canvas');
  // Video codecs want even sizes.
  canvas.width = source.width - (source.width % 2);
  canvas.height = source.height - (source.height % 2);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser gave no canvas to draw on');
  const draw = (from: HTMLCanvasElement) => {
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(from, 0, 0, canvas.width, canvas.height);
  };
  draw(source);
  return { canvas, draw };
}
