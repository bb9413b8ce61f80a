// SPDX-License-Identifier: MIT

import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { selfieFile } from '../../models/generator/person-files.js';
import { adapterFromEnvironment, launchBrowser } from '../../src/cli/browser.js';
import { readLabelPng } from '../../src/cli/files/image.js';
import { CpuNetwork } from '../../src/pipeline/cpu.js';
import { networkFromHuggingFace } from '../../src/pipeline/index.js';
import { expectAstronautAlone } from '../support/astronaut.js';
import { huggingFaceFiles } from '../support/hugging-face-files.js';
import { withPictureMetadata } from '../support/lite-metadata.js';
import { createNpmProject, type NpmProject } from '../support/npm-project.js';
import { patience } from '../support/patience.js';
import { encodeRgbPng } from '../support/png.js';
import { redAndBlue } from '../support/red-and-blue.js';
import { segformerNetwork } from '../support/segformer/network.js';
import { serveFolder } from '../support/static-site.js';
import { tinyNetwork } from '../support/tiny-network.js';
import { run } from '../support/user-project.js';

const repository = path.resolve(import.meta.dirname, '../..');
const examples = path.join(repository, 'docs/examples/other-packages');

let installed: NpmProject | undefined;
let project: string;

beforeAll(async () => {
  const packages = ['@huggingface/transformers@4', '@mediapipe/tasks-vision@0.10', '@webgpu/types'];
  // onnxruntime-node's script fetches libraries of CUDA, which nothing here needs.
  installed = await createNpmProject(['--ignore-scripts', ...packages]);
  project = installed.folder;
  for (const name of await readdir(examples)) await cp(path.join(examples, name), path.join(project, name));
});
afterAll(() => installed?.remove());

const inProject = (name: string) => path.join(project, name);
const node = (...programArguments: string[]) => run(process.execPath, programArguments, project);

test('the examples have right types', async () => {
  const options = {
    ...{ allowJs: true, checkJs: true, strict: true, noEmit: true, skipLibCheck: true, target: 'ES2022' },
    ...{ module: 'ESNext', moduleResolution: 'bundler', types: ['@webgpu/types', 'node'] },
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
    typeRoots: [path.join(repository, 'node_modules/@types'), path.join(repository, 'node_modules')],
  };
  const include = await readdir(examples);
  await writeFile(inProject('tsconfig.json'), JSON.stringify({ compilerOptions: options, include }));
  expect(await node(path.join(repository, 'node_modules/typescript/bin/tsc'))).toBe('');
});

