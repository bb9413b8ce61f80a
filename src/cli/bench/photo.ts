// SPDX-License-Identifier: MIT

import path from 'node:path';
import type { RgbaImage } from '../../index.js';
import { about } from '../failure.js';
import { defaultMaximumPixels, readPhotograph } from '../files/image.js';
import { packageFolder } from '../package-folder.js';

/** An astronaut. It comes with the package, where the repository has it. */
const photograph = 'demo/public/photos/astronaut.png';

/** The photograph that pictures are made of. */
export async function readBenchPhoto(): Promise<RgbaImage> {
  const file = path.join(packageFolder(), photograph);
  const { data, width, height } = await about(file, () => readPhotograph(file, defaultMaximumPixels));
  return { data, width, height };
}
