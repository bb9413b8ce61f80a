// SPDX-License-Identifier: MIT

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.join(import.meta.dirname, '../..');

/** Reads a photograph in a process of its own, and says how much memory that had at most, or which error came. */
const program = `
  import { importTypeScript } from ${JSON.stringify(path.join(root, 'scripts/typescript.mjs'))};
  const [, file, reader, maximumPixels] = process.argv;
  const module = await importTypeScript('src/cli/files/image.ts');
  const answer = await module[reader](file, Number(maximumPixels)).then(
    ({ width, height }) => ({ width, height }),
    (error) => ({ error: String(error) }),
  );
  // In kilobytes.
  console.log(JSON.stringify({ ...answer, megabytes: process.resourceUsage().maxRSS / 1024 }));
  process.exit();
`;

export interface ReadAlone {
  width?: number;
  height?: number;
  error?: string;
  /** The process's largest resident set, Node and the codec included. */
  megabytes: number;
}

export async function readAlone(
  file: string,
  reader: 'readPhotograph' | 'readLabelPng' = 'readPhotograph',
  maximumPixels = 100e6,
): Promise<ReadAlone> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--max-old-space-size=400', '--input-type=module', '--eval', program, file, reader, String(maximumPixels)],
    { cwd: root },
  );
  return JSON.parse(stdout) as ReadAlone;
}
