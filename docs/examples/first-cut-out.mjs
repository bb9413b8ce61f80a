// SPDX-License-Identifier: MIT

// node first-cut-out.mjs photo.jpg cut-out.png

import { DenseCrf } from 'meanfield';
import { cutOut } from 'meanfield/analysis';
import { CpuNetwork } from 'meanfield/pipeline/cpu';
import sharp from 'sharp';

const [, , photoFile = 'photo.jpg', cutOutFile = 'cut-out.png'] = process.argv;

const photo = await read(sharp(photoFile).rotate());
// The CRF works on at most 640 pixels: its parameters were found at that size.
const small = await read(sharp(photoFile).rotate().resize(640, 640, { fit: 'inside', withoutEnlargement: true }));

const network = await CpuNetwork.create('person');
const { width, height } = small;
const crf = await DenseCrf.create({ width, height, labelCount: 2, backend: 'cpu', parameters: network.network.crf });
await crf.refine({ image: small, unary: await network.run(small) });
const marginals = await crf.marginals();

const { data, ...size } = cutOut(photo, { marginals, labels: [1], width, height });
await sharp(data, { raw: { ...size, channels: 4 } }).toFile(cutOutFile);

const person = (await crf.labelMap()).filter((label) => label === 1).length;
console.log(`${cutOutFile}: a person on ${Math.round((100 * person) / (width * height))} % of the photo`);
crf.destroy();
await network.destroy();

/**
 * Pixels as the library takes them: RGBA, a byte a channel.
 *
 * @param {import('sharp').Sharp} picture
 */
async function read(picture) {
  const { data, info } = await picture.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
