// SPDX-License-Identifier: MIT

import type { LoadProgress, NetworkDescription, Pipeline, Prompts } from '../../src/pipeline/index.js';
import type { NamedColour, Picture } from './protocol.js';

/** What a network says of a picture, before the CRF. */
export interface NetworkResult {
  /** Float32 [label, y, x], of the picture's size. */
  probabilities: Float32Array;
  /** Of the labels that are anywhere likely; undefined where marks decide which labels there are. */
  labels: readonly NamedColour[] | undefined;
  labelCount: number;
}

/** A label that is nowhere more probable than this would win no pixel: the CRF is spared it. */
const leastProbability = 0.02;

/** A second look at the picture, with what was found in the first. */
const rounds = 2;

/** One network at a time, with its CRF left out: that is what the page is about. */
export class NetworkSource {
  private pipeline: Pipeline | undefined;
  private making: Promise<Pipeline> | undefined;
  private made: { device: GPUDevice; network: string | NetworkDescription } | undefined;
  private loading: AbortController | undefined;

  constructor(private readonly tell: (progress: LoadProgress | undefined) => void) {}

  cancel(): void {
    this.loading?.abort(new Error('loading was cancelled'));
  }

  /** Whether `run` would begin at once. */
  isReady(device: GPUDevice, network: string | NetworkDescription): boolean {
    return this.pipeline !== undefined && this.made?.device === device && this.made.network === network;
  }

  /** Throws what Pipeline.create throws. */
  async prepare(device: GPUDevice, network: string | NetworkDescription): Promise<void> {
    await this.pipelineFor(device, network);
  }

  /** Throws what Pipeline.create, setPrompts and segment throw. */
  async run(
    device: GPUDevice,
    network: string | NetworkDescription,
    picture: Picture,
    prompts: Prompts | undefined,
  ): Promise<NetworkResult> {
    const { width, height, pixels } = picture;
    const pipeline = await this.pipelineFor(device, network);
    pipeline.setWorkingSize(Math.max(width, height));
    const image = { data: pixels, width, height };
    const takesMarks = pipeline.network.prompts !== undefined;
    if (takesMarks) {
      if (!prompts) throw new Error('This network needs marks.');
      // With the CRF that suits the network: its result is what the second round begins with.
      pipeline.setCrf(pipeline.network.crf ?? null);
      await pipeline.setPrompts(image, prompts, { rounds });
      pipeline.setCrf(null);
    }
    const segmentation = await pipeline.segment(image);
    const marginals = await segmentation.marginals();
    if (takesMarks) return { probabilities: marginals, labels: undefined, labelCount: segmentation.labels.length };
    return likelyLabels(marginals, width * height, segmentation.labels, pipeline.network.colours);
  }

  private pipelineFor(device: GPUDevice, network: string | NetworkDescription): Promise<Pipeline> {
    const isSame = this.made?.device === device && this.made.network === network;
    if (!this.making || !isSame) {
      const before = this.pipeline;
      this.pipeline = undefined;
      this.made = { device, network };
      this.loading?.abort();
      const making = this.make(device, network, before);
      this.making = making;
      making.catch(() => {
        if (this.making === making) this.making = undefined;
      });
    }
    return this.making;
  }

  private async make(
    device: GPUDevice,
    network: string | NetworkDescription,
    before: Pipeline | undefined,
  ): Promise<Pipeline> {
    const loading = new AbortController();
    this.loading = loading;
    await before?.destroy();
    const { Pipeline, presetNetwork } = await import('../../src/pipeline/index.js');
    try {
      const pipeline = await Pipeline.create({
        network: typeof network === 'string' ? presetNetwork(network) : network,
        crf: null,
        dropBelow: 0,
        device,
        signal: loading.signal,
        onProgress: (progress) => {
          if (this.loading === loading) this.tell(progress);
        },
      });
      if (this.loading === loading) this.pipeline = pipeline;
      return pipeline;
    } finally {
      if (this.loading === loading) this.tell(undefined);
    }
  }
}

/** Leaves out what is nowhere likely, so that 150 labels cost what those in sight cost. */
function likelyLabels(
  marginals: Float32Array,
  pixelCount: number,
  names: readonly string[],
  colours: readonly string[],
): NetworkResult {
  const planes = names.map((_, label) => marginals.subarray(label * pixelCount, (label + 1) * pixelCount));
  const maxima = planes.map((plane) => plane.reduce((most, value) => Math.max(most, value), 0));
  let kept = names.map((_, label) => label).filter((label) => maxima[label] >= leastProbability);
  // Two labels at least: there must be something to decide.
  if (kept.length < 2) {
    kept = names
      .map((_, label) => label)
      .sort((a, b) => maxima[b] - maxima[a] || a - b)
      .slice(0, 2)
      .sort((a, b) => a - b);
  }
  const probabilities = new Float32Array(kept.length * pixelCount);
  for (const [plane, label] of kept.entries()) probabilities.set(planes[label], plane * pixelCount);
  const labels = kept.map((label) => ({ name: names[label], colour: colours[label] }));
  return { probabilities, labels, labelCount: kept.length };
}
