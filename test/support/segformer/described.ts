// SPDX-License-Identifier: MIT

import { type HuggingFaceModel, type NetworkDescription, networkFromHuggingFace } from '../../../src/pipeline/index.js';
import { ade20kLabels } from '../../../src/pipeline/network/ade20k.js';
import { huggingFaceFiles } from '../hugging-face-files.js';

/** SegFormer of ADE20K as its files describe it, with a file of one's own. */
export function describedSegformer(bytes: Uint8Array, more: HuggingFaceModel = {}): NetworkDescription {
  const { config, preprocessorConfig } = huggingFaceFiles(ade20kLabels);
  return networkFromHuggingFace(config, preprocessorConfig, { bytes, ...more });
}
