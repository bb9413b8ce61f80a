// SPDX-License-Identifier: MIT

/**
 * The plain-data vocabulary that the GPU engine, its CPU twin and their users share.
 * Nothing here has behaviour and nothing names a GPU type, so that `reference/` may import it.
 */

/** How a kernel's message is normalised by n = K·1: none, K(Q/n), (KQ)/n, or n^-1/2 K (n^-1/2 Q). */
export type Normalization = 'none' | 'before' | 'after' | 'symmetric';

/**
 * Label-to-label cost of a kernel.
 *  - number w: Potts; it attracts, message = +w·KQ;
 *  - vector [labelCount]: penalty on the diagonal, message = -c_l·(KQ)_l;
 *  - matrix [labelCount][labelCount]: penalty, symmetrised to (M + Mᵀ)/2, message = -M·KQ.
 */
export type Compatibility = number | readonly number[] | readonly (readonly number[])[];

/** How K is applied: permutohedral lattice, true Gaussian sum over all pairs, or (gaussian kernels) a truncated separable convolution. */
export type Method = 'lattice' | 'exact' | 'separable';

/** Whether sigmaXY is in pixels or in parts of the image's diagonal. */
export type SigmaUnit = 'pixels' | 'diagonal';

/** What all kernels have. */
interface KernelCommon {
  /** Numbers in ±1e9. Default: 3 for gaussian, 10 for bilateral and features. */
  compatibility?: Compatibility;
  /** Default 'symmetric'. */
  normalization?: Normalization;
  /** Default: the parameters' own `method`. */
  method?: Method;
}

/** Spatial kernel: features x/sigmaXY[0], y/sigmaXY[1]. */
export interface GaussianKernel extends KernelCommon {
  type: 'gaussian';
  /** In pixels, or as `sigmaUnit` says: one for both axes, or one each. 1e-30..1e30, and on a lattice not too small for the image. */
  sigmaXY: number | readonly [number, number];
  /** Default 'pixels'. */
  sigmaUnit?: SigmaUnit;
}

/** Bilateral kernel: position as above and r, g, b / sigmaRGB, colours on 0..255. */
export interface BilateralKernel extends KernelCommon {
  type: 'bilateral';
  /** As of a gaussian kernel. */
  sigmaXY: number | readonly [number, number];
  /** On 0..255: one for all channels, or one each. 1e-30..1e30, and on a lattice not too small. */
  sigmaRGB: number | readonly [number, number, number];
  /** Default 'pixels'. */
  sigmaUnit?: SigmaUnit;
}

/** Any features, already divided by their sigmas: [featureDim, pixelCount] float32. */
export interface FeaturesKernel extends KernelCommon {
  type: 'features';
  /** Float32 [featureDim, pixelCount]; finite. */
  features: Float32Array;
  /** 1..1024. */
  featureDim: number;
}

/** What pixels are compared by. */
export type Kernel = GaussianKernel | BilateralKernel | FeaturesKernel;

/** The parameters of one refinement: plain JSON but for the arrays of `features` kernels. */
export interface CrfParameters {
  /** Any number; their messages add up. */
  kernels: readonly Kernel[];
  /** Mean-field iterations, 0..10000. Default 5. */
  iterations?: number;
  /** Method of the kernels that name none. Default 'lattice'; 'separable' means the gaussian kernels, the others then use the lattice. */
  method?: Method;
  /** Stop once max |ΔQ| of an iteration is at most this, 0..1. Default 0: never stops early. */
  tolerance?: number;
  /** Q <- (1 - damping)·Q_new + damping·Q_old, 0..1 (1 excluded). Default 0. */
  damping?: number;
  /** Kernel evaluations that `exact` may spend in a call before it refuses, above 0; `Infinity` never refuses. Default 2e11. */
  exactWorkLimit?: number;
}

/** A kernel with every default filled in and every value checked. */
export interface ResolvedKernel {
  /** Of the kernel. */
  type: Kernel['type'];
  /** Numbers a pixel: 2 for gaussian, 5 for bilateral. */
  featureDim: number;
  /** One sigma a feature dimension, in pixels and 0..255; all 1 for `features`. */
  sigmas: readonly number[];
  /** Float32 [featureDim, pixelCount], of a `features` kernel. */
  features?: Float32Array;
  /** Weights or penalties. */
  compatibility: ResolvedCompatibility;
  /** How messages are divided by n. */
  normalization: Normalization;
  /** How the kernel is summed. */
  method: Method;
}

/** A compatibility, in float32. */
export type ResolvedCompatibility =
  | { kind: 'potts'; weight: number }
  | { kind: 'diagonal'; penalties: Float32Array }
  /** Row-major [labelCount, labelCount], already symmetrised. */
  | { kind: 'matrix'; penalties: Float32Array };

