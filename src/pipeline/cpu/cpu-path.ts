// SPDX-License-Identifier: MIT

import { CpuRefiner } from '../../cpu/cpu-refiner.js';
import type { RefineReport, Refiner } from '../../problem/api.js';
import type { CrfParameters, ProblemSize, RgbaImage } from '../../problem/types.js';
import type { NetworkUnary } from '../api.js';
import type { DrawTarget } from '../drawing/target.js';
import { Engines } from '../engines.js';
import type { FrameSource } from '../frames/frame-source.js';
import { type Extent, type Placement, planIngest, planWorkingSize } from '../frames/plan.js';
import { CpuGuide } from '../guided/cpu-guide.js';
import { markedEnergies, markedProbabilities } from '../marks/marked-probabilities.js';
import { networkPrior } from '../marks/network-prior.js';
import type { ResolvedNetwork } from '../network/description.js';
import { variantFor } from '../network/variants.js';
import { parametersForLabels, presentLabels } from '../outputs/present-labels.js';
import { unaryPlace } from '../outputs/unary-window.js';
import type { Drawn, FrameJob, FrameResult, KeptLabels, KeyJob, Path } from '../path.js';
import { promptsForKept, withMarked } from '../prompts/kept-prompts.js';
import { missingPrompts } from '../prompts/missing-prompts.js';
import type { CheckedPrompts } from '../prompts/prompts.js';
import { CanvasPainter } from './canvas-painter.js';
import { type CpuNumbers, CpuSegmentation } from './cpu-segmentation.js';
import { runBothWays } from './flip.js';
import { checkCpuFrame, FrameReader } from './frame-reader.js';
import type { InputTensor, NetworkSessions } from './network-sessions.js';
import { reseedPrompts } from './reseed.js';
import { CpuResizer } from './resizer.js';
import { CpuSmoothing } from './smoothing.js';
import { StageClock } from './stage-clock.js';
import { energiesOf, keptEnergies, labelMaximaOf, planesOf } from './unary.js';

/** What a prompt network was told. */
interface Key {
  placement: Placement;
  labelCount: number;
  image: InputTensor;
  /** The seeds, or what rounds of refinement made of them. */
  prompts: Float32Array;
}

/** Numbers, and what is told of them. */
interface CpuFrame extends Omit<FrameResult, 'present'> {
  numbers: CpuNumbers;
}

/** [label, y, x] at the working size. */
type Energies = { unary: Float32Array };

/**
 * Everything a pipeline has on the CPU, and the way of a frame through it: bytes → network's input and working image → network →
 * energies → CRF. It computes what `FramePath` computes on a GPU.
 */
export class CpuPath implements Path {
  readonly backend = 'cpu';
  readonly adapterName = 'CPU';
  readonly device = undefined;
  readonly bytes = 0;
  frameChanges = 0;
  private readonly reader = new FrameReader();
  private readonly toInput = new CpuResizer();
  private readonly toWorking = new CpuResizer();
  private readonly engines: Engines;
  private readonly painter = new CanvasPainter();
  private readonly profile: boolean;
  /** Engines that have a Q to start from. */
  private refined = new WeakSet<Refiner>();
  private frame: RgbaImage | undefined;
  private working: Uint8ClampedArray | undefined;
  private tensor: Float32Array | undefined;
  /** The network's last output. */
  private output: NetworkUnary | undefined;
  /** Size of the frame that the output is of, where it is good for the next one too. */
  private networkFrame: Extent | undefined;
  private smoothing: CpuSmoothing | undefined;
  private guide: CpuGuide | undefined;
  private key: Key | undefined;
  /** Of the last drawing. */
  private drawingMilliseconds = 0;

  constructor(
    private readonly network: ResolvedNetwork,
    private readonly sessions: NetworkSessions,
    { profile, threads }: { profile: boolean; threads: number | undefined },
  ) {
    this.profile = profile;
    this.engines = new Engines((size, parameters) => CpuRefiner.create(size, parameters, threads));
  }

  /** Makes what a first frame would have to wait for, where that can be known. */
  async open(frameSize: Extent | undefined, signal: AbortSignal | undefined): Promise<void> {
    await this.sessions.open(frameSize ? variantFor(this.network, frameSize) : this.network, signal);
  }

  get labelCount(): number {
    return this.key?.labelCount ?? this.network.labels.length;
  }

  extentOf(source: FrameSource): Extent {
    const { width, height } = checkCpuFrame(source);
    return { width, height };
  }

  /** The frame before is done when its call is. */
  async begin(): Promise<void> {}

  /** With the drawing of the frame before: that is done between the calls, and takes its share of what a camera leaves. */
  async finished(start: number): Promise<number> {
    const drawing = this.drawingMilliseconds;
    this.drawingMilliseconds = 0;
    return performance.now() - start + drawing;
  }

