// SPDX-License-Identifier: MIT

import type { ImageInput } from '../problem/api.js';
import { ArgumentError, DeviceError } from '../problem/errors.js';
import { sidesOf } from '../problem/images.js';
import { checkFloats } from '../problem/inputs.js';
import { isBufferObject } from '../problem/platform-objects.js';
import { readPixels } from '../problem/read-pixels.js';
import { readObject } from '../problem/reading.js';
import { copyOf } from '../problem/typed-arrays.js';
import type { FloatArray, LabelArray } from '../problem/types.js';
import type * as Api from './api.js';
import { areasOf } from './areas.js';
import { checkForeground, checkIntegers, checkNamed, resolveTarget } from './arguments.js';
import { areas } from './cpu/areas.js';
import type { ImageSize } from './cpu/neighbourhood.js';
import * as functions from './functions.js';
import { ArrayMap, BufferMap, contentOfMap, type ValueKind } from './pixel-map.js';

type Map = Promise<Api.PixelMap>;

/** The CPU twins behind the interface of MaskAnalysis. One thread. */
export class CpuMaskAnalysis implements Api.MaskAnalysis {
  readonly backend = 'cpu';
  readonly adapterName = 'CPU';
  readonly bytes = 0;
  readonly width: number;
  readonly height: number;
  private destroyed = false;

  constructor(
    size: ImageSize,
    readonly labels: readonly string[],
  ) {
    this.width = size.width;
    this.height = size.height;
  }

  async areas(labelMap: Api.IntegerInput): Promise<Api.AreaTable> {
    const { data } = this.image('labelMap', labelMap);
    const { names } = this;
    const table = areas(data, names.length, this);
    return {
      get buffer(): GPUBuffer {
        throw new DeviceError("AreaTable.buffer: backend 'cpu' has no GPU buffers; read the areas instead");
      },
      read: async () => areasOf(table, names, this),
    };
  }

  async mask(labelMap: Api.IntegerInput, options: Api.MaskOptions): Map {
    return this.map(functions.maskOfLabels(this.image('labelMap', labelMap), this.names, this.given(options)));
  }

  async merge(labelMap: Api.IntegerInput, options: Api.MergeOptions): Map {
    return this.map(functions.mergeLabels(this.image('labelMap', labelMap), this.names, this.given(options)));
  }

  async probability(marginals: FloatArray | GPUBuffer, options: Api.MaskOptions): Promise<Api.PixelMap<Float32Array>> {
    this.checkUsable();
    const given = this.given(options);
    const arrays = notOnGpu('marginals', marginals) as FloatArray;
    return this.map(functions.labelProbability(arrays, this.pixelCount, this.names, given));
  }

  async erode(mask: Api.IntegerInput, options: Api.MorphologyOptions): Map {
    return this.map(functions.erodeMask(this.image('mask', mask), this.given(options)));
  }

  async dilate(mask: Api.IntegerInput, options: Api.MorphologyOptions): Map {
    return this.map(functions.dilateMask(this.image('mask', mask), this.given(options)));
  }

  async open(mask: Api.IntegerInput, options: Api.MorphologyOptions): Map {
    return this.map(functions.openMask(this.image('mask', mask), this.given(options)));
  }

  async close(mask: Api.IntegerInput, options: Api.MorphologyOptions): Map {
    return this.map(functions.closeMask(this.image('mask', mask), this.given(options)));
  }

  async fillHoles(mask: Api.IntegerInput, options?: Api.HoleOptions): Map {
    return this.map(functions.fillHoles(this.image('mask', mask), this.given(options)));
  }

  async components(mask: Api.IntegerInput, options?: Api.ConnectivityOptions): Map {
    return this.map(functions.connectedComponents(this.image('mask', mask), this.given(options)));
  }

  async removeSmall(mask: Api.IntegerInput, options: Api.SmallOptions): Map {
    return this.map(functions.removeSmallComponents(this.image('mask', mask), this.given(options)));
  }

  async regions(ids: Api.IntegerInput): Promise<readonly Api.Region[]> {
    return functions.regionsOfIds(this.image('ids', ids, this.pixelCount));
  }

  async distance(mask: Api.IntegerInput, options?: Api.Target): Map {
    resolveTarget(this.given(options));
    return this.map(functions.distanceToZero(this.image('mask', mask)));
  }

  async seeds(mask: Api.IntegerInput, options?: Api.SeedOptions): Map {
    return this.map(functions.watershedSeeds(this.image('mask', mask), this.given(options)));
  }

