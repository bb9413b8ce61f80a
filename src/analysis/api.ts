// SPDX-License-Identifier: MIT

import type { ImageInput } from '../problem/api.js';
import type { FloatArray, LabelArray } from '../problem/types.js';
import type { Connectivity } from './cpu/neighbourhood.js';

export type { Connectivity } from './cpu/neighbourhood.js';

/** A value a pixel, [y, x]: what an operation gives, and what any other takes. */
export interface PixelMap<Values extends Uint32Array | Float32Array = Uint32Array> {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /**
   * The values on the GPU, 4 bytes a pixel, there at once for whatever is submitted later. Unless the call was given a buffer of yours, it is the
   * operation's own and is overwritten by the next call of that operation. Throws DeviceError on the CPU backend.
   */
  readonly buffer: GPUBuffer;
  /** A copy of the values, as they are when this call's turn comes. */
  read(): Promise<Values>;
}

/** Whole numbers a pixel: a label map, a mask (zero or not) or ids. A GPUBuffer holds u32 [y, x] and must have COPY_SRC among its usages. */
export type IntegerInput = LabelArray | GPUBuffer | PixelMap;

/** Float32 values; a GPUBuffer as above. */
export type FloatInput = FloatArray | GPUBuffer | PixelMap<Float32Array>;

/** A label by name or number. */
export type LabelName = string | number;

/** What `MaskAnalysis.create` takes. */
export interface MaskAnalysisOptions {
  /** Pixels, 1..32767 each. */
  width: number;
  /** Pixels. */
  height: number;
  /** Names by label, or how many labels there are. Needed by the operations that are told labels. */
  labels?: readonly string[] | number;
  /** As of `DenseCrf.create`: 'auto' (default) takes WebGPU where there is a GPU, or a device is given, and the CPU elsewhere. */
  backend?: 'auto' | 'webgpu' | 'cpu';
  /** The device to work on; stays its owner's. Take the engine's, so that its results need not leave the GPU. */
  device?: GPUDevice;
}

/** Where a result goes. */
export interface Target {
  /** Where the result goes: a buffer of yours of at least 4 bytes a pixel with COPY_DST and COPY_SRC. Not on the CPU backend. */
  into?: GPUBuffer;
}

/** What `MaskAnalysis.mask` takes. */
export interface MaskOptions extends Target {
  /** Labels that belong to the mask. */
  labels: readonly LabelName[];
}

/** What `MaskAnalysis.merge` takes. */
export interface MergeOptions extends Target {
  /** Each group becomes its first label. No label may stand in two groups. */
  groups: readonly (readonly LabelName[])[];
}

/** What `erode`, `dilate`, `open` and `close` take. */
export interface MorphologyOptions extends Target {
  /** Pixels. A disc takes any number in 0..32767, a square whole ones: (2·radius + 1)² pixels. */
  radius: number;
  /** 'disc' (default): pixels at a Euclidean distance of at most `radius`. 'square': at a distance of at most `radius` in x and in y. */
  shape?: 'disc' | 'square';
}

/** What belongs together. */
export interface ConnectivityOptions extends Target {
  /** 8 (default): pixels that touch at a corner belong together. 4: only those that share a side. */
  connectivity?: Connectivity;
}

/** What `fillHoles` takes. */
export interface HoleOptions extends ConnectivityOptions {
  /** Larger holes stay open, pixels. Default: all are filled. */
  maxArea?: number;
}

/** What `removeSmall` takes. */
export interface SmallOptions extends ConnectivityOptions {
  /** Components of fewer pixels are removed. */
  minArea: number;
}

/** Where instances begin. */
export interface SeedOptions extends ConnectivityOptions {
  /**
   * Pixels by which a maximum of the distance must stand above the highest saddle on the way to a higher one. Default 1. Larger values
   * split less. From 1/256.
   */
  height?: number;
}

/** What `watershed` takes. */
export interface WatershedOptions extends SeedOptions {
  /** Ids 1..width·height, 0 for none; those outside the mask do not count. Default: what `seeds` gives for the core, `height` is for it. */
  seeds?: IntegerInput;
  /**
   * Part of the mask that is flooded before the rest, as cores are before the borders around them. Default: all of the mask. With a core the
   * distance that orders pixels is that to the core's edge: farther in comes first, then what is nearer outside.
   */
  core?: IntegerInput;
}

