// SPDX-License-Identifier: MIT

import { type CrfParameters, DenseCrf, DeviceError, type RefineInput, type Refiner } from '../../src/index.js';
import { labelProbabilities } from '../colour-model/colour-model.js';
import type { Job, Picture, Refinement, Segmentation } from './protocol.js';
import { segment } from './segmentation.js';

/** The GPU is started anew once after it was lost; then the processor takes over. */
const retries = 1;

/** Colour model and CRF for one picture at a time. Lives in a worker, so that the page never waits. */
export class Engine {
  private picture: Picture | undefined;
  private marks: Uint8Array | undefined;
  private labelCount = 0;
  private probabilities: Float32Array | undefined;
  private before: Segmentation | undefined;
  private crf: Refiner | undefined;
  private crfKey = '';
  /** What the CRF does not know yet. */
  private pending: RefineInput = {};
  private losses = 0;

  async run(job: Job): Promise<Refinement> {
    const picture = job.picture ?? this.picture;
    const marks = job.marks ?? this.marks;
    if (!picture || !marks) throw new Error('The first job brings a picture and marks.');
    const isNew = job.picture !== undefined || job.marks !== undefined || job.labelCount !== this.labelCount;
    this.picture = picture;
    this.marks = marks;
    this.labelCount = job.labelCount;
    const colourMilliseconds = isNew || !this.probabilities ? this.learnColours(picture, marks) : 0;
    if (job.picture) this.pending.image = { data: picture.pixels, width: picture.width, height: picture.height };
    return { ...(await this.refine(job, picture)), colourMilliseconds };
  }

  private learnColours(picture: Picture, marks: Uint8Array): number {
    const start = performance.now();
    const { labelCount } = this;
    this.probabilities = labelProbabilities({ ...picture, labelCount, marks });
    this.before = segment(this.probabilities, marks.length, labelCount);
    this.pending.unary = { probabilities: this.probabilities };
    return performance.now() - start;
  }

  private async refine(job: Job, picture: Picture): Promise<Omit<Refinement, 'colourMilliseconds'>> {
    for (;;) {
      try {
        return await this.tryRefine(job, picture);
      } catch (error) {
        this.forgetCrf();
        if (!(error instanceof DeviceError) || this.usesProcessor(job)) throw error;
        this.losses++;
      }
    }
  }

  private async tryRefine(job: Job, picture: Picture): Promise<Omit<Refinement, 'colourMilliseconds'>> {
    const { width, height } = picture;
    const { labelCount, before } = this;
    if (!before) throw new Error('Colours come before the CRF.');
    const crf = await this.crfFor(job, picture);
    const start = performance.now();
    const report = await crf.refine(this.pending);
    const marginals = await crf.marginals();
    const refineMilliseconds = performance.now() - start;
    this.pending = {};
    return {
      width,
      height,
      labelCount,
      before,
      after: segment(marginals, width * height, labelCount),
      iterations: report.iterations,
      backend: crf.backend,
      adapterName: crf.adapterName,
      refineMilliseconds,
      notice: this.notice(job),
    };
  }

  private async crfFor(job: Job, picture: Picture): Promise<Refiner> {
    const { width, height } = picture;
    const backend = this.usesProcessor(job) ? 'cpu' : job.backend;
    const key = `${width} ${height} ${this.labelCount} ${backend}`;
    const parameters: CrfParameters = job.parameters;
    if (this.crf && key === this.crfKey) {
      this.crf.setParameters(parameters);
      return this.crf;
    }
    this.forgetCrf();
    this.crf = await DenseCrf.create({ width, height, labelCount: this.labelCount, parameters, backend });
    this.crfKey = key;
    return this.crf;
  }

  private usesProcessor(job: Job): boolean {
    return job.backend === 'cpu' || this.losses > retries;
  }

  private notice(job: Job): string | undefined {
    if (this.losses === 0 || job.backend === 'cpu') return undefined;
    return this.losses > retries
      ? 'The GPU failed twice. The processor computes now: slower, with the same result. Reload to try the GPU again.'
      : 'The GPU was lost for a moment and started anew. Nothing was lost.';
  }

  /** The next one must be told everything. */
  private forgetCrf(): void {
    this.crf?.destroy();
    this.crf = undefined;
    const { picture, probabilities } = this;
    if (!picture || !probabilities) return;
    this.pending = {
      image: { data: picture.pixels, width: picture.width, height: picture.height },
      unary: { probabilities },
    };
  }
}
