// SPDX-License-Identifier: MIT

import type { CrfParametersOrName } from '../../problem/presets.js';
import type { CrfParameters, Upsampling } from '../../problem/types.js';

/**
 * What a network takes and what it gives: all that the pipeline has to know of it. Plain JSON, but for `bytes`.
 *
 * ```json
 * { "name": "my network", "url": "https://example.org/my.onnx", "sha256": "…",
 *   "input": { "name": "image", "width": 256, "height": 256, "layout": "NCHW", "range": [0, 1] },
 *   "output": { "name": "logits", "layout": "NCHW", "activation": "logits" },
 *   "labels": ["background", "person"] }
 * ```
 */
export interface NetworkDescription {
  /** For people. */
  name: string;
  /** Where the ONNX file is; relative addresses are meant from the page. One of `url` and `bytes`. */
  url?: string;
  /** The ONNX file itself, or what loads it when it is first needed. */
  bytes?: Uint8Array | (() => Promise<Uint8Array>);
  /** Hexadecimal. A file with another hash is refused, and only files with a known hash are kept in the browser's cache. */
  sha256?: string;
  /** Bytes of the file: shown before a download and while it runs. A file of another length is refused. */
  byteLength?: number;
  /** SPDX identifier or a few words, shown before a download. */
  licence?: string;
  /** How a picture is put in. */
  input: NetworkInput;
  /**
   * The same network for pictures of other shapes, each with a file and a size of its own; everything else is as described here. A
   * picture gets the one whose width / height is nearest to its own by ratio, and this one on a tie. All files are loaded at once. Only
   * where the input has `width` and `height`, and without `prompts`.
   */
  variants?: readonly NetworkVariant[];
  /** A network that is told what to look for by marks on a key image. */
  prompts?: NetworkPrompts;
  /** What comes out. */
  output: NetworkOutput;
  /**
   * Whether a photo goes through the network a second time, mirrored left to right, and its output is the mean of both: fewer mistakes for twice the
   * time (test-time augmentation). Frames of a video go through once. Default false. Not with `prompts`.
   */
  flipAveraging?: boolean;
  /** Names by label, all different; their number is the number of labels. For a prompt network: names for `maxLabels` labels. */
  labels: readonly string[];
  /** `#rrggbb` by label, one for each. Default: the Pascal VOC colour map. */
  colours?: readonly string[];
  /** CRF that suits this network at `workingSize`, or the name of a preset. Default: the library's default parameters. */
  crf?: CrfParametersOrName;
  /** The same for frames of a video, where time counts. Default: `crf`. */
  videoCrf?: CrfParametersOrName;
  /** Long side in pixels of the picture that the CRF works on, unless the user says otherwise, 1..16384. Default 640. */
  workingSize?: number;
}

/** Of a network: the file as in NetworkDescription, and the size of its input in pixels, 1..16384. */
export interface NetworkVariant extends Pick<NetworkDescription, 'url' | 'bytes' | 'sha256' | 'byteLength'> {
  /** Pixels, 1..16384. */
  width: number;
  /** Pixels, 1..16384. */
  height: number;
}

/** How a picture becomes the network's input tensor. */
export interface NetworkInput {
  /** Name of the graph's image input. */
  name: string;
  /** Pixels, 1..16384. Both, or `longSide`, or `shortSide`. */
  width?: number;
  /** Pixels, 1..16384. */
  height?: number;
  /**
   * For networks of free size: the picture is scaled to this long side, each side then rounded to the nearest multiple of
   * `multipleOf`, 1..16384 pixels.
   */
  longSide?: number;
  /**
   * The same by the short side, 1..16384 pixels. With `longSide` beside it a picture is scaled to this short side, or to that long one where it
   * would become longer.
   */
  shortSide?: number;
  /** Default 1. Only with `longSide` or `shortSide`. */
  multipleOf?: number;
  /** Batch, then this; three channels. */
  layout: 'NHWC' | 'NCHW';
  /** Default 'float32'. */
  type?: 'float32' | 'float16';
  /** Default 'RGB'. */
  channels?: 'RGB' | 'BGR';
  /** Values that the bytes 0 and 255 become, not equal. Default [0, 1]. Not with `mean` and `scale`. */
  range?: readonly [low: number, high: number];
  /**
   * value = (byte - mean)·scale, bytes 0..255, in the order of `channels`. Both or neither. A mean m and deviation s on 0..1 are
   * `mean` 255·m and `scale` 1/(255·s).
   */
  mean?: readonly [number, number, number];
  /** Beside `mean`. */
  scale?: readonly [number, number, number];
  /** How a picture of another shape is fitted: 'stretch' (default), or 'letterbox': centred, the rest filled. */
  fit?: 'stretch' | 'letterbox';
  /** Red, green and blue, 0..255, around a letterboxed picture. Default [0, 0, 0]. */
  fill?: readonly [number, number, number];
}

