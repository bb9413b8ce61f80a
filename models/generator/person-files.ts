// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { personModel } from './person.js';

/** Networks by the file that is written, and the `.tflite` files that they are made from. */
const sources = {
  'person.onnx': 'selfie_segmentation.tflite',
  'person-landscape.onnx': 'selfie_segmentation_landscape.tflite',
} as const;

/** A file of the development dependency @mediapipe/selfie_segmentation. */
export function selfieFile(name: (typeof sources)[keyof typeof sources]): Uint8Array {
  const folder = path.dirname(createRequire(import.meta.url).resolve('@mediapipe/selfie_segmentation/package.json'));
  return new Uint8Array(readFileSync(path.join(folder, name)));
}

/** The ONNX files of `person`, by name. */
export function personFiles(): Record<keyof typeof sources, Uint8Array> {
  const model = (name: keyof typeof sources) => personModel(selfieFile(sources[name]), path.parse(name).name);
  return { 'person.onnx': model('person.onnx'), 'person-landscape.onnx': model('person-landscape.onnx') };
}
