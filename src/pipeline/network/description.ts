// SPDX-License-Identifier: MIT

import type { CrfParameters } from '../../crf/types.js';

/**
 * What a network takes and what it gives: all that the pipeline has to know of it. Plain JSON, but for `bytes`.
 *
 *   { "name": "my network", "url": "https://example.org/my.onnx", "sha256": "…",
 *     "input": { "name": "image", "width": 256, "height": 256, "layout": "NCHW", "range": [0, 1] },
 *     "output": { "name": "logits", "layout": "NCHW", "activation": "logits" },
 *     "labels": ["background", "person"] }
 */
export interface NetworkDescription {
  name: string;
  /** Where the ONNX file is; relative addresses are meant from the page. One of `url` and `bytes`. */
  url?: string;
  /** The ONNX file itself. */
  bytes?: Uint8Array;
  /** Hexadecimal. A file with another hash is refused. */
  sha256?: string;
  /** Bytes of the file, for progress before the server says how many there are. */
  byteLength?: number;
  /** SPDX identifier or a few words, shown before a download. */
  licence?: string;
  input: NetworkInput;
  /** A network that is told what to look for by marks on a key image. */
  prompts?: NetworkPrompts;
  output: NetworkOutput;
  /** Names by label; their number is the number of labels. For a prompt network: names of the first labels, as many as there may be prompts. */
  labels: readonly string[];
  /** `#rrggbb` by label. Default: the Pascal VOC colour map. */
  colours?: readonly string[];
  /** CRF that suits this network at `workingSize`. Default: the library's default parameters. */
  crf?: CrfParameters;
  /** Long side in pixels of the picture that the CRF works on, unless the user says otherwise. Default 640. */
  workingSize?: number;
}

export interface NetworkInput {
  /** Name of the graph's image input. */
  name: string;
  /** Pixels. Both, or `longSide`. */
  width?: number;
  height?: number;
  /** For networks of free size: the picture is scaled to this long side, each side then rounded to a multiple of `multipleOf`. */
  longSide?: number;
  /** Default 1. Only with `longSide`. */
  multipleOf?: number;
  /** Batch, then this; three channels. */
  layout: 'NHWC' | 'NCHW';
  /** Default 'float32'. */
  type?: 'float32' | 'float16';
  /** Default 'RGB'. */
  channels?: 'RGB' | 'BGR';
  /** Values that the bytes 0 and 255 become. Default [0, 1]. Not with `mean` and `scale`. */
  range?: readonly [low: number, high: number];
  /** value = (byte - mean)·scale, bytes 0..255, in the order of `channels`. Both or neither. */
  mean?: readonly [number, number, number];
  scale?: readonly [number, number, number];
  /** How a picture of another shape is fitted: 'stretch' (default), or 'letterbox': centred, the rest filled. */
  fit?: 'stretch' | 'letterbox';
  /** Bytes 0..255 around a letterboxed picture. Default [0, 0, 0]. */
  fill?: readonly [number, number, number];
}

/** The network sees two pictures of one size: the key image with its prompts, and the current one. */
export interface NetworkPrompts {
  /** Name of the input for the key image; laid out like `input`. */
  keyImage: string;
  /** Name of the input for the prompts: float32 [1, labels, height, width], soft seeds 0..1. */
  keyPrompts: string;
  /** Labels it can tell apart. */
  minLabels: number;
  maxLabels: number;
}

export interface NetworkOutput {
  /** Name of an output, or of an inner tensor: the graph is then cut there. */
  name: string;
  layout: 'NHWC' | 'NCHW';
  /**
   * 'logits': one channel a label. 'probabilities': the same, summing to 1.
   * 'sigmoid': a single channel, the probability of label 1; label 0 is the rest.
   */
  activation: 'logits' | 'probabilities' | 'sigmoid';
  /** Default 'float32'. */
  type?: 'float32' | 'float16';
  /** Where a coarse output's samples lie. Default 'half-pixel'. */
  upsampling?: 'half-pixel' | 'align-corners';
}
