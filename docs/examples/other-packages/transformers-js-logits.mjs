// SPDX-License-Identifier: MIT

// node transformers-js-logits.mjs MODELS NAME PHOTO
// The label map of a photo as labels.png, from the logits of a model of semantic segmentation.

import { AutoModel, AutoProcessor, env, RawImage } from '@huggingface/transformers';
import { DenseCrf } from 'meanfield';

const [, , models, name, file] = process.argv;
// Without these two lines the model NAME of Hugging Face is downloaded.
env.localModelPath = models;
env.allowRemoteModels = false;

const model = await AutoModel.from_pretrained(name, { dtype: 'fp32' });
const processor = await AutoProcessor.from_pretrained(name);
const image = await RawImage.read(file);
const { logits } = await model(await processor(image));

// Refined by meanfield: [1, label, height, width], as coarse as they are.
const crf = await DenseCrf.create({ width: image.width, height: image.height, labelCount: logits.dims[1] });
await crf.refine({ image: image.rgba(), unary: { logits } });
const labels = await crf.labelMap();
crf.destroy();

await new RawImage(Uint8ClampedArray.from(labels), image.width, image.height, 1).save('labels.png');
