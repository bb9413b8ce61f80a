// SPDX-License-Identifier: MIT

import { checkImageInput, isRgba } from '../engine/inputs/image-input.js';
import { ImageSource } from '../engine/inputs/image-source.js';
import { nameOf } from '../gpu/adapter.js';
import { checkGivenBuffer } from '../gpu/given-objects.js';
import type { ImageInput } from '../problem/api.js';
import { ArgumentError } from '../problem/errors.js';
import { checkFloats } from '../problem/inputs.js';
import { isBufferObject } from '../problem/platform-objects.js';
import type { FloatArray, ProblemSize } from '../problem/types.js';
import { probability as probabilityStage } from '../stages/analysis/probability.js';
import type * as Api from './api.js';
import { areasOf, regionsOf } from './areas.js';
import * as given from './arguments.js';
import { areaWords } from './cpu/areas.js';
import type { ImageSize } from './cpu/neighbourhood.js';
import { bySizeOperation, componentsOperation } from './gpu/components.js';
import { distanceOperation, morphologyOperation } from './gpu/distance.js';
import { areasOperation, fuseOperation, outlineOperation, relabelOperation, writeTable } from './gpu/labels.js';
import { alphaOperation, trimapOperation } from './gpu/matting.js';
import { RegionTable } from './gpu/region-table.js';
import { type Call, Runner, type Source } from './gpu/runner.js';
import { seedsOperation, watershedOperation } from './gpu/watershed.js';
import { type AnalysisTuning, defaultTuning, type Step, Workspace } from './gpu/workspace.js';
import { BufferMap, contentOfMap, type ValueKind } from './pixel-map.js';

type Floats = Api.PixelMap<Float32Array>;

export interface GpuMaskAnalysisOptions {
  size: ImageSize;
  labels: readonly string[];
  device: GPUDevice;
  adapterName?: string;
  /** Whether `destroy` also destroys the device. */
  ownsDevice?: boolean;
  /** For tests: other choices than the usual. */
  tuning?: Partial<AnalysisTuning>;
}

/** The operations on a GPUDevice. */
export class GpuMaskAnalysis implements Api.MaskAnalysis {
  readonly backend = 'webgpu';
  readonly adapterName: string;
  readonly width: number;
  readonly height: number;
  readonly labels: readonly string[];
  private readonly workspace: Workspace;
  private readonly runner: Runner;
  private readonly maps = new WeakMap<GPUBuffer, BufferMap<Uint32Array | Float32Array>>();
  /** What sums marginals up, by the buffer that holds them: they are too large to be copied. */
  private readonly probabilities = new WeakMap<GPUBuffer, Step>();
  private regionTable: RegionTable | undefined;
  private image: ImageSource | undefined;

  constructor(private readonly options: GpuMaskAnalysisOptions) {
    const { size, labels, device, tuning } = options;
    this.width = size.width;
    this.height = size.height;
    this.labels = labels;
    this.adapterName = options.adapterName ?? nameOf(device.adapterInfo);
    this.workspace = new Workspace(device, size, { ...defaultTuning, ...tuning });
    this.runner = new Runner(this.workspace);
  }

  get bytes(): number {
    return this.workspace.buffers.bytes + (this.image?.bytes ?? 0);
  }

  areas(labelMap: Api.IntegerInput): Promise<Api.AreaTable> {
    return this.runner.turn(async () => {
      const { labels, runner } = this;
      given.checkNamed('areas', labels);
      const buffer = await runner.run({
        name: 'areas',
        build: areasOperation(labels.length),
        sources: [this.integers('labelMap', labelMap)],
        options: undefined,
      });
      const words = (labels.length + 1) * areaWords;
      return {
        buffer,
        read: () => runner.turn(async () => areasOf(await runner.words(buffer, words), labels, this)),
      };
    });
  }

  mask(labelMap: Api.IntegerInput, options: Api.MaskOptions): Promise<Api.PixelMap> {
    return this.runner.turn(() => {
      const { table, into } = given.resolveMask(options, this.labels);
      return this.maskNow(labelMap, table, this.target(into));
    });
  }

  merge(labelMap: Api.IntegerInput, options: Api.MergeOptions): Promise<Api.PixelMap> {
    return this.runner.turn(() => {
      const { table, into } = given.resolveMerge(options, this.labels);
      const sources = [this.integers('labelMap', labelMap)];
      const build = relabelOperation('merge', this.labels.length, 'keep');
      return this.run({ name: 'merge', build, sources, options: table, into: this.target(into) });
    });
  }