/** What `instances` takes. */
export interface InstanceOptions extends SeedOptions {
  /** Labels that instances are made of, for example nucleus and border. */
  labels: readonly LabelName[];
  /** Labels in which they begin, for example nucleus alone. Default: all of `labels`. */
  seedLabels?: readonly LabelName[];
}

/** What `outline` takes. */
export interface OutlineOptions extends ConnectivityOptions {
  /** Whether pixels at the edge of the image are outline too. Default false. `connectivity` is 4 by default. */
  alongFrame?: boolean;
}

/** What `fuse` takes. */
export interface FusionOptions extends Target {
  /** Labels that refinement may have put in a label's place. */
  background: readonly LabelName[];
  /** Labels that are given back. Default: all but the background. */
  labels?: readonly LabelName[];
  /** 'holes' (default): only in regions of background that do not touch the edge of the image; 'everywhere': the union. */
  where?: 'holes' | 'everywhere';
  /** With 'holes': larger ones stay, pixels. */
  maxArea?: number;
}

/** What `trimap` takes. */
export interface TrimapOptions extends Target {
  /** Pixels inside the mask that are undecided: those at a distance of at most this from the rest, 0..32767. */
  inner: number;
  /** Pixels outside it that are: those at a distance of at most this from the mask, 0..32767. */
  outer: number;
}

/** What is in front: a mask, or a probability 0..1 a pixel. */
export type Foreground = { mask: IntegerInput } | { probability: FloatInput };

/** What `softAlpha` takes. */
export interface AlphaOptions extends Target {
  /** Half the side of the window in which alpha is linear in the colour, pixels, 1..127. Default 20. */
  radius?: number;
  /** Variance of colours in 0..1 under which a window counts as flat, from 1e-6. Default 1e-4. */
  epsilon?: number;
  /** 0 outside, 1 undecided, 2 inside, as `trimap` gives it: only undecided pixels get alphas between 0 and 1. */
  trimap?: IntegerInput;
}

/** Pixels from `x`, `y`. */
export interface Box {
  /** Left edge, pixels. */
  x: number;
  /** Upper edge, pixels. */
  y: number;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
}

/** How much of an image one label has. */
export interface LabelArea {
  /** From 0. */
  label: number;
  /** As the analysis was told, else the label's number. */
  name: string;
  /** How many have this label. */
  pixels: number;
  /** Of all pixels, 0..100. */
  percent: number;
  /** The least box that has all of its pixels; null where there is none. */
  box: Box | null;
}

/** How an image is divided among its labels. */
export interface Areas {
  /** By label, those without a pixel too. */
  labels: readonly LabelArea[];
  /** Pixels whose value is no label. */
  otherPixels: number;
}

/** Areas where they are counted. */
export interface AreaTable {
  /**
   * u32 [labelCount + 1, 5]: pixels, width - left, height - top, right, bottom (right and bottom one past the last pixel; a label without a pixel
   * has zeros); the last row is of values that are no label. Throws DeviceError on the CPU backend.
   */
  readonly buffer: GPUBuffer;
  /** A copy, as the counts are when this call's turn comes. */
  read(): Promise<Areas>;
}

/** One component or instance. */
export interface Region {
  /** From 1. */
  id: number;
  /** How many there are. */
  pixels: number;
  /** The least box that has all of them. */
  box: Box;
}

/** The members of `MaskAnalysis`; what it is stands at the name that users see. */
export interface MaskAnalysis {
  /** What it runs on. */
  readonly backend: 'webgpu' | 'cpu';
  /** Adapter as the browser names it, or 'CPU'. */
  readonly adapterName: string;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /** Names by label; empty where there are none. */
  readonly labels: readonly string[];
  /** Bytes of GPU memory held; 0 on the CPU. */
  readonly bytes: number;

  /** Pixels, percent and bounding box of each label. */
  areas(labelMap: IntegerInput): Promise<AreaTable>;
  /** 1 where a pixel has one of the labels. */
  mask(labelMap: IntegerInput, options: MaskOptions): Promise<PixelMap>;
  /** The label map with each group of labels made one. Values that are no label stay. */
  merge(labelMap: IntegerInput, options: MergeOptions): Promise<PixelMap>;
  /** Σ Q over labels, 0..1. `marginals` is float32 [label, y, x]; a GPUBuffer is read where it is and needs STORAGE among its usages. */
  probability(marginals: FloatArray | GPUBuffer, options: MaskOptions): Promise<PixelMap<Float32Array>>;

