// SPDX-License-Identifier: MIT

import type { CrfParameters, RgbaImage } from '../../index.js';
import {
  type FrameReport,
  type NetworkDescription,
  Painter,
  Pipeline,
  type Prompts,
  type Segmentation,
} from '../../pipeline/index.js';
import { labelMapAt } from './full-size.js';
import { knownNetworks } from './known-networks.js';

/** Which network the page gets ready. */
export interface OpenJob {
  /** One of `knownNetworks` that comes with the package. */
  preset?: string;
  /** Any other one, with its file. */
  network?: Omit<NetworkDescription, 'bytes' | 'url'>;
  bytes?: Uint8Array;
  /** null: the network's output is only upsampled. */
  crf?: CrfParameters | null;
  workingSize?: number;
}

export interface OpenJobResult {
  adapterName: string;
  /** Names by label. */
  labels: readonly string[];
}

/** One picture. */
export interface SegmentJob {
  image: RgbaImage;
  prompts?: Prompts;
  /** Of a network that takes prompts. */
  rounds: number;
  /** Labels that the cut-out keeps; null: all but 0. */
  foreground: readonly number[] | null;
  overlay: boolean;
  cutOut: boolean;
}

export interface SegmentJobResult {
  labels: readonly string[];
  /** [y, x] at the picture's own size. */
  labelMap: Uint32Array;
  /** RGBA with straight alpha, at the picture's own size. */
  overlay?: Uint8ClampedArray;
  cutOut?: Uint8ClampedArray;
  report: FrameReport;
}

/** The network that is ready; a page has one at a time. */
let pipeline: Pipeline | undefined;

export async function openNetwork(job: OpenJob): Promise<OpenJobResult> {
  await pipeline?.destroy();
  pipeline = undefined;
  pipeline = await Pipeline.create({
    network: describeNetwork(job),
    ...(job.crf === undefined ? undefined : { crf: job.crf }),
    ...(job.workingSize === undefined ? undefined : { workingSize: job.workingSize }),
  });
  return { adapterName: pipeline.adapterName, labels: pipeline.network.labels };
}

export function describeNetwork({
  preset,
  network,
  bytes,
}: Pick<OpenJob, 'preset' | 'network' | 'bytes'>): NetworkDescription {
  if (preset !== undefined) return knownNetworks[preset];
  if (!network || !bytes) throw new Error('neither a preset nor a network with its file');
  return { ...network, bytes };
}

export async function segmentPicture(job: SegmentJob): Promise<SegmentJobResult> {
  if (!pipeline) throw new Error('no network is open');
  const { image, prompts, rounds } = job;
  if (prompts) await pipeline.setPrompts(image, prompts, { rounds });
  const segmentation = await pipeline.segment(image);
  const [labelMap, marginals] = [await segmentation.labelMap(), await segmentation.marginals()];
  return {
    labels: segmentation.labels,
    labelMap: labelMapAt(image, labelMap, marginals, segmentation),
    ...(job.overlay || job.cutOut ? await drawPictures(pipeline.device, segmentation, job) : undefined),
    report: segmentation.report,
  };
}

async function drawPictures(
  device: GPUDevice,
  { width, height, gpu, keptLabels }: Segmentation,
  { image, foreground, overlay, cutOut }: SegmentJob,
): Promise<Pick<SegmentJobResult, 'overlay' | 'cutOut'>> {
  const painter = new Painter(device);
  const frame = textureOf(device, image);
  try {
    const labels = { width, height, labelCount: keptLabels.length, labelMap: gpu.labelMap, marginals: gpu.marginals };
    await painter.prepare({
      sources: { frame, labels },
      formats: ['rgba8unorm'],
      colours: keptLabels.map(colourOf),
    });
    // The GPU counts the labels that were kept only.
    const kept = keptLabels.flatMap((label, index) => (isForeground(label, foreground) ? [index] : []));
    return {
      ...(overlay ? { overlay: bytesOf(await painter.exportImage({ kind: 'overlay' })) } : undefined),
      ...(cutOut ? { cutOut: bytesOf(await painter.exportImage({ kind: 'cut-out', foreground: kept })) } : undefined),
    };
  } finally {
    painter.destroy();
    frame.destroy();
  }
}

/** What is only the rest of the picture is left as it is. */
function colourOf(label: number): string {
  const { labels = [], colours = [] } = pipeline?.network ?? {};
  return labels[label] === 'background' ? `${colours[label]}00` : colours[label];
}

function isForeground(label: number, foreground: readonly number[] | null): boolean {
  return foreground === null ? label !== 0 : foreground.includes(label);
}

function bytesOf({ data }: RgbaImage): Uint8ClampedArray {
  return new Uint8ClampedArray(data.buffer, data.byteOffset, data.byteLength);
}

function textureOf(device: GPUDevice, { data, width, height }: RgbaImage): GPUTexture {
  const texture = device.createTexture({
    label: 'segment.frame',
    size: [width, height],
    format: 'rgba8unorm',
    usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST,
  });
  device.queue.writeTexture({ texture }, data as Uint8Array<ArrayBuffer>, { bytesPerRow: 4 * width }, [width, height]);
  return texture;
}
