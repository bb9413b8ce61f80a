// SPDX-License-Identifier: MIT

import { checkGivenBuffer, checkGivenTexture, type GivenObject } from '../../gpu/given-objects.js';
import type { ProgramCache } from '../../gpu/program.js';
import type { ScopedDevice } from '../../gpu/scoped-device.js';
import { checkInteger } from '../../problem/checks.js';
import { readOptions, readProperties } from '../../problem/reading.js';

/** What is known of the frame's labels, at the working size. */
export interface LabelSource {
  /** Pixels of the working size. It covers the whole frame. */
  width: number;
  /** Pixels of the working size. */
  height: number;
  /** Labels are 0..labelCount-1. */
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
  readonly device: ScopedDevice;
  readonly programs: ProgramCache;
  readonly workgroupSize: number;
  readonly frame: GPUTexture;
  readonly labels: LabelSource;
}

/** Throws ArgumentError unless all can be bound. */
export function checkSources(value: unknown): PainterSources {
  const given = readOptions('sources', value, ['frame', 'labels']);
  const frame = checkGivenTexture('sources.frame', given.frame);
  return given.labels === undefined ? { frame } : { frame, labels: checkLabelSource(given.labels) };
}

function checkLabelSource(value: unknown): LabelSource {
  const path = 'sources.labels';
  const given = readProperties(path, value, ['width', 'height', 'labelCount', 'labelMap', 'marginals']);
  const width = checkInteger(`${path}.width`, given.width, 1, 65536);
  const height = checkInteger(`${path}.height`, given.height, 1, 65536);
  const labelCount = checkInteger(`${path}.labelCount`, given.labelCount, 1, 2 ** 24);
  const labelMap = checkGivenBuffer(`${path}.labelMap`, given.labelMap, width * height * 4, 'storage');
  const marginals = checkGivenBuffer(`${path}.marginals`, given.marginals, width * height * labelCount * 4, 'storage');
  return { width, height, labelCount, labelMap, marginals };
}

/** What the sources consist of, by name. */
export function objectsOf({ frame, labels }: PainterSources): GivenObject[] {
  const objects: GivenObject[] = [{ argument: 'sources.frame', value: frame }];
  if (!labels) return objects;
  const { labelMap, marginals } = labels;
  return [
    ...objects,
    { argument: 'sources.labels.labelMap', value: labelMap },
    { argument: 'sources.labels.marginals', value: marginals },
  ];
}
