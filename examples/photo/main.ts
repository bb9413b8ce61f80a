// SPDX-License-Identifier: MIT

import { Pipeline } from 'meanfield/pipeline';

const photo = document.querySelector('img') as HTMLImageElement;
const canvas = document.querySelector('canvas') as HTMLCanvasElement;
await photo.decode();
const pipeline = await Pipeline.create({ network: 'colour-prompt' });
const box = { x: 38, y: 5, width: 204, height: 190 };
await pipeline.setPrompts(photo, { width: 300, height: 200, labelCount: 2, box });
await pipeline.segment(photo);
await pipeline.draw({ kind: 'cut-out' }, canvas);