/** The network sees two pictures of one size: the key image with its prompts, and the current one. */
export interface NetworkPrompts {
  /** Name of the input for the key image; laid out like `input`. */
  keyImage: string;
  /** Name of the input for the prompts: float32 [1, labels, height, width], soft seeds 0..1. */
  keyPrompts: string;
  /** Labels it can tell apart, from 2. */
  minLabels: number;
  /** At least `minLabels`, at most 65536. */
  maxLabels: number;
}

/** What the network's output tensor holds. */
export interface NetworkOutput {
  /** Name of an output, or of an inner tensor: the graph is then cut there. */
  name: string;
  /** Batch, then this; as many channels as `activation` says. */
  layout: 'NHWC' | 'NCHW';
  /**
   * 'logits': one channel a label. 'probabilities': the same, summing to 1.
   * 'sigmoid': a single channel, the probability of label 1; label 0 is the rest, so there are two labels.
   */
  activation: 'logits' | 'probabilities' | 'sigmoid';
  /** Default 'float32'. */
  type?: 'float32' | 'float16';
  /** Where a coarse output's samples lie. Default 'half-pixel'. */
  upsampling?: Upsampling;
}

/** A description with every default filled in and every value checked. */
export interface ResolvedNetwork {
  /** For people. */
  name: string;
  /** One of `url` and `bytes`. */
  url?: string;
  /** The ONNX file itself, or what loads it when it is first needed. */
  bytes?: Uint8Array | (() => Promise<Uint8Array>);
  /** 64 hexadecimal digits in lower case. */
  sha256?: string;
  /** Bytes of the file, where they are known. */
  byteLength?: number;
  /** SPDX identifier or a few words. */
  licence?: string;
  /** How a picture is put in. */
  input: ResolvedInput;
  /** The same network for pictures of other shapes: complete descriptions, which have no variants themselves. Left out where there is none. */
  variants?: readonly ResolvedNetwork[];
  /** Of a network that is told what to look for. */
  prompts?: NetworkPrompts;
  /** What comes out. */
  output: Required<NetworkOutput>;
  /** Whether a photo's output is the mean of two runs, the second one mirrored. */
  flipAveraging: boolean;
  /** Names by label. */
  labels: readonly string[];
  /** `#rrggbb` in lower case, one a label. */
  colours: readonly string[];
  /** CRF at `workingSize`. */
  crf: CrfParameters;
  /** The same for frames of a video. */
  videoCrf: CrfParameters;
  /** Long side in pixels of the picture that the CRF works on. */
  workingSize: number;
}

/** A network's input with every default filled in; `mean`, `scale` and `range` have become `factor` and `offset`. */
export interface ResolvedInput {
  /** Name of the graph's image input. */
  name: string;
  /** Of the tensor. */
  size: InputSize;
  /** Batch, then this; three channels. */
  layout: 'NHWC' | 'NCHW';
  /** Of the tensor's elements. */
  type: 'float32' | 'float16';
  /** Order of the three channels. */
  channels: 'RGB' | 'BGR';
  /** value = byte·factor + offset for a byte 0..255, by channel of the tensor: with 'BGR' the first is blue's. */
  factor: readonly [number, number, number];
  /** Beside `factor`. */
  offset: readonly [number, number, number];
  /** How a picture of another shape is fitted. */
  fit: 'stretch' | 'letterbox';
  /** Red, green and blue, 0..255. */
  fill: readonly [number, number, number];
}

/** Pixels. A picture of free size is scaled to the long side, or to the short side where that makes it smaller. */
export type InputSize =
  | { kind: 'fixed'; width: number; height: number }
  | { kind: 'free'; longSide: number; shortSide?: number; multipleOf: number };
