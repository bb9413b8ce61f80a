// SPDX-License-Identifier: MIT

import type { CrfParameters, RgbaImage } from '../../index.js';
import {
  type FrameReport,
  type NetworkDescription,
  Pipeline,
  type Prompts,
  type ResolvedNetwork,
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
  /** 'webgpu' in a page, 'cpu' in Node. */
  backend: 'webgpu' | 'cpu';
  threads?: number;
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

/** The network that is ready; a page, and Node, has one at a time. */
let pipeline: Pipeline | undefined;

export async function openNetwork(job: OpenJob): Promise<OpenJobResult> {
  await pipeline?.destroy();
  pipeline = undefined;
  pipeline = await Pipeline.create({
    network: describeNetwork(job),
    backend: job.backend,
    ...(job.crf === undefined ? undefined : { crf: job.crf }),
    ...(job.workingSize === undefined ? undefined : { workingSize: job.workingSize }),
    ...(job.threads === undefined ? undefined : { threads: job.threads }),
  });
  return { adapterName: pipeline.adapterName, labels: pipeline.network.labels };
}

export async function closeNetwork(): Promise<void> {
  await pipeline?.destroy();
  pipeline = undefined;
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
  const { image, prompts } = job;
  if (prompts) await pipeline.setPrompts(image, prompts);
  const segmentation = await pipeline.segment(image);
  const [labelMap, marginals] = [await segmentation.labelMap(), await segmentation.marginals()];
  return {
    labels: segmentation.labels,
    labelMap: labelMapAt(image, labelMap, marginals, segmentation),
    ...(await drawPictures(pipeline, job)),
    report: segmentation.report,
  };
}

async function drawPictures(
  from: Pipeline,
  { foreground, overlay, cutOut }: SegmentJob,
): Promise<Pick<SegmentJobResult, 'overlay' | 'cutOut'>> {
  const colours = from.network.labels.map((name, label) => colourOf(from.network, name, label));
  const cutOutView = { kind: 'cut-out', ...(foreground ? { foreground } : undefined) } as const;
  return {
    ...(overlay ? { overlay: bytesOf(await from.exportImage({ kind: 'overlay' }, { colours })) } : undefined),
    ...(cutOut ? { cutOut: bytesOf(await from.exportImage(cutOutView)) } : undefined),
  };
}

/** What is only the rest of the picture is left as it is. */
function colourOf({ colours }: ResolvedNetwork, name: string, label: number): string {
  return name === 'background' ? `${colours[label]}00` : colours[label];
}

function bytesOf({ data }: RgbaImage): Uint8ClampedArray {
  return new Uint8ClampedArray(data.buffer, data.byteOffset, data.byteLength);
}
