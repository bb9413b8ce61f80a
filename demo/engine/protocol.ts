// SPDX-License-Identifier: MIT

import type { Region } from '../../src/analysis/index.js';
import type { CrfParameters, Energy, Refiner, StageTiming } from '../../src/index.js';
import type { Extent, LoadProgress, NetworkDescription, Prompts } from '../../src/pipeline/index.js';

/** RGBA, [y, x, 4]. */
export interface Picture {
  width: number;
  height: number;
  pixels: Uint8ClampedArray;
}

/** Strokes and box. */
export interface MarkMap {
  /** Undefined where nothing is marked. */
  prompts: Prompts | undefined;
}

/** `#rrggbb`, with or without alpha. */
export interface NamedColour {
  name: string;
  colour: string;
}

/** What the worker is asked for. What is left out is as it was in the job before. */
export interface Job {
  picture?: Picture;
  marks?: MarkMap;
  /** A preset's name, or a description with its bytes. */
  network: string | NetworkDescription;
  /** Long side in pixels of what the network sees, where it leaves that open; undefined for its own. */
  inputSize: number | undefined;
  /** Of the marks. A network that needs none has its own. */
  labelCount: number;
  parameters: CrfParameters;
  backend: 'auto' | 'webgpu' | 'cpu';
  /** Time every stage on the GPU. Passes are then timed one by one, which costs a little. */
  profile: boolean;
}

/** Which label each pixel has, and how surely. */
export interface Segmentation {
  /** [y, x] */
  labels: Uint8Array;
  /** The label's marginal, 0..255, [y, x]. */
  confidence: Uint8Array;
  /** 0..255, [label, y, x]. */
  marginals: Uint8Array;
}

/** What is shown of a picture. */
export interface Result {
  width: number;
  height: number;
  labelCount: number;
  /** Without the CRF. */
  before: Segmentation;
  /** Refined by the CRF. */
  after: Segmentation;
}

export interface Refinement extends Result {
  /** What the network saw; undefined where there was none but marks. */
  networkInput: Extent | undefined;
  /** What the network found; undefined where the labels are the user's. */
  labels: readonly NamedColour[] | undefined;
  iterations: number;
  backend: Refiner['backend'];
  adapterName: string;
  /** Wall time of the steps, and GPU time of each stage where it was asked for. */
  timings: readonly StageTiming[];
  gpuTimings: readonly StageTiming[];
  lattice: LatticeStatistics;
  /** Bytes of GPU memory held; undefined on the CPU. */
  bytesHeld: number | undefined;
  /** Bytes that came back from the GPU for this result. */
  bytesReadBack: number;
}

export interface LatticeStatistics {
  /** Vertices by kernel; null where a kernel has no lattice or nobody counted. */
  vertexCounts: readonly (number | null)[];
  dispatchesPerIteration: number | undefined;
  bytesMovedPerIteration: number | null;
}

/** What each iteration does to Q. */
export interface Convergence {
  /** max |ΔQ| of the iterations, in order. */
  changes: readonly number[];
  /** KL divergence, up to a constant: before the first iteration, then after each. */
  energies: readonly Energy[];
}

/** Repeated refinement of one picture, all included but the network. */
export interface Benchmark {
  runs: number;
  width: number;
  height: number;
  labelCount: number;
  backend: Refiner['backend'];
  adapterName: string;
  parameters: CrfParameters;
  /** Milliseconds from the call to the end of the GPU's work, run by run; the first, which builds everything, is left out. */
  milliseconds: readonly number[];
  firstMilliseconds: number;
  /** GPU milliseconds by stage, run by run, where the device has timestamps. */
  stages: readonly (readonly StageTiming[])[];
  bytesHeld: number | undefined;
  bytesReadBackPerRun: number;
  lattice: LatticeStatistics;
}

/** Of which the instances are wanted. */
export interface InstanceJob {
  width: number;
  height: number;
  /** `instanceParts` by pixel: [y, x]. */
  parts: Uint8Array;
  /** Whether instances that touch are parted: by the watershed around their cores. */
  splits: boolean;
}

/** What a pixel is of an instance. */
export const instanceParts = { none: 0, rim: 1, core: 2 } as const;

export interface Instances {
  width: number;
  height: number;
  /** 0 for none: [y, x]. */
  ids: Uint32Array;
  /** In the order of their ids. */
  regions: readonly Region[];
  /** Smaller ones are taken for specks, pixels. */
  leastArea: number;
}

/** `study` and `benchmark` are about the job before them. */
export type Task =
  | { kind: 'refine'; job: Job }
  | { kind: 'study' }
  | { kind: 'instances'; job: InstanceJob }
  | { kind: 'benchmark'; runs: number };

export type ToWorker = Task | { kind: 'interrupt' } | { kind: 'cancel loading' };

export type Answer =
  | { kind: 'refinement'; refinement: Refinement }
  /** Undefined where it was interrupted. */
  | { kind: 'instances'; instances: Instances }
  | { kind: 'convergence'; convergence: Convergence | undefined }
  | { kind: 'benchmark'; benchmark: Benchmark | undefined }
  | { kind: 'error'; error: string };

/** What the user should know of the GPU, whether or not something was asked for. */
export type GpuNews = { kind: 'lost'; isLast: boolean } | { kind: 'software' } | { kind: 'none' };

/** How far a network has come; while it runs nobody can say how far it is. */
export type NetworkProgress = LoadProgress | { phase: 'run' };

export type FromWorker =
  | Answer
  | { kind: 'news'; news: GpuNews }
  /** Undefined when it is over. */
  | { kind: 'loading'; progress: NetworkProgress | undefined };
