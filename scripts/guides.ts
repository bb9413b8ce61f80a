// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectFolder } from './setup.mjs';

/** A guide of the documentation. */
export interface Guide {
  /** From the repository's root. */
  file: string;
  /** Its heading. */
  title: string;
  /** What it is about, in a sentence. */
  summary: string;
}

/** The first page of the documentation, which lists the guides: one a line, `- [Title](guides/NAME.md): Summary.` */
export const indexFile = 'docs/index.md';

/** All guides, in the order of the first page. */
export function listGuides(): Guide[] {
  const index = readFileSync(path.join(projectFolder, indexFile), 'utf8');
  return Array.from(index.matchAll(/^- \[(.+)\]\((guides\/[\w-]+\.md)\): (.+)$/gm), ([, title, file, summary]) => ({
    file: path.posix.join(path.dirname(indexFile), file),
    title,
    summary,
  }));
}
