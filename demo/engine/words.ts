// SPDX-License-Identifier: MIT

import { DownloadError, type DownloadFailure } from '../../src/pipeline/index.js';

const whyNot: Readonly<Record<DownloadFailure, string>> = {
  unreachable: 'There is no connection, or its server lets no other page read the file.',
  status: 'Its server refused.',
  content: 'What its server sent is no network.',
  incomplete: 'The file did not come whole.',
  hash: 'There is another file in its place.',
  unverifiable: 'This browser cannot check whether it is the right file.',
};

/** What went wrong, for the person at the screen. */
export function wordsOf(error: unknown): string {
  if (error instanceof DownloadError) return `“${error.network}” could not be downloaded. ${whyNot[error.reason]}`;
  return error instanceof Error ? error.message : String(error);
}
