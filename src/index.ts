// SPDX-License-Identifier: MIT

export { DenseCrf } from './dense-crf.js';
export { type AcquiredDevice, requestDevice } from './gpu/device.js';
export type {
  DenseCrfOptions,
  GpuResults,
  ImageInput,
  RefineInput,
  RefineReport,
  Refiner,
  StageTiming,
  UnarySource,
} from './problem/api.js';
export { ArgumentError, DeviceError } from './problem/errors.js';
export { defaultParameters, resolveParameters } from './problem/parameters.js';
export { type FeatureArray, parametersFromJson } from './problem/parameters-json.js';
export type {
  ArrayWindow,
  BilateralKernel,
  Compatibility,
  CrfParameters,
  Energy,
  FeaturesKernel,
  FloatArray,
  GaussianKernel,
  Kernel,
  LabelLayout,
  Method,
  Normalization,
  ProblemSize,
  ResolvedCompatibility,
  ResolvedKernel,
  ResolvedParameters,
  RgbaImage,
  SigmaUnit,
  UnaryInput,
  Upsampling,
} from './problem/types.js';
export { type BatchItem, refineBatch } from './refine-batch.js';
