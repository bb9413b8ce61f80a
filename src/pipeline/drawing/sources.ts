// SPDX-License-Identifier: MIT

import type { ProgramCache } from '../../gpu/program.js';
import { checkInteger, checkObject } from '../../problem/checks.js';
import { checkBuffer } from '../gpu-values/check-buffer.js';
import { checkTexture } from './view.js';

/** What is known of the frame's labels, at the working size. */
export interface LabelSource {
  /** Pixels of the working size. It covers the whole frame. */
  width: number;
  height: number;
  labelCount: number;
  /** u32 [height, width]. */
  labelMap: GPUBuffer;
  /** f32 [labelCount, height, width], summing to 1 a pixel. */
  marginals: GPUBuffer;
}

/** What a painter draws from: buffers and textures of its device, read each time anew. */
export interface PainterSources {
  /** The picture as it came: 8 bits or floats a channel, straight alpha, usage TEXTURE_BINDING. */
  frame: GPUTexture;
  /** Without it there is only the view 'original'. */
  labels?: LabelSource;
}

/** What the parts of a painter work with. */
export interface DrawingContext {
  readonly device: GPUDevice;
  readonly programs: ProgramCache;
  readonly workgroupSize: number;
  readonly frame: GPUTexture;
  readonly labels: LabelSource;
}

/** Throws ArgumentError unless all can be bound. */
export function checkSources(value: PainterSources): PainterSources {
  const { frame, labels } = checkObject('sources', value) as unknown as PainterSources;
  checkTexture('sources.frame', frame);
  if (labels === undefined) return { frame };
  checkObject('sources.labels', labels);
  const { width, height, labelCount, labelMap, marginals } = labels;
  checkInteger('sources.labels.width', width, 1, 65536);
  checkInteger('sources.labels.height', height, 1, 65536);
  checkInteger('sources.labels.labelCount', labelCount, 1, 2 ** 24);
  checkBuffer('sources.labels.labelMap', labelMap, width * height * 4);
  checkBuffer('sources.labels.marginals', marginals, width * height * labelCount * 4);
  return { frame, labels };
}
