// SPDX-License-Identifier: MIT

import { colourKinds } from './colour.js';
import { exifKinds } from './exif.js';
import { jpegKinds } from './jpeg.js';
import type { ImageKind } from './kind.js';
import { pngKinds } from './png.js';
import { webpKinds } from './webp.js';

export type { ImageKind } from './kind.js';

/** Files that Chromium opens, of every kind that people may have. */
export const imageKinds: readonly ImageKind[] = [...jpegKinds, ...exifKinds, ...pngKinds, ...colourKinds, ...webpKinds];
