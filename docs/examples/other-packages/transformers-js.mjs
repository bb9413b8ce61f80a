// SPDX-License-Identifier: MIT

// node transformers-js.mjs MODELS NAME PHOTO LABEL
// A label's mask of a photo, refined, as mask.png. The model's files are in the folder MODELS/NAME.

import { env, pipeline, RawImage } from '@huggingface/transformers';
import { DenseCrf } from 'meanfield';

const [, , models, name, file, label] = process.argv;
// Without these two lines the model NAME of Hugging Face is downloaded.
env.localModelPath = models;
env.allowRemoteModels = false;

const segment = await pipeline('image-segmentation', name, { dtype: 'fp32' });
const image = await RawImage.read(file);
const segments = await segment(image);
const found = segments.find((one) => one.label === label);
if (!found) throw new Error(`only ${segments.map((one) => one.label).join(', ')}`);

// Refined by meanfield: the mask says nothing about doubt, so that a confidence does.
const crf = await DenseCrf.create({ width: image.width, height: image.height, labelCount: 2 });
await crf.refine({ image: image.rgba(), unary: { foreground: found.mask, confidence: 0.7 } });
const labels = await crf.labelMap();
crf.destroy();

const mask = Uint8ClampedArray.from(labels, (one) => 255 * one);
await new RawImage(mask, image.width, image.height, 1).save('mask.png');
