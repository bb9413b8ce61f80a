// SPDX-License-Identifier: MIT

import type { Session } from '../state/session.js';
import type { Export, ExportJob } from './export-job.js';
import type { ExportAnswer } from './export-worker.js';

export interface ExportedFile {
  name: string;
  png: Blob;
}

/** A file of the photo's own size; undefined where there is no result yet. Throws in words for the person at the screen. */
export async function exportedFile(session: Session, what: Export): Promise<ExportedFile | undefined> {
  const job = jobFor(session, what);
  if (!job) return undefined;
  const png = new Blob([await inWorker(job)], { type: 'image/png' });
  return { name: `${job.name.replace(/\.\w+$/, '')} ${what}.png`, png };
}

/** As above, and saves it. */
export async function saveExport(session: Session, what: Export): Promise<void> {
  const file = await exportedFile(session, what);
  if (file) saveFile(file.png, file.name);
}

/** Undefined where there is no result for the picture that is shown. */
function jobFor(session: Session, what: Export): ExportJob | undefined {
  const photo = session.open.photo.value;
  const working = session.open.picture.value;
  const result = session.results.result.value;
  if (!photo || !working || !result) return undefined;
  return {
    what,
    name: photo.name,
    file: photo.file,
    working,
    segmentation: result.after,
    labels: session.palette.shown.value,
    isIsolated: session.palette.isolated.value !== null,
    backdrop: session.look.backdrop.value,
  };
}

/** A large photo takes seconds: the page goes on meanwhile. The worker's memory goes with it. */
async function inWorker(job: ExportJob): Promise<Uint8Array<ArrayBuffer>> {
  const worker = new Worker(new URL('./export-worker.ts', import.meta.url), { type: 'module' });
  try {
    const answer = await new Promise<ExportAnswer>((resolve) => {
      worker.addEventListener('message', ({ data }: MessageEvent<ExportAnswer>) => resolve(data));
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        resolve({ error: event.message || 'the part of the page that writes files could not be loaded' });
      });
      worker.postMessage(job);
    });
    if ('error' in answer) throw new Error(answer.error);
    return answer.png;
  } finally {
    worker.terminate();
  }
}

export function saveFile(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The download has begun by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
