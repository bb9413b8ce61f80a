// SPDX-License-Identifier: MIT

import { rmSync } from 'node:fs';
import { open, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { about } from '../failure.js';

/** Temporary files of this process; process.exit, and signals by way of it, leave none behind. */
const temporaries = new Set<string>();
let watching = false;

/**
 * Writes a file under a temporary name beside it and gives it its name at the end: nobody ever sees half a file, and an older one stays
 * until the new one is whole. What goes wrong is said of the file.
 */
export async function writeAtomically(
  file: string,
  pieces: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  await about(file, async () => {
    const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.partial`);
    watch();
    temporaries.add(temporary);
    try {
      const handle = await open(temporary, 'w');
      try {
        for await (const piece of pieces) await handle.writeFile(piece);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
    } finally {
      rmSync(temporary, { force: true });
      temporaries.delete(temporary);
    }
  });
}

/** Changes when a file's content does: its bytes and when it was last written. */
export async function fileStamp(file: string): Promise<string> {
  const { size, mtimeMs } = await stat(file);
  return `${size}@${mtimeMs}`;
}

function watch(): void {
  if (watching) return;
  watching = true;
  process.on('exit', () => {
    for (const temporary of temporaries) rmSync(temporary, { force: true });
  });
}
