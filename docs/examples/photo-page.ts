// SPDX-License-Identifier: MIT

// For a page with <input type="file" accept="image/*">, <canvas> and <output>.

import { Pipeline } from 'meanfield/pipeline';

const input = document.querySelector('input') as HTMLInputElement;
const canvas = document.querySelector('canvas') as HTMLCanvasElement;
const output = document.querySelector('output') as HTMLOutputElement;

const pipeline = await Pipeline.create();
output.textContent = `Ready, on ${pipeline.adapterName}. Choose a photo of a person.`;

input.addEventListener('change', async () => {
  const [file] = input.files ?? [];
  if (!file) return;
  const photo = await createImageBitmap(file);
  canvas.width = photo.width;
  canvas.height = photo.height;
  await pipeline.segment(photo);
  await pipeline.draw({ kind: 'cut-out' }, canvas);
  output.textContent = file.name;
});
