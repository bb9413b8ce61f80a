// SPDX-License-Identifier: MIT

/**
 * The core: a dense CRF on WebGPU or on the CPU. It refines what any network says of a picture, and loads no network runtime.
 *
 * @module meanfield
 */

export { DenseCrf } from './dense-crf.js';
export { type AcquiredDevice, requestDevice } from './gpu/device.js';
export type {
  DenseCrfOptions,
  ForegroundUnary,
  GpuResults,
  ImageInput,
  MaskInput,
  MaskPicture,
  MaskPlane,
  MediaPipeMask,
  RefineInput,
  RefineReport,
  Refiner,
  StageTiming,
  UnarySource,
} from './problem/api.js';
export { ArgumentError, DeviceError } from './problem/errors.js';
export { crfJsonSchema, type JsonSchema } from './problem/json-schema.js';
export { type LabelPictureOptions, labelsToImageData } from './problem/label-picture.js';
export { defaultParameters, resolveParameters } from './problem/parameters.js';
export { type FeatureArray, parametersFromJson } from './problem/parameters-json.js';
export { type CrfParametersOrName, type CrfPreset, type CrfPresetName, crfPresets } from './problem/presets.js';
export { type ChoiceParameter, crfSchema, type NumberParameter, type ParameterSchema } from './problem/schema.js';
export type { TensorInput } from './problem/tensors.js';
export type { KernelVariants, TuningEntry, TuningOption, TuningTable } from './problem/tuning-table.js';
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
  MarkedLabels,
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
export { type TuneDeviceOptions, tuneDevice } from './tune-device.js';
