// SPDX-License-Identifier: MIT

import type { Result } from '../engine/protocol.js';
import { pixelsOf } from './photo.js';

/** Grey PNG files by sample: the refined marginal of label 1 of two, 0..255, at the page's own working size and settings. */
const addresses: Readonly<Record<string, string>> = {
  astronaut: new URL('../../samples/precomputed/astronaut.png', import.meta.url).href,
};

/** What the page finds on a sample when it opens, computed beforehand by `npm run generate:samples`; undefined where nobody did, or it cannot be had. */
export async function readPrecomputed(sampleId: string): Promise<Result | undefined> {
  const address = addresses[sampleId];
  if (address === undefined) return undefined;
  try {
    const response = await fetch(address);
    if (!response.ok) return undefined;
    const bitmap = await createImageBitmap(await response.blob(), { colorSpaceConversion: 'none' });
    return resultOf(pixelsOf(bitmap));
  } catch {
    // The page comes to the same by itself, only later.
    return undefined;
  }
}

function resultOf({ data, width, height }: ImageData): Result {
  const pixelCount = width * height;
  const labels = new Uint8Array(pixelCount);
  const confidence = new Uint8Array(pixelCount);
  const marginals = new Uint8Array(2 * pixelCount);
  for (let pixel = 0; pixel < pixelCount; pixel++) {
    const first = 255 - data[4 * pixel];
    const second = data[4 * pixel];
    labels[pixel] = Number(second > first);
    confidence[pixel] = Math.max(first, second);
    marginals[pixel] = first;
    marginals[pixelCount + pixel] = second;
  }
  const after = { labels, confidence, marginals };
  // What was before the CRF is not in the file: no view that needs it shows this.
  return { width, height, labelCount: 2, before: after, after };
}
