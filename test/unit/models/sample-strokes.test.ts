// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { expect, it } from 'vitest';
import { checkPrompts } from '../../../src/pipeline/prompts/prompts.js';

const repository = path.join(import.meta.dirname, '../../..');

it.each(['astronaut', 'chelsea', 'coffee', 'coins'])('strokes for %s fit its photo and mark both labels', (name) => {
  const photo = decode(readFileSync(path.join(repository, `demo/public/photos/${name}.png`)));
  const { width, height, data } = decode(readFileSync(path.join(repository, `samples/strokes/${name}.png`)));
  expect([width, height]).toEqual([photo.width, photo.height]);
  expect(() => checkPrompts({ width, height, labelCount: 2, labelMap: Uint8Array.from(data) })).not.toThrow();
  expect([...new Set(data)].sort()).toEqual([0, 1, 2]);
});