  probability(marginals: FloatArray | GPUBuffer, options: Api.MaskOptions): Promise<Floats> {
    return this.runner.turn(async () => {
      const { workspace, runner, labels } = this;
      const { table: wanted, into: place } = given.resolveMask(options, labels);
      const into = this.target(place);
      const count = labels.length * workspace.pixelCount;
      const buffer = isBufferObject('marginals', marginals)
        ? runner.takes('marginals', checkGivenBuffer('marginals', marginals, 4 * count, 'storage'))
        : await this.uploaded(checkFloats('marginals', marginals, count));
      const table = workspace.words('table of probability', labels.length);
      const output = workspace.words('result of probability');
      const step =
        this.probabilities.get(buffer) ??
        (await runner.make(() =>
          workspace.step(probabilityStage, {
            constants: { labelCount: labels.length },
            bindings: { marginals: buffer, wanted: table, probability: output },
          }),
        ));
      this.probabilities.set(buffer, step);
      writeTable(workspace, table, wanted);
      const result = await runner.submit({ inputs: [], steps: [step], output }, [], into);
      return this.mapOf<Float32Array>(result, 'floats');
    });
  }

  erode(mask: Api.IntegerInput, options: Api.MorphologyOptions): Promise<Api.PixelMap> {
    return this.morph('erode', ['erode'], mask, options);
  }

  dilate(mask: Api.IntegerInput, options: Api.MorphologyOptions): Promise<Api.PixelMap> {
    return this.morph('dilate', ['dilate'], mask, options);
  }

  open(mask: Api.IntegerInput, options: Api.MorphologyOptions): Promise<Api.PixelMap> {
    return this.morph('open', ['erode', 'dilate'], mask, options);
  }

  close(mask: Api.IntegerInput, options: Api.MorphologyOptions): Promise<Api.PixelMap> {
    return this.morph('close', ['dilate', 'erode'], mask, options);
  }

  fillHoles(mask: Api.IntegerInput, options?: Api.HoleOptions): Promise<Api.PixelMap> {
    return this.runner.turn(() => {
      const { connectivity, limit, into } = given.resolveHoles(options);
      return this.run({
        name: 'fillHoles',
        variant: `${connectivity}`,
        build: bySizeOperation('fillHoles', 'fill', connectivity),
        sources: [this.integers('mask', mask)],
        options: limit,
        into: this.target(into),
      });
    });
  }

  components(mask: Api.IntegerInput, options?: Api.ConnectivityOptions): Promise<Api.PixelMap> {
    return this.runner.turn(() => {
      const { connectivity, into } = given.resolveConnectivity(options);
      return this.run({
        name: 'components',
        variant: `${connectivity}`,
        build: componentsOperation(connectivity),
        sources: [this.integers('mask', mask)],
        options: undefined,
        into: this.target(into),
      });
    });
  }

  removeSmall(mask: Api.IntegerInput, options: Api.SmallOptions): Promise<Api.PixelMap> {
    return this.runner.turn(() => {
      const { connectivity, limit, into } = given.resolveSmall(options);
      return this.run({
        name: 'removeSmall',
        variant: `${connectivity}`,
        build: bySizeOperation('removeSmall', 'keep', connectivity),
        sources: [this.integers('mask', mask)],
        options: limit,
        into: this.target(into),
      });
    });
  }

  regions(ids: Api.IntegerInput): Promise<readonly Api.Region[]> {
    return this.runner.turn(async () => {
      const source = this.integers('ids', ids, this.workspace.pixelCount);
      const { runner, workspace } = this;
      this.regionTable ??= await runner.make(() => RegionTable.create(workspace));
      const table = this.regionTable;
      await runner.submit({ inputs: [table.input], steps: table.countSteps, output: table.count }, [source]);
      const [largest] = await runner.words(table.count, 1);
      const count = given.checkIds(largest, workspace.pixelCount);
      if (!table.hasRoomFor(count)) {
        // There is no table if this fails.
        this.regionTable = undefined;
        await runner.make(() => table.makeRoomFor(count));
        this.regionTable = table;
      }
      const buffer = await runner.submit({ inputs: [], ...table.filled }, []);
      return regionsOf(await runner.words(buffer, (count + 1) * areaWords), this);
    });
  }

  distance(mask: Api.IntegerInput, options?: Api.Target): Promise<Api.PixelMap> {
    return this.runner.turn(() => {
      const sources = [this.integers('mask', mask)];
      const into = this.target(given.resolveTarget(options).into);
      return this.run({ name: 'distance', build: distanceOperation, sources, options: undefined, into });
    });
  }