/** Every default filled in, every value checked against one problem size. */
export interface ResolvedParameters {
  /** In the order given. */
  kernels: readonly ResolvedKernel[];
  /** Mean-field iterations. */
  iterations: number;
  /** Largest max |ΔQ| at which iterations stop; 0 never stops early. */
  tolerance: number;
  /** Share of the Q before that stays. */
  damping: number;
  /** Kernel evaluations that `exact` may spend in a call. */
  exactWorkLimit: number;
}

/** Size of a problem. An image has pixelCount = width·height; a point set or volume has height 1. */
export interface ProblemSize {
  /** Pixels, from 1. */
  width: number;
  /** Pixels, from 1. */
  height: number;
  /** Labels are 0..labelCount-1. */
  labelCount: number;
}

/** How coarse arrays are brought to full size: sample grids aligned at pixel edges, or at corner centres. */
export type Upsampling = 'half-pixel' | 'align-corners';

/** planar is [label, y, x]; interleaved is [y, x, label]. */
export type LabelLayout = 'planar' | 'interleaved';

/** Arrays that numbers may come in; values must be finite in float32. */
export type FloatArray = Float32Array | Float64Array;
/** Arrays that labels, masks and ids may come in. */
export type LabelArray = Uint8Array | Uint8ClampedArray | Uint16Array | Int16Array | Uint32Array | Int32Array;
/** What marked labels may come in: also as other programs' tensors have them. */
export type MarkedLabels = LabelArray | Int8Array | BigInt64Array | BigUint64Array;

/** A rectangle of an array, in its pixels, between edges: sample k reaches from k to k + 1, its centre is at k + ½. */
export interface ArrayWindow {
  /** Left edge, from -2. */
  x: number;
  /** Upper edge, from -2. */
  y: number;
  /** Above 0; the right edge is at most 2 outside of the array. */
  width: number;
  /** Above 0; the lower edge is at most 2 outside of the array. */
  height: number;
}

/**
 * How an array of a unary lies.
 *
 * @inline
 */
interface ArrayShape {
  /** Size of the array where it is coarser (or finer) than the problem. */
  width?: number;
  height?: number;
  /** Default 'half-pixel'. */
  upsampling?: Upsampling;
  /**
   * The part of the array that the problem's pixels cover, edge to edge; it need not be whole pixels, and may reach out of the array by
   * up to 2. Default: all of it.
   * Pixel i of n along an axis takes its value at x + (i + ½)·width/n - ½, counted in samples, and only from samples whose centre is in
   * the window (from the one nearest to its middle where there is none). The window says by itself where samples lie, so
   * 'align-corners' may not stand beside it.
   */
  window?: ArrayWindow;
  /** Default 'planar'. */
  layout?: LabelLayout;
}

/**
 * What is known before refinement, in one of four forms. Labels become energies as pydensecrf's `unary_from_labels` has them:
 * -log(confidence) for the marked label, -log((1 - confidence)/(labelCount - 1)) for the others, -log(1/labelCount) where unknown.
 * A label above the unknown value counts one less: with `unknown: 0` the labels are 1..labelCount, with 255 they are 0..labelCount-1.
 * A negative unknown value shifts nothing. `confidence` (default 0.7) is in 1/labelCount..1, 1 excluded; `unknown` is null by default.
 */
export type UnaryInput<Floats = FloatArray, Labels = MarkedLabels> =
  | ({ logits: Floats } & ArrayShape)
  | ({ probabilities: Floats } & ArrayShape)
  | ({ unary: Floats } & ArrayShape)
  | { labels: Labels; confidence?: number; unknown?: number | null };

/**
 * A UnaryInput of typed arrays with every default filled in and every value checked against one problem size.
 *  - logits become energies by a change of sign (what -log softmax adds is the same for all labels of a pixel);
 *  - probabilities by -log, clipped to 1e-5..1 as pydensecrf's `unary_from_softmax` does;
 *  - `labels` are 0..labelCount-1, any other value (0xffffffff here) is unknown.
 * Coarse arrays are upsampled as they are, before they become energies.
 */
export type ResolvedUnary =
  | {
      form: 'logits' | 'probabilities' | 'unary';
      values: Float32Array;
      width: number;
      height: number;
      upsampling: Upsampling;
      layout: LabelLayout;
      /** Null: the whole array, by `upsampling`. */
      window: ArrayWindow | null;
    }
  | { form: 'labels'; labels: Uint32Array; confidence: number };

/** Packed RGBA, 8 bits a channel, row-major: what ImageData holds. */
export interface RgbaImage {
  /** [y, x, channel]. */
  data: Uint8Array | Uint8ClampedArray;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
}

/** Sums over all pixels for the current Q. kl = entropyTerm + unaryTerm + pairwiseTerm, as pydensecrf prints it. */
export interface Energy {
  /** Σ Q log max(Q, 1e-20) */
  entropyTerm: number;
  /** Σ U·Q */
  unaryTerm: number;
  /** Σ Q·(mu K Q) */
  pairwiseTerm: number;
  /** entropyTerm + unaryTerm + pairwiseTerm. */
  kl: number;
}
