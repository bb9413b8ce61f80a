// SPDX-License-Identifier: MIT

import { type ExportJob, exportedPng } from './export-job.js';

export type ExportAnswer = { png: Uint8Array<ArrayBuffer> } | { error: string };

const post = (answer: ExportAnswer) => postMessage(answer);

addEventListener('message', ({ data }: MessageEvent<ExportJob>) => {
  exportedPng(data).then(
    (png) => post({ png }),
    (error: unknown) => post({ error: error instanceof Error ? error.message : String(error) }),
  );
});