  seeds(mask: Api.IntegerInput, options?: Api.SeedOptions): Promise<Api.PixelMap> {
    return this.runner.turn(() => {
      const { connectivity, height, into } = given.resolveSeeds(options);
      return this.run({
        name: 'seeds',
        variant: `${connectivity}`,
        build: seedsOperation(connectivity),
        sources: [this.integers('mask', mask)],
        options: height,
        into: this.target(into),
      });
    });
  }

  watershed(mask: Api.IntegerInput, options?: Api.WatershedOptions): Promise<Api.PixelMap> {
    return this.runner.turn(() => {
      const { seeds, core, into, ...choices } = given.resolveWatershed(options);
      return this.flood(mask, choices, seeds, core, this.target(into));
    });
  }

  instances(labelMap: Api.IntegerInput, options: Api.InstanceOptions): Promise<Api.PixelMap> {
    return this.runner.turn(async () => {
      const { mask, core, into: wanted, ...choices } = given.resolveInstances(options, this.labels);
      const into = this.target(wanted);
      const source = this.integers('labelMap', labelMap);
      // All in one turn: nobody else's mask may come between.
      const coreWords = this.workspace.words('core of instances');
      await this.maskNow(source, core, coreWords);
      const whole = await this.maskNow(source, mask, undefined);
      return this.flood(whole, choices, undefined, coreWords, into);
    });
  }

  outline(map: Api.IntegerInput, options?: Api.OutlineOptions): Promise<Api.PixelMap> {
    return this.runner.turn(() => {
      const { connectivity, alongFrame, into } = given.resolveOutline(options);
      return this.run({
        name: 'outline',
        variant: `${connectivity} ${alongFrame}`,
        build: outlineOperation(connectivity, alongFrame),
        sources: [this.integers('map', map)],
        options: undefined,
        into: this.target(into),
      });
    });
  }

  fuse(before: Api.IntegerInput, after: Api.IntegerInput, options: Api.FusionOptions): Promise<Api.PixelMap> {
    return this.runner.turn(() => {
      const { roles, where, limit, into } = given.resolveFusion(options, this.labels);
      return this.run({
        name: 'fuse',
        variant: where,
        build: fuseOperation(this.labels.length, where),
        sources: [this.integers('before', before), this.integers('after', after)],
        options: { roles, limit },
        into: this.target(into),
      });
    });
  }

  trimap(mask: Api.IntegerInput, options: Api.TrimapOptions): Promise<Api.PixelMap> {
    return this.runner.turn(() => {
      const { limits, into: wanted } = given.resolveTrimap(options);
      const sources = [this.integers('mask', mask)];
      const into = this.target(wanted);
      return this.run({ name: 'trimap', build: trimapOperation, sources, options: limits, into });
    });
  }

  softAlpha(image: ImageInput, foreground: Api.Foreground, options?: Api.AlphaOptions): Promise<Floats> {
    return this.runner.turn(async () => {
      const { guide, trimap, into: wanted } = given.resolveAlpha(options);
      const { runner } = this;
      const picture = checkImageInput(image, this);
      const { form, value } = given.checkForeground(foreground);
      const sources: Source[] = [
        form === 'mask' ? this.integers('foreground.mask', value) : this.floats('foreground.probability', value),
      ];
      if (trimap !== undefined) sources.push(this.integers('options.trimap', trimap));
      const into = this.target(wanted);
      const pixels = await this.takeImage(picture);
      const buffer = await runner.run({
        name: 'softAlpha',
        variant: `${form} ${trimap !== undefined}`,
        build: alphaOperation(pixels, form, trimap !== undefined),
        sources,
        options: guide,
        into,
      });
      return this.mapOf<Float32Array>(buffer, 'floats');
    });
  }

  destroy(): void {
    this.runner.destroy();
    this.image?.destroy();
    if (this.options.ownsDevice) this.options.device.destroy();
  }

  private maskNow(labelMap: unknown, table: Uint32Array, into: GPUBuffer | undefined): Promise<Api.PixelMap> {
    const sources = [this.integers('labelMap', labelMap)];
    const build = relabelOperation('mask', this.labels.length, 'zero');
    return this.run({ name: 'mask', build, sources, options: table, into });
  }

