// SPDX-License-Identifier: MIT

// node --liftoff-only main.mjs
//
// Without --liftoff-only V8's optimising compiler spends about half a minute on one function of onnxruntime's WebAssembly, which is the
// build for engines that cannot suspend WebAssembly; Node can from version 25 on.

import { DenseCrf } from 'meanfield';
import { Pipeline } from 'meanfield/pipeline';
import { create, globals } from 'webgpu';

// What a page has by itself. Dawn must not be collected while devices exist, so it is kept on globalThis.
Object.assign(globalThis, globals);
if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: {} });
Object.defineProperty(globalThis.navigator, 'gpu', { value: create([]), configurable: true });

const picture = drawPicture(96, 64);
const { width, height } = picture;

// Logits of your own, coarse: 12×8 of them for each of two labels, [label, y, x]. 'webgpu' also where the only adapter is a software one.
const crf = await DenseCrf.create({ width, height, labelCount: 2, backend: 'webgpu' });
await crf.refine({ image: picture, unary: { logits: coarseLogits(12, 8), width: 12, height: 8 } });
const refined = await crf.labelMap();
console.log(`refined logits on ${crf.adapterName}: ${countOf(refined, 1)} pixels of ${width * height}`);
crf.destroy();

// A network and the CRF on one device: here the embedded one, which is told by a box what to look for.
const pipeline = await Pipeline.create({ network: 'colour-prompt' });
const box = { x: 22, y: 4, width: 52, height: 56 };
await pipeline.setPrompts(picture, { width, height, labelCount: 2, box });
const segmentation = await pipeline.segment(picture);
const labels = await segmentation.labelMap();
console.log(`segmented by ${pipeline.network.name}: ${countOf(labels, 1)} pixels of ${labels.length}`);
await pipeline.destroy();

/**
 * @param {Uint32Array} labelMap
 * @param {number} label
 */
function countOf(labelMap, label) {
  return labelMap.reduce((count, found) => count + Number(found === label), 0);
}

/**
 * A disc with noise.
 *
 * @param {number} width
 * @param {number} height
 */
function drawPicture(width, height) {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const noise = 12 * Math.sin(37 * x * x + 91 * y);
      const [red, green, blue] = isInDisc(x, y) ? [210, 120, 60] : [60, 110, 150];
      data.set([red + noise, green + noise, blue + noise, 255], 4 * (y * width + x));
    }
  }
  return { data, width, height };
}

/**
 * @param {number} columns
 * @param {number} rows
 */
function coarseLogits(columns, rows) {
  const logits = new Float32Array(2 * columns * rows);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      logits[columns * rows + y * columns + x] = isInDisc(8 * x + 3.5, 8 * y + 3.5) ? 2 : -2;
    }
  }
  return logits;
}

/**
 * @param {number} x
 * @param {number} y
 */
function isInDisc(x, y) {
  return Math.hypot(x - 48, y - 32) < 22;
}