  /** Pixels whose whole neighbourhood of the shape is in the mask; beyond the image counts as in it. */
  erode(mask: IntegerInput, options: MorphologyOptions): Promise<PixelMap>;
  /** Pixels with a pixel of the mask in their neighbourhood. */
  dilate(mask: IntegerInput, options: MorphologyOptions): Promise<PixelMap>;
  /** Erosion, then dilation: takes away what the shape does not fit in. */
  open(mask: IntegerInput, options: MorphologyOptions): Promise<PixelMap>;
  /** Dilation, then erosion: fills gaps that the shape does not fit in. */
  close(mask: IntegerInput, options: MorphologyOptions): Promise<PixelMap>;

  /** The mask with its holes. A hole is background that does not reach the edge of the image, by the other connectivity than the mask's. */
  fillHoles(mask: IntegerInput, options?: HoleOptions): Promise<PixelMap>;
  /** Ids 1, 2, … of connected pixels of one value that is not zero, in raster order of their first pixels. */
  components(mask: IntegerInput, options?: ConnectivityOptions): Promise<PixelMap>;
  /** The map without components of fewer pixels; the others keep their values. */
  removeSmall(mask: IntegerInput, options: SmallOptions): Promise<PixelMap>;
  /** Pixels and boxes of ids 1, 2, …, those that occur. Reads back. */
  regions(ids: IntegerInput): Promise<readonly Region[]>;

  /** Squared Euclidean distance in pixels² to the nearest pixel that is zero, exactly; 0xffffffff where none is. Beyond the image is nothing. */
  distance(mask: IntegerInput, options?: Target): Promise<PixelMap>;
  /**
   * Ids of single pixels: the maxima of the distance floor(256·√D)/256 whose dynamics is at least `height`, numbered in raster order. Every connected
   * part of the mask has one, its highest pixel; of equal ones the first in raster order.
   */
  seeds(mask: IntegerInput, options?: SeedOptions): Promise<PixelMap>;
  /**
   * The mask split among seeds: each pixel gets the id of the seed that the minimum spanning forest of the distance joins it to (Cousty et al.,
   * "Watershed cuts", PAMI 2009), 0 outside the mask and in parts of it without a seed. No line is left between instances.
   *
   * Pixels come in order of distance, the farthest from the edge of the core first, rounded as in `seeds`; of equal ones the one nearer to a seed (as the
   * crow flies), then in raster order. An edge between neighbours comes when its later pixel does, edges of one pixel in the order of the earlier ones;
   * it joins two parts unless both have a seed.
   */
  watershed(mask: IntegerInput, options?: WatershedOptions): Promise<PixelMap>;
  /**
   * Instances of labels: the watershed of the mask of `labels`, with that of `seedLabels` as its core. With a network that marks borders, cores are
   * `seedLabels`, cores and borders `labels`. Overwrites what `mask` and `watershed` gave.
   */
  instances(labelMap: IntegerInput, options: InstanceOptions): Promise<PixelMap>;

  /** The values of pixels, not zero, that have a neighbour of another value; 0 elsewhere. */
  outline(map: IntegerInput, options?: OutlineOptions): Promise<PixelMap>;
  /**
   * The refined label map, in which a pixel whose refined label is a background takes its label from before refinement, if that is one of `labels` and
   * the pixel lies in a hole: a 4-connected region of background that does not touch the edge of the image.
   */
  fuse(before: IntegerInput, after: IntegerInput, options: FusionOptions): Promise<PixelMap>;

  /** 0 outside, 1 undecided, 2 inside: undecided is what lies near the mask's edge. */
  trimap(mask: IntegerInput, options: TrimapOptions): Promise<PixelMap>;
  /**
   * Alpha 0..1 that follows the image's edges, for hair and fur: the guided filter of He, Sun and Tang (PAMI 2013) with the image as its guide.
   * The CPU backend takes pixels or what a page shows.
   */
  softAlpha(image: ImageInput, foreground: Foreground, options?: AlphaOptions): Promise<PixelMap<Float32Array>>;

  /** Gives up everything that is held; a device that was given stays its owner's. Every later call throws DeviceError. */
  destroy(): void;
}