  async process(job: FrameJob, signal?: AbortSignal): Promise<FrameResult> {
    const { numbers, ...result } = await this.compute(job, signal);
    return { ...result, present: (frame) => new CpuSegmentation(frame, numbers) };
  }

  async setKey(
    source: FrameSource,
    { labelCount, seedsFor, rounds, frame: job }: KeyJob,
    signal?: AbortSignal,
  ): Promise<void> {
    const before = this.key;
    try {
      const frame = this.take(await this.reader.readFrame(source));
      const placement = planIngest(this.network.input, frame.width, frame.height);
      const seeds = seedsFor(placement);
      const image = this.inputOf(frame, placement, undefined);
      this.key = { placement, labelCount, image, prompts: seeds };
      for (let round = 1; round < rounds; round++) {
        const { numbers, working } = await this.compute({ ...job, source: 'captured' }, signal);
        this.key.prompts = reseedPrompts(seeds, placement, numbers.marginals, working);
      }
      signal?.throwIfAborted();
    } catch (error) {
      this.key = before;
      throw error;
    } finally {
      this.forgetOutput();
    }
  }

  restart(): void {
    this.smoothing?.reset();
    this.refined = new WeakSet();
    // The next frame may show something else: the network looks at it, whatever the frame budget says.
    this.networkFrame = undefined;
  }

  async draw(drawn: Drawn, target: DrawTarget): Promise<void> {
    const start = performance.now();
    this.painter.paint(drawn, this.shown, target);
    this.drawingMilliseconds = performance.now() - start;
  }

  async export(drawn: Drawn, size: Extent | undefined): Promise<RgbaImage> {
    return this.painter.export(drawn, this.shown, size ?? this.shown);
  }

  async destroy(): Promise<void> {
    this.engines.destroy();
    await this.sessions.destroy();
  }

  private get shown(): RgbaImage {
    if (!this.frame) throw new Error('CpuPath: no frame');
    return this.frame;
  }

  private take(frame: RgbaImage): RgbaImage {
    this.frame = frame;
    this.frameChanges++;
    return frame;
  }

  private async compute(job: FrameJob, signal: AbortSignal | undefined): Promise<CpuFrame> {
    const clock = new StageClock();
    const { source, use } = job;
    const read = source === 'captured' ? this.shown : await this.reader.readFrame(source);
    const working = planWorkingSize(read, job.workingSize);
    const variant = variantFor(this.network, read);
    const placement = this.placementFor(variant, read);
    const frame = source === 'captured' ? read : this.take(read);
    clock.lap('read');
    const runNetwork = job.runNetwork || !isSameSize(frame, this.networkFrame);
    const image = this.toWorking.toBytes(frame, working.width, working.height, this.working);
    this.working = image;
    clock.lap('resize');
    if (runNetwork) await this.runNetwork(variant, frame, placement, use, signal);
    clock.lap('network');
    const { unary, kept } = this.unaryFor({ data: image, ...working }, job);
    clock.lap('unary');
    const parameters = this.parametersForKept(job.parametersFor(working), kept.labels);
    const size = { ...working, labelCount: kept.labels.length };
    const engine = await this.engines.get({ ...size, use }, parameters);
    signal?.throwIfAborted();
    const warmStart = job.warmStart && this.refined.has(engine);
    const refinement = await engine.refine({
      image: { data: image, ...working },
      unary,
      warmStart,
    });
    if (job.refinement === 'guided') {
      const filtered = this.guideFor(size).run(image, await engine.marginals());
      await engine.refine({ unary: { probabilities: filtered } });
    }
    this.refined.add(engine);
    const [labelMap, marginals] = [await engine.labelMap(), await engine.marginals()];
    clock.lap('refine');
    const smoothed = job.smoothing ? this.smooth(job.smoothing, size, image, marginals) : { labelMap, marginals };
    if (job.smoothing) clock.lap('smooth');
    const keptLabels = kept.labels;
    return {
      numbers: { ...smoothed, keptLabels, engine, unary: () => this.keptUnary(keptLabels) },
      refinement: this.reportOf(refinement, clock),
      frame: { width: frame.width, height: frame.height },
      working,
      input: { width: placement.width, height: placement.height },
      networkRan: runNetwork,
      kept,
      parameters,
    };
  }

  private reportOf(refinement: RefineReport, { timings }: StageClock): RefineReport {
    return { ...refinement, timings: this.profile ? timings : [] };
  }

  /** Where a frame lies in the input. A prompt network sees every frame at the size of its key image. */
  private placementFor(variant: ResolvedNetwork, frame: Extent): Placement {
    if (!this.network.prompts) return planIngest(variant.input, frame.width, frame.height);
    if (!this.key) throw missingPrompts(this.network.name);
    return this.key.placement;
  }

