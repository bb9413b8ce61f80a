// SPDX-License-Identifier: MIT

import { type CrfParameters, crfSchema, DenseCrf, type NumberParameter, type Refiner } from '../../src/index.js';
import coverage from './coverage.json';
import photoUrl from './photo.webp?inline';
import truthUrl from './truth.png?inline';

/** Pixels of the photo along a side, and cells of its coarse mask. */
const size = 256;
const cells = Math.sqrt(coverage.length);

/** Of labels that are not in the mask, over the photo. */
const blue = [60, 105, 190];

interface Slider {
  name: string;
  schema: NumberParameter & { usual: readonly [low: number, high: number] };
  value: number;
}

const { gaussian, bilateral, parameters } = crfSchema;

/** What the pictures of the guide have. */
const usual: Slider[] = [
  { name: 'bilateral sigmaXY', schema: bilateral.sigmaXY, value: 40 },
  { name: 'bilateral sigmaRGB', schema: bilateral.sigmaRGB, value: 8 },
  { name: 'bilateral compatibility', schema: bilateral.compatibility, value: 6 },
  { name: 'gaussian sigmaXY', schema: gaussian.sigmaXY, value: 3 },
  { name: 'gaussian compatibility', schema: gaussian.compatibility, value: 3 },
  { name: 'iterations', schema: parameters.iterations, value: 5 },
];

/** Fills an element with sliders and what they make of the guide's coarse mask. Rejects where the photo can't be read. */
export async function mountSliders(place: HTMLElement): Promise<void> {
  const photo = await pixelsOf(photoUrl);
  const truth = await pixelsOf(truthUrl);
  const crf = await DenseCrf.create({ width: size, height: size, labelCount: 2 });
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: size, height: size });
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', 'The photograph, blue where the refined mask is not');
  const status = document.createElement('output');
  const values = usual.map(({ value }) => value);
  const draw = async () => {
    const start = performance.now();
    await refine(crf, photo, parametersOf(values));
    const labels = await crf.labelMap();
    const milliseconds = performance.now() - start;
    canvas.getContext('2d')?.putImageData(withoutBackground(photo, labels), 0, 0);
    status.textContent = `IoU ${overlap(labels, truth).toFixed(3)}, ${Math.round(milliseconds)} ms on ${crf.adapterName}`;
  };
  const update = latestOnly(() =>
    draw().catch((error) => {
      status.textContent = String(error);
    }),
  );
  const sliders = usual.map((slider, index) =>
    controlOf(slider, (value) => {
      values[index] = value;
      update();
    }),
  );
  place.replaceChildren(canvas, status, ...sliders);
  update();
}

async function refine(crf: Refiner, image: ImageData, given: CrfParameters): Promise<void> {
  crf.setParameters(given);
  const foreground = Float32Array.from(coverage);
  await crf.refine({ image, unary: { foreground, width: cells, height: cells } });
}

function parametersOf(values: readonly number[]): CrfParameters {
  const [sigmaXY, sigmaRGB, compatibility, gaussianXY, gaussianWeight, iterations] = values;
  return {
    kernels: [
      { type: 'gaussian', sigmaXY: gaussianXY, compatibility: gaussianWeight },
      { type: 'bilateral', sigmaXY, sigmaRGB, compatibility },
    ],
    iterations,
  };
}

/** A labelled range; positions of a logarithmic one are 0..1. */
function controlOf({ name, schema, value }: Slider, onChange: (value: number) => void): HTMLLabelElement {
  const { usual: ends, step = 1, isLogarithmic = false } = schema;
  const [low, high] = ends;
  const input = document.createElement('input');
  Object.assign(
    input,
    isLogarithmic ? { type: 'range', min: 0, max: 1, step: 0.001 } : { type: 'range', min: low, max: high, step },
  );
  input.valueAsNumber = isLogarithmic ? Math.log(value / low) / Math.log(high / low) : value;
  const shown = document.createElement('output');
  shown.textContent = String(value);
  input.addEventListener('input', () => {
    const position = input.valueAsNumber;
    const chosen = isLogarithmic
      ? Number((Math.round((low * (high / low) ** position) / step) * step).toFixed(2))
      : position;
    shown.textContent = String(chosen);
    onChange(chosen);
  });
  const label = document.createElement('label');
  const text = document.createElement('span');
  text.textContent = name;
  label.title = schema.hint;
  label.append(text, input, shown);
  return label;
}

/** Runs once more after a run under way, however often it was asked for meanwhile. */
function latestOnly(run: () => Promise<void>): () => void {
  let running = false;
  let wanted = false;
  return async () => {
    wanted = true;
    if (running) return;
    running = true;
    while (wanted) {
      wanted = false;
      await run();
    }
    running = false;
  };
}

async function pixelsOf(url: string): Promise<ImageData> {
  const image = new Image();
  image.src = url;
  await image.decode();
  const context = new OffscreenCanvas(size, size).getContext('2d');
  if (!context) throw new Error('This browser gives no 2-D canvas.');
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, size, size);
}

function withoutBackground(photo: ImageData, labels: Uint32Array): ImageData {
  const picture = new ImageData(new Uint8ClampedArray(photo.data), size, size);
  for (const [pixel, label] of labels.entries()) {
    if (label === 1) continue;
    for (const [channel, value] of blue.entries()) {
      picture.data[4 * pixel + channel] = 0.3 * picture.data[4 * pixel + channel] + 0.7 * value;
    }
  }
  return picture;
}

/** Intersection over union of label 1 and the true mask. */
function overlap(labels: Uint32Array, truth: ImageData): number {
  let both = 0;
  let either = 0;
  for (const [pixel, label] of labels.entries()) {
    const isTrue = truth.data[4 * pixel] > 127;
    both += Number(isTrue && label === 1);
    either += Number(isTrue || label === 1);
  }
  return both / either;
}
