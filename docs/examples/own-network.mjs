// SPDX-License-Identifier: MIT

// node own-network.mjs my-network.onnx my-network.json

import { readFile } from 'node:fs/promises';
import { inspectModel, networkFromJson } from 'meanfield/pipeline';
import { CpuNetwork } from 'meanfield/pipeline/cpu';
import { photo } from './disc.mjs';

const [, , modelFile, descriptionFile] = process.argv;
const bytes = new Uint8Array(await readFile(modelFile));

// What the file says of itself: names, types and shapes for the description.
const { inputs, outputs } = inspectModel(bytes);
for (const { name, type, shape } of inputs) console.log(`input ${name}: ${type} [${shape?.join(', ')}]`);
for (const { name, type, shape } of outputs) console.log(`output ${name}: ${type} [${shape?.join(', ')}]`);

// Checks the description; whether it fits the file is checked when the network is made.
const description = networkFromJson(JSON.parse(await readFile(descriptionFile, 'utf8')), bytes);
const network = await CpuNetwork.create(description);
const unary = await network.run(photo);
console.log(`${unary.width}×${unary.height} values for each of: ${network.labels.join(', ')}`);
await network.destroy();
