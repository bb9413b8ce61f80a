// SPDX-License-Identifier: MIT

import path from 'node:path';
import { readPhotograph } from '../../src/cli/files/image.js';
import type { RgbaImage } from '../../src/index.js';
import { resizeToBytes } from '../../src/reference/pipeline/resize.js';

/** A sample photograph made smaller: software WebGPU takes its time. */
export async function smallPhoto(name: string, width: number, height: number): Promise<RgbaImage> {
  const { data, ...size } = await readPhotograph(path.join(import.meta.dirname, '../../demo/public/photos', name), 1e7);
  return { data: resizeToBytes({ data, ...size }, width, height), width, height };
}