  private inputOf(frame: RgbaImage, placement: Placement, tensor: Float32Array | undefined): InputTensor {
    const { input } = this.network;
    const { width, height } = placement;
    const dims = input.layout === 'NCHW' ? [1, 3, height, width] : [1, height, width, 3];
    return { values: this.toInput.toTensor(frame, placement, input, tensor), dims };
  }

  private async runNetwork(
    variant: ResolvedNetwork,
    frame: RgbaImage,
    placement: Placement,
    use: FrameJob['use'],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { labelCount, key } = this;
    const { input, prompts, output, flipAveraging } = this.network;
    const image = this.inputOf(frame, placement, this.tensor);
    this.tensor = image.values;
    const { width, height } = placement;
    const others: Record<string, InputTensor> = {};
    if (prompts && key) {
      others[prompts.keyImage] = key.image;
      others[prompts.keyPrompts] = { values: key.prompts, dims: [1, labelCount, height, width] };
    }
    this.forgetOutput();
    const run = (picture: InputTensor) =>
      this.sessions.run(variant, { ...others, [input.name]: picture }, labelCount, signal);
    const isFlipped = flipAveraging && use === 'photo';
    const { planes, ...extent } = await (isFlipped ? runBothWays(run, image, input.layout) : run(image));
    const place = { ...extent, ...unaryPlace(placement, extent, output.upsampling) };
    const unary = output.activation === 'logits' ? { logits: planes, ...place } : { probabilities: planes, ...place };
    this.output = unary;
    this.networkFrame = { width: frame.width, height: frame.height };
  }

  private forgetOutput(): void {
    this.output = undefined;
    this.networkFrame = undefined;
  }

  private get unary(): NetworkUnary {
    if (!this.output) throw new Error('CpuPath: no output of the network');
    return this.output;
  }

  private unaryFor(image: RgbaImage, { dropBelow, marks }: FrameJob): { unary: Energies; kept: KeptLabels } {
    const { width, height } = image;
    const { labelCount } = this;
    const all = Array.from({ length: labelCount }, (_, label) => label);
    if (marks && dropBelow <= 0) return { unary: this.markedUnary(image, marks, all), kept: nothingDropped(all) };
    const { energies, hasUnknown } = energiesOf(this.unary, { width, height, labelCount });
    if (dropBelow <= 0) return { unary: { unary: energies }, kept: nothingDropped(all) };
    // A pixel that nothing is known of might have any label.
    const maxima = hasUnknown ? new Float32Array(labelCount).fill(1) : labelMaximaOf(energies, labelCount);
    const labels = withMarked(presentLabels(maxima, dropBelow), marks);
    for (const label of labels) maxima[label] = 0;
    const kept = { labels, droppedProbability: maxima.reduce((sum, maximum) => sum + maximum, 0) };
    if (marks) return { unary: this.markedUnary(image, marks, labels), kept };
    return { unary: { unary: keptEnergies(energies, labels, width * height) }, kept };
  }

  private markedUnary(image: RgbaImage, marks: CheckedPrompts, kept: readonly number[]): Energies {
    const prior = this.network.prompts ? undefined : networkPrior(this.keptUnary(kept), kept.length);
    return { unary: markedEnergies(markedProbabilities(image, promptsForKept(marks, kept), prior)) };
  }

  private keptUnary(kept: readonly number[]): NetworkUnary {
    const { unary } = this;
    const planes = keptEnergies(planesOf(unary), kept, unary.width * unary.height);
    return 'logits' in unary ? { ...unary, logits: planes } : ({ ...unary, probabilities: planes } as NetworkUnary);
  }

  private parametersForKept(parameters: CrfParameters, kept: readonly number[]): CrfParameters {
    const { labelCount } = this;
    return kept.length === labelCount ? parameters : parametersForLabels(parameters, kept, labelCount);
  }

  private guideFor(size: ProblemSize): CpuGuide {
    if (!this.guide || !isSameProblem(this.guide.size, size)) this.guide = new CpuGuide(size);
    return this.guide;
  }

  private smooth(
    parameters: NonNullable<FrameJob['smoothing']>,
    size: ProblemSize,
    image: Uint8ClampedArray,
    marginals: Float32Array,
  ): Pick<CpuNumbers, 'labelMap' | 'marginals'> {
    const before = this.smoothing;
    if (!before || !isSameProblem(before.size, size)) {
      this.smoothing = new CpuSmoothing(size);
    }
    const smoothing = this.smoothing as CpuSmoothing;
    smoothing.take(parameters, image, marginals);
    return { labelMap: smoothing.labelMap, marginals: smoothing.marginals };
  }
}

function isSameProblem(a: ProblemSize, b: ProblemSize): boolean {
  return isSameSize(a, b) && a.labelCount === b.labelCount;
}

function nothingDropped(labels: readonly number[]): KeptLabels {
  return { labels, droppedProbability: 0 };
}

function isSameSize(a: Extent, b: Extent | undefined): boolean {
  return a.width === b?.width && a.height === b.height;
}
