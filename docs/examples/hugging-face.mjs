// SPDX-License-Identifier: MIT

// node hugging-face.mjs FOLDER
// The folder has config.json, preprocessor_config.json and model.onnx of a semantic segmentation network.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { networkFromHuggingFace } from 'meanfield/pipeline';
import { CpuNetwork } from 'meanfield/pipeline/cpu';
import { photo } from './disc.mjs';

const folder = process.argv[2];
const config = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8'));
const preprocessorConfig = JSON.parse(await readFile(path.join(folder, 'preprocessor_config.json'), 'utf8'));
const bytes = new Uint8Array(await readFile(path.join(folder, 'model.onnx')));

// Checked already; `Pipeline.create({ network: description })` takes it as well.
const description = networkFromHuggingFace(config, preprocessorConfig, { bytes, crf: 'sharp-masks' });
const network = await CpuNetwork.create(description);
const unary = await network.run(photo);
console.log(`${unary.width}×${unary.height} logits for each of: ${network.labels.join(', ')}`);
await network.destroy();