  async watershed(mask: Api.IntegerInput, options?: Api.WatershedOptions): Map {
    const { seeds, core, ...others } = this.given(options);
    const given = {
      ...(seeds === undefined ? undefined : { seeds: this.image('options.seeds', seeds, this.pixelCount).data }),
      ...(core === undefined ? undefined : { core: this.image('options.core', core).data }),
    };
    return this.map(functions.watershed(this.image('mask', mask), { ...others, ...given }));
  }

  async instances(labelMap: Api.IntegerInput, options: Api.InstanceOptions): Map {
    return this.map(functions.labelInstances(this.image('labelMap', labelMap), this.names, this.given(options)));
  }

  async outline(map: Api.IntegerInput, options?: Api.OutlineOptions): Map {
    return this.map(functions.innerOutline(this.image('map', map), this.given(options)));
  }

  async fuse(before: Api.IntegerInput, after: Api.IntegerInput, options: Api.FusionOptions): Map {
    const maps = [this.image('before', before), this.image('after', after)] as const;
    return this.map(functions.fuseLabels(...maps, this.names, this.given(options)));
  }

  async trimap(mask: Api.IntegerInput, options: Api.TrimapOptions): Map {
    return this.map(functions.trimapOf(this.image('mask', mask), this.given(options)));
  }

  async softAlpha(
    image: ImageInput,
    foreground: Api.Foreground,
    options?: Api.AlphaOptions,
  ): Promise<Api.PixelMap<Float32Array>> {
    this.checkUsable();
    const { width, height } = this;
    const { trimap, ...others } = this.given(options);
    const undecided = trimap === undefined ? {} : { trimap: this.image('options.trimap', trimap).data };
    const { form, value } = checkForeground(foreground);
    const front =
      form === 'mask'
        ? { mask: this.image('foreground.mask', value as Api.IntegerInput).data }
        : { probability: this.floats('foreground.probability', value as Api.FloatInput) };
    const data = pixelsOf(image, { width, height });
    return this.map(functions.softAlpha({ data, width, height }, front, { ...others, ...undecided }));
  }

  destroy(): void {
    this.destroyed = true;
  }

  private map<Values extends Uint32Array | Float32Array>(values: Values): Api.PixelMap<Values> {
    return new ArrayMap(this.width, this.height, values);
  }

  private image(
    argument: string,
    input: Api.IntegerInput,
    largest?: number,
  ): { data: Uint32Array; width: number; height: number } {
    this.checkUsable();
    const { width, height } = this;
    const data = checkIntegers(argument, this.array(argument, input, 'integers'), this.pixelCount, largest);
    return { data, width, height };
  }

  private get pixelCount(): number {
    return this.width * this.height;
  }

  private get names(): readonly string[] {
    checkNamed('this call', this.labels);
    return this.labels;
  }

  private checkUsable(): void {
    if (this.destroyed) throw new ArgumentError('this', 'a destroyed MaskAnalysis', 'one that is in use');
  }

  private floats(argument: string, input: Api.FloatInput): Float32Array {
    return checkFloats(argument, this.array(argument, input, 'floats'), this.pixelCount);
  }

  private array(argument: string, input: unknown, kind: ValueKind): LabelArray | FloatArray {
    const content = contentOfMap(argument, input, kind, this) ?? notOnGpu(argument, input);
    if (content instanceof BufferMap) throw new ArgumentError(argument, input, gpuRefusal);
    return content as LabelArray | FloatArray;
  }

  private given<Options extends Api.Target>(options: Options | undefined): Omit<Options, 'into'> {
    if (options === undefined) return {} as Omit<Options, 'into'>;
    const { into, ...others } = readObject('options', options);
    if (into !== undefined) throw new ArgumentError('options.into', into, gpuRefusal);
    return others as Omit<Options, 'into'>;
  }
}

const gpuRefusal = "no GPU object: backend 'cpu' works on arrays";

function notOnGpu(argument: string, input: unknown): unknown {
  if (isBufferObject(argument, input)) throw new ArgumentError(argument, input, gpuRefusal);
  return input;
}

/**
 * A copy of an image's bytes. What a page shows is drawn to a canvas to be read; GPU objects have no place here. Throws ArgumentError for what can't
 * be read, or has another size than the problem.
 */
function pixelsOf(image: unknown, size: { width: number; height: number }): Uint8Array | Uint8ClampedArray {
  return copyOf(readPixels('image', image, sidesOf(size)).data);
}
