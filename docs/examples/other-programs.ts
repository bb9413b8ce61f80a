// SPDX-License-Identifier: MIT

import type { MediaPipeMask, Refiner, TensorInput } from 'meanfield';

/** What `(await model(inputs)).logits` of transformers.js is: dims [1, label, height, width]. */
export async function refineTensor(crf: Refiner, photo: ImageBitmap, logits: TensorInput): Promise<Uint32Array> {
  await crf.refine({ image: photo, unary: { logits } });
  return crf.labelMap();
}

/** What `segmenter.segment(photo).confidenceMasks[0]` of MediaPipe's ImageSegmenter is. */
export async function refineMask(crf: Refiner, photo: ImageBitmap, mask: MediaPipeMask): Promise<Uint32Array> {
  await crf.refine({ image: photo, unary: { foreground: mask } });
  return crf.labelMap();
}
