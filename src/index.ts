// SPDX-License-Identifier: MIT

export type {
  DenseCrfOptions,
  GpuResults,
  ImageInput,
  RefineInput,
  RefineReport,
  Refiner,
  StageTiming,
  UnarySource,
} from './crf/api.js';
export { type BatchItem, refineBatch } from './crf/batch.js';
export { DenseCrf } from './crf/dense-crf.js';
export { ArgumentError, DeviceError } from './problem/errors.js';
export { type CrfParametersOrName, type CrfPreset, type CrfPresetName, crfPresets } from './problem/presets.js';
export { crfJsonSchema, type JsonSchema } from './problem/json-schema.js';
export { defaultParameters, resolveParameters } from './problem/parameters.js';
export { type FeatureArray, parametersFromJson } from './problem/parameters-json.js';
export { type ChoiceParameter, crfSchema, type NumberParameter, type ParameterSchema } from './problem/schema.js';
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
  LabelArray,
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
