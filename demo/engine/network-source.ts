// SPDX-License-Identifier: MIT

import type { Extent, NetworkDescription, Pipeline, Prompts } from '../../src/pipeline/index.js';
import type { NamedColour, NetworkProgress, Picture } from './protocol.js';

/** A preset's name, or a description with its bytes; and the long side of its input in pixels, where it is not the network's own. */
export interface NetworkChoice {
  network: string | NetworkDescription;
  inputSize: number | undefined;
}

/** What a network says of a picture, before the CRF. */
export interface NetworkResult {
  /** Float32 [label, y, x], of the picture's size. */
  probabilities: Float32Array;
  /** Of the labels that are anywhere likely; undefined where marks decide which labels there are. */
  labels: readonly NamedColour[] | undefined;
  labelCount: number;
  /** What the network saw; undefined where it was not asked. */
  input: Extent | undefined;
}

/** A label that is nowhere more probable than this would win no pixel: the CRF is spared it. */
const leastProbability = 0.02;

/** One network at a time, with its CRF left out: that is what the page is about. */
export class NetworkSource {
  private pipeline: Pipeline | undefined;
  private making: Promise<Pipeline> | undefined;
  private made: (NetworkChoice & { device: GPUDevice | undefined }) | undefined;
  private loading: AbortController | undefined;

  constructor(private readonly tell: (progress: NetworkProgress | undefined) => void) {}

  cancel(): void {
    this.loading?.abort(new Error('loading was cancelled'));
  }

  private isMade(device: GPUDevice | undefined, { network, inputSize }: NetworkChoice): boolean {
    const { made } = this;
    return made !== undefined && made.device === device && made.network === network && made.inputSize === inputSize;
  }

  /**
   * Throws what Pipeline.create, setPrompts and segment throw.
   *
   * @param device undefined: the processor computes
   */
  async run(
    device: GPUDevice | undefined,
    choice: NetworkChoice,
    picture: Picture,
    prompts: Prompts | undefined,
  ): Promise<NetworkResult> {
    const pipeline = await this.pipelineFor(device, choice);
    this.tell({ phase: 'run' });
    try {
      return await this.look(pipeline, picture, prompts);
    } finally {
      this.tell(undefined);
    }
  }

  private async look(pipeline: Pipeline, picture: Picture, prompts: Prompts | undefined): Promise<NetworkResult> {
    const { width, height, pixels } = picture;
    pipeline.setWorkingSize(Math.max(width, height));
    const image = { data: pixels, width, height };
    // Marks correct it; marks alone need no network and never come here.
    if (prompts) await pipeline.setPrompts(image, prompts);
    const segmentation = await pipeline.segment(image);
    const marginals = await segmentation.marginals();
    const { input } = segmentation.report;
    const { labels } = segmentation;
    return { ...likelyLabels(marginals, width * height, labels, pipeline.network.colours), input };
  }

  private pipelineFor(device: GPUDevice | undefined, choice: NetworkChoice): Promise<Pipeline> {
    if (!this.making || !this.isMade(device, choice)) {
      const before = this.pipeline;
      this.pipeline = undefined;
      this.made = { device, network: choice.network, inputSize: choice.inputSize };
      this.loading?.abort();
      const making = this.make(device, choice, before);
      this.making = making;
      making.catch(() => {
        if (this.making === making) this.making = undefined;
      });
    }
    return this.making;
  }

  private async make(
    device: GPUDevice | undefined,
    { network, inputSize }: NetworkChoice,
    before: Pipeline | undefined,
  ): Promise<Pipeline> {
    const loading = new AbortController();
    this.loading = loading;
    await before?.destroy();
    const { Pipeline } = await import('../../src/pipeline/index.js');
    try {
      const description = await descriptionOf(network);
      const pipeline = await Pipeline.create({
        network: inputSize === undefined ? description : withInputSize(description, inputSize),
        crf: null,
        dropBelow: 0,
        ...(device ? { backend: 'webgpu', device } : { backend: 'cpu' }),
        signal: loading.signal,
        onProgress: (progress) => {
          if (this.loading === loading) this.tell(progress);
        },
      });
      if (this.loading === loading) this.pipeline = pipeline;
      return pipeline;
    } catch (error) {
      if (this.loading === loading) this.tell(undefined);
      throw error;
    }
  }
}

async function descriptionOf(network: string | NetworkDescription): Promise<NetworkDescription> {
  if (typeof network !== 'string') return network;
  if (network === 'nuclei') {
    // The library has it behind a door of its own, and not its file.
    const [{ nuclei }, file] = await Promise.all([
      import('../../src/pipeline/nuclei.js'),
      import('../../models/nuclei.onnx?url&no-inline'),
    ]);
    return { ...nuclei, url: file.default };
  }
  return (await import('../../src/pipeline/index.js')).presetNetwork(network);
}

function withInputSize(description: NetworkDescription, longSide: number): NetworkDescription {
  return { ...description, input: { ...description.input, longSide } };
}

/** Leaves out what is nowhere likely, so that 150 labels cost what those in sight cost. */
function likelyLabels(
  marginals: Float32Array,
  pixelCount: number,
  names: readonly string[],
  colours: readonly string[],
): Omit<NetworkResult, 'input'> {
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