describe('transformers.js', () => {
  const [width, height] = [96, 64];
  /** A network that sees each pixel alone, and gives a logit for sixteen, as SegFormer does. */
  const bytes = tinyNetwork({ input: 'pixel_values', stride: 4 });
  const photo = redAndBlue(2, width, height, 40);
  const isWrong = (labels: ArrayLike<number>) => photo.truth.filter((truth, pixel) => truth !== labels[pixel]).length;
  const { config, preprocessorConfig } = huggingFaceFiles();
  /** Red, green and blue on 0..1, at the photo's own size: transformers.js resizes with a shift of its own. */
  const steps = { ...preprocessorConfig, do_normalize: false, size: { width, height } };

  beforeAll(async () => {
    await storeModel('colours', steps, bytes);
    const rgb = photo.data.filter((_, i) => i % 4 < 3);
    await writeFile(inProject('photo.png'), encodeRgbPng(Uint8Array.from(rgb), width, height));
  });

  async function storeModel(name: string, preprocessor: object, bytes: Uint8Array): Promise<void> {
    const folder = inProject(`models/${name}`);
    await mkdir(path.join(folder, 'onnx'), { recursive: true });
    await writeFile(path.join(folder, 'config.json'), JSON.stringify(config));
    await writeFile(path.join(folder, 'preprocessor_config.json'), JSON.stringify(preprocessor));
    await writeFile(path.join(folder, 'onnx/model.onnx'), bytes);
  }

  async function readSamples(name: string): Promise<ArrayLike<number>> {
    return (await readLabelPng(inProject(name), 1e6)).samples;
  }

  /** The network's own labels, at the photo's size. */
  async function labelsOfNetwork(): Promise<number[]> {
    const network = await CpuNetwork.create(networkFromHuggingFace(config, steps, { bytes }));
    const unary = await network.run(photo);
    await network.destroy();
    if (!('logits' in unary)) throw new Error('the network gives logits');
    const labels = bestLabels(unary.logits, (width * height) / 16);
    return Array.from({ length: width * height }, (_, pixel) => {
      const row = Math.floor(Math.floor(pixel / width) / 4);
      return labels[row * (width / 4) + Math.floor((pixel % width) / 4)];
    });
  }

  test("the pipeline's mask feeds the CRF", async () => {
    await node('transformers-js.mjs', 'models/', 'colours', 'photo.png', 'red');
    const mask = await readSamples('mask.png');
    const wrong = (isRed: (pixel: number) => boolean) =>
      photo.truth.filter((truth, pixel) => (truth === 1) !== isRed(pixel)).length;
    const before = await labelsOfNetwork();
    // Squares of 4×4 pixels along the edges, of 6144 pixels in all.
    expect(wrong((pixel) => before[pixel] === 1)).toBeGreaterThan(80);
    expect(wrong((pixel) => mask[pixel] === 255)).toBeLessThan(10);
  });

  test('the logits of a model feed the CRF', async () => {
    // The same, of both discs.
    expect(isWrong(await labelsOfNetwork())).toBeGreaterThan(150);
    await node('transformers-js-logits.mjs', 'models/', 'colours', 'photo.png');
    expect(isWrong(await readSamples('labels.png'))).toBeLessThan(20);
  });

  test('SegFormer has the logits here that it has there, from the same files', async () => {
    const labels = Array.from({ length: 150 }, (_, label) => `label ${label}`);
    const files = huggingFaceFiles(labels);
    const size = { width, height };
    const segformer = segformerNetwork();
    await storeModel('segformer', { ...files.preprocessorConfig, size }, segformer);
    await writeFile(inProject('models/segformer/config.json'), JSON.stringify(files.config));
    const script = `
      import { writeFileSync } from 'node:fs';
      import { AutoModel, AutoProcessor, env, RawImage } from '@huggingface/transformers';
      env.localModelPath = 'models/';
      env.allowRemoteModels = false;
      const model = await AutoModel.from_pretrained('segformer', { dtype: 'fp32' });
      const processor = await AutoProcessor.from_pretrained('segformer');
      const { logits } = await model(await processor(await RawImage.read('photo.png')));
      writeFileSync('logits.json', JSON.stringify({ dims: logits.dims, data: [...logits.data] }));`;
    await node('--input-type=module', '--eval', script);
    const { dims, data } = JSON.parse(await readFile(inProject('logits.json'), 'utf8'));
    const described = networkFromHuggingFace(files.config, { ...files.preprocessorConfig, size }, { bytes: segformer });
    const network = await CpuNetwork.create(described);
    const unary = await network.run(photo);
    await network.destroy();
    if (!('logits' in unary)) throw new Error('the network gives logits');
    expect(dims).toEqual([1, 150, height / 4, width / 4]);
    expect(unary.logits).toBeAllClose(data, { tolerance: 1e-3 });
  });
});

/** Of logits [label, pixel]. */
function bestLabels(logits: ArrayLike<number>, pixelCount: number): number[] {
  return Array.from({ length: pixelCount }, (_, pixel) => {
    const ofPixel = Array.from(
      { length: logits.length / pixelCount },
      (_, label) => logits[label * pixelCount + pixel],
    );
    return ofPixel.indexOf(Math.max(...ofPixel));
  });
}

describe('MediaPipe', () => {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await launchBrowser({ adapter: adapterFromEnvironment('software') });
  });
  afterAll(() => browser?.close());

  const imports = {
    meanfield: './node_modules/meanfield/dist/index.js',
    '@mediapipe/tasks-vision': './node_modules/@mediapipe/tasks-vision/vision_bundle.mjs',
  };
  const page = `<!doctype html><meta charset="utf-8"><title>MediaPipe</title>
<script type="importmap">${JSON.stringify({ imports })}</script>
<img src="astronaut.png" alt="">`;

  /** Runs in the page. */
  const program = `(async () => {
    const { segmentPhoto } = await import('./mediapipe-page.mjs');
    const photo = document.querySelector('img');
    await photo.decode();
    return [...await segmentPhoto(photo, 'selfie.tflite', './node_modules/@mediapipe/tasks-vision/wasm')];
  })()`;

  async function labelsOf(opened: Page): Promise<number[]> {
    return (await opened.evaluate(program)) as number[];
  }

  test("the segmenter's mask feeds the CRF", async () => {
    await writeFile(inProject('index.html'), page);
    await cp(path.join(repository, 'demo/public/photos/astronaut.png'), inProject('astronaut.png'));
    // Bytes become 0..1, as for the network of this package.
    const model = withPictureMetadata(selfieFile('selfie_segmentation.tflite'), 0, 255);
    await writeFile(inProject('selfie.tflite'), model);
    const site = await serveFolder(project, '/');
    const opened = await browser?.newPage();
    if (!opened) throw new Error('no browser');
    opened.setDefaultTimeout(patience);
    try {
      await opened.goto(site.url);
      const labels = await labelsOf(opened);
      expect(labels).toHaveLength(512 * 512);
      expectAstronautAlone(
        512,
        labels.flatMap((label) => [0, 0, 0, 255 * label]),
      );
    } finally {
      await opened.close();
      await site.close();
    }
  });
});