  private flood(
    mask: unknown,
    { connectivity, height }: { connectivity: Api.Connectivity; height: number },
    seeds: unknown,
    core: unknown,
    into: GPUBuffer | undefined,
  ): Promise<Api.PixelMap> {
    const sources: Source[] = [this.integers('mask', mask)];
    if (seeds !== undefined) sources.push(this.integers('options.seeds', seeds, this.workspace.pixelCount));
    if (core !== undefined) sources.push(this.integers('options.core', core));
    const variant = {
      connectivity,
      seeds: seeds === undefined ? 'own' : 'given',
      core: core === undefined ? 'whole' : 'given',
    } as const;
    return this.run({
      name: 'watershed',
      variant: `${connectivity} ${variant.seeds} ${variant.core}`,
      build: watershedOperation(variant),
      sources,
      options: height,
      into,
    });
  }

  private morph(
    name: string,
    changes: readonly ('erode' | 'dilate')[],
    mask: Api.IntegerInput,
    options: Api.MorphologyOptions,
  ): Promise<Api.PixelMap> {
    return this.runner.turn(() => {
      const { shape, limit, into } = given.resolveMorphology(options);
      return this.run({
        name,
        variant: shape,
        build: morphologyOperation(name, changes, shape),
        sources: [this.integers('mask', mask)],
        options: limit,
        into: this.target(into),
      });
    });
  }

  private async run<Options>(call: Call<Options>): Promise<Api.PixelMap> {
    return this.mapOf<Uint32Array>(await this.runner.run(call), 'integers');
  }

  private mapOf<Values extends Uint32Array | Float32Array>(buffer: GPUBuffer, kind: ValueKind): Api.PixelMap<Values> {
    let map = this.maps.get(buffer);
    if (map?.kind !== kind) {
      const { runner, workspace } = this;
      const read = (from: GPUBuffer) => runner.turn(() => runner.words(from, workspace.pixelCount));
      map = new BufferMap(this.width, this.height, kind, workspace.device.device, buffer, read);
      this.maps.set(buffer, map);
    }
    return map as unknown as Api.PixelMap<Values>;
  }

  /** Marginals that came as an array. */
  private async uploaded(values: Float32Array): Promise<GPUBuffer> {
    const buffer = await this.runner.make(async () => this.workspace.words('marginals', values.length));
    const { device } = this.workspace;
    device.queue.writeBuffer(buffer, 0, values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
    return buffer;
  }

  /** The image as RGBA bytes, one u32 a pixel. */
  private async takeImage(picture: ImageInput): Promise<GPUBuffer> {
    const { device, programs, tuning } = this.workspace;
    const size: ProblemSize = { width: this.width, height: this.height, labelCount: 1 };
    const { runner } = this;
    this.image ??= new ImageSource(
      { device, programs, size, tuning },
      await runner.make(async () => this.workspace.words('image', size.width * size.height)),
    );
    const { image } = this;
    try {
      await runner.make(() => image.prepare(picture));
    } catch (error) {
      image.releaseTexture();
      throw error;
    }
    const read = () => device.submit('MaskAnalysis.image', (encoder) => image.encode(encoder, picture));
    if (isRgba(picture)) device.around(read);
    else await runner.reads('image', picture, read);
    return image.pixels;
  }

  private integers(argument: string, input: unknown, largest?: number): Uint32Array | GPUBuffer {
    const content = this.content(argument, input, 'integers');
    return isBufferObject(argument, content)
      ? (content as GPUBuffer)
      : given.checkIntegers(argument, content, this.workspace.pixelCount, largest);
  }

  private floats(argument: string, input: unknown): Float32Array | GPUBuffer {
    const content = this.content(argument, input, 'floats');
    return isBufferObject(argument, content)
      ? (content as GPUBuffer)
      : checkFloats(argument, content, this.workspace.pixelCount);
  }

  private content(argument: string, input: unknown, kind: ValueKind): unknown {
    const content = contentOfMap(argument, input, kind, this);
    if (content instanceof BufferMap) {
      if (content.device === this.options.device) return this.runner.takes(argument, content.buffer);
      throw new ArgumentError(argument, input, 'a map of this device');
    }
    if (!isBufferObject(argument, input)) return content ?? input;
    return this.runner.takes(argument, checkGivenBuffer(argument, input, 4 * this.workspace.pixelCount, 'copySource'));
  }

  private target(into: unknown): GPUBuffer | undefined {
    if (into === undefined) return undefined;
    const bytes = 4 * this.workspace.pixelCount;
    return this.runner.takes('options.into', checkGivenBuffer('options.into', into, bytes, 'copySource', 'copyTarget'));
  }
}
