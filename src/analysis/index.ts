// SPDX-License-Identifier: MIT

/**
 * After the labels: areas, masks, instances, cut-outs, metrics, and the search for parameters.
 *
 * @module meanfield/analysis
 */

export type { MaskInput, MaskPicture, MaskPlane, MediaPipeMask } from '../problem/api.js';
export type { TensorInput } from '../problem/tensors.js';
export type {
  AlphaOptions,
  Areas,
  AreaTable,
  Box,
  Connectivity,
  ConnectivityOptions,
  FloatInput,
  Foreground,
  FusionOptions,
  HoleOptions,
  InstanceOptions,
  IntegerInput,
  LabelArea,
  LabelName,
  MaskAnalysisOptions,
  MaskOptions,
  MergeOptions,
  MorphologyOptions,
  OutlineOptions,
  PixelMap,
  Region,
  SeedOptions,
  SmallOptions,
  Target,
  TrimapOptions,
  WatershedOptions,
} from './api.js';
export { listAreas } from './areas.js';
export { type CutOutOptions, cutOut } from './cut-out/cut-out.js';
export type { CutOutMask, MaskOfLabels, MaskOfMarginals } from './cut-out/given-mask.js';
export {
  closeMask,
  connectedComponents,
  dilateMask,
  distanceToZero,
  erodeMask,
  fillHoles,
  fuseLabels,
  type IntegerImage,
  innerOutline,
  type LabelNames,
  labelAreas,
  labelInstances,
  labelProbability,
  maskOfLabels,
  mergeLabels,
  openMask,
  regionsOfIds,
  removeSmallComponents,
  softAlpha,
  trimapOf,
  type WithoutTarget,
  watershed,
  watershedSeeds,
} from './functions.js';
export { MaskAnalysis } from './mask-analysis.js';
export * from './metrics/index.js';
export { type Corner, type Polygon, tracePolygons } from './polygons.js';
export * from './tune/index.js';
