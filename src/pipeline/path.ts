// SPDX-License-Identifier: MIT

import type { Turns } from '../gpu/turns.js';
import type { RefineReport } from '../problem/api.js';
import type { CrfParameters, RgbaImage } from '../problem/types.js';
import type { FrameReport, Segmentation } from './api.js';
import type { DrawTarget } from './drawing/target.js';
import type { View } from './drawing/view.js';
import type { FrameSource } from './frames/frame-source.js';
import type { Extent } from './frames/plan.js';
import type { Refinement } from './guided/settings.js';
import type { ResolvedNetwork } from './network/description.js';
import type { NetworkFiles } from './network/load-network.js';
import type { CheckedPrompts } from './prompts/prompts.js';
import type { TemporalParameters } from './video/temporal-parameters.js';

export interface FrameJob {
  /** 'captured': the frame that was read last. */
  source: FrameSource | 'captured';
  use: 'photo' | 'video';
  /** Long side of the working size. */
  workingSize: number;
  /** What was marked on this very picture. */
  marks?: CheckedPrompts | undefined;
  /** Labels whose probability stays below this everywhere are left out; reads a number a label back. 0: none, and nothing is read. */
  dropBelow: number;
  /** For the working size there is, as sigmas are meant at one. The same object as long as nothing changes. */
  parametersFor: (working: Extent) => CrfParameters;
  /** 'guided': after the engine, whose parameters then refine nothing. */
  refinement: Refinement;
  /** False: the network's last output is used again, if there is one for a frame of this size. */
  runNetwork: boolean;
  /** Begin from the Q of the frame before, if it had the same size. */
  warmStart: boolean;
  /** Mixes marginals and label map with those of the frames before; null: as they are. */
  smoothing: Required<TemporalParameters> | null;
}

/** What a prompt network is to be told. */
export interface KeyJob {
  labelCount: number;
  /** Soft seeds 0..1, [label, y, x], at the size of the network's input. */
  seedsFor: (size: Extent) => Float32Array;
  /** The network looks at the key image so often, from the second time on with refined marginals as prompts. */
  rounds: number;
  /** For the key image itself. */
  frame: Omit<FrameJob, 'source'>;
}

/** Labels that the CRF works on, in ascending order. */
export interface KeptLabels {
  labels: readonly number[];
  /** Sum of the largest probabilities, before refinement, of the labels left out. */
  droppedProbability: number;
}

/** What a segmentation has besides its numbers. */
export interface SegmentationFrame {
  /** Names by label. */
  labels: readonly string[];
  report: FrameReport;
  /** False once the pipeline has begun another call. */
  isCurrent: () => boolean;
}

export interface FrameResult {
  refinement: RefineReport;
  frame: Extent;
  working: Extent;
  input: Extent;
  networkRan: boolean;
  kept: KeptLabels;
  parameters: CrfParameters;
  /** The numbers as users get them. */
  present: (frame: SegmentationFrame) => Segmentation;
}

/** What a view is drawn of. */
export interface Drawn {
  segmentation: Segmentation;
  /** `#rrggbb` or `#rrggbbaa`, one for every label that the network has. */
  colours: readonly string[];
  view: View<FrameSource>;
}

/** Everything that a pipeline has, on one device or on the CPU, and the way of a frame through it. One call at a time. */
export interface Path {
  readonly backend: 'webgpu' | 'cpu';
  readonly adapterName: string;
  /** Undefined on the CPU. */
  readonly device: GPUDevice | undefined;
  /** Of the network, a prompt network's as many as it was told. */
  readonly labelCount: number;
  /** Bytes of GPU memory held, but for what onnxruntime holds. */
  readonly bytes: number;
  /** How often the frame that views are drawn of has changed: tells whether it is still that of a result. */
  readonly frameChanges: number;
  /** Throws ArgumentError for a source that can't be read. */
  extentOf(source: FrameSource): Extent;
  /** Waits until there is room for another frame of a video. */
  begin(): Promise<void>;
  process(job: FrameJob, signal?: AbortSignal): Promise<FrameResult>;
  /** Resolves, when the frame that began at `start` is done, to the milliseconds that it took; NaN where that can't be known. */
  finished(start: number): Promise<number>;
  /** Shows a prompt network its key image. Whatever it throws, the key image before stays in force. */
  setKey(source: FrameSource, job: KeyJob, signal?: AbortSignal): Promise<void>;
  /** Forgets the frames before. */
  restart(): void;
  draw(drawn: Drawn, target: DrawTarget): Promise<void>;
  /** The view as bytes with straight alpha. Undefined: at the frame's size. */
  export(drawn: Drawn, size: Extent | undefined): Promise<RgbaImage>;
}

/** Has a path that can be used. */
export interface PathKeeper {
  readonly backend: 'webgpu' | 'cpu';
  /** Undefined before the first call of `run`, while another is being made, and in the end. */
  readonly path: Path | undefined;
  readonly isDestroyed: boolean;
  /** Whether results may have gone with a device. */
  readonly hasLost: boolean;
  /** Runs a call on the path there is. Only in turn. */
  run<Result>(work: (path: Path) => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  /** Waits for the call under way; calls made later throw DeviceError. */
  destroy(): Promise<void>;
}

/** What a keeper makes its paths of. */
export interface PathRequest {
  network: ResolvedNetwork;
  files: NetworkFiles;
  /** Of the pipeline. */
  turns: Turns;
}
