// SPDX-License-Identifier: MIT

import { FilesetResolver, ImageSegmenter } from '@mediapipe/tasks-vision';
import { DenseCrf } from 'meanfield';

/**
 * Labels of a photo, 1 for a person, as MediaPipe's segmenter of people sees them, refined.
 *
 * @param {HTMLImageElement} photo
 * @param {string} modelFile address of selfie_segmenter.tflite
 * @param {string} wasmFolder address of the package's folder wasm
 */
export async function segmentPhoto(photo, modelFile, wasmFolder) {
  const files = await FilesetResolver.forVisionTasks(wasmFolder);
  const segmenter = await ImageSegmenter.createFromOptions(files, {
    baseOptions: { modelAssetPath: modelFile },
    outputConfidenceMasks: true,
  });
  const [mask] = segmenter.segment(photo).confidenceMasks ?? [];

  // Refined by meanfield: the mask as it is.
  const crf = await DenseCrf.create({ width: photo.naturalWidth, height: photo.naturalHeight, labelCount: 2 });
  await crf.refine({ image: photo, unary: { foreground: mask } });
  const labels = await crf.labelMap();
  crf.destroy();

  segmenter.close();
  return labels;
}
