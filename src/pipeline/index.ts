// SPDX-License-Identifier: MIT

/**
 * From a camera or a picture to refined labels and a drawn canvas: a network run by onnxruntime-web, the CRF behind it, and tracks for calls.
 *
 * @module meanfield/pipeline
 */

export { vocColours } from '../problem/voc-colours.js';
export type {
  DeviceLoss,
  ExportOptions,
  FrameReport,
  LoadProgress,
  NetworkUnary,
  PipelineOptions,
  PromptOptions,
  Segmentation,
  SegmentOptions,
} from './api.js';
export { Painter, type PainterOptions } from './drawing/painter.js';
export { type Fit, framePosition } from './drawing/placement.js';
export type { LabelSource, PainterSources } from './drawing/sources.js';
export { configureCanvas, type DrawTarget, type PaintTarget, type ViewTarget } from './drawing/target.js';
export type {
  BlurView,
  ColourView,
  ConfidenceView,
  CutOutView,
  ImageView,
  LabelsView,
  OriginalView,
  OverlayView,
  View,
  ViewKind,
} from './drawing/view.js';
export { scaledParameters } from './engines.js';
export type { FrameSource } from './frames/frame-source.js';
export type { Extent } from './frames/plan.js';
export { guidedFilterSettings, type Refinement } from './guided/settings.js';
export { markProbabilities } from './marks/mark-probabilities.js';
export { checkNetwork, networkFromJson } from './network/check-network.js';
export type {
  InputSize,
  NetworkDescription,
  NetworkInput,
  NetworkOutput,
  NetworkPrompts,
  NetworkVariant,
  ResolvedInput,
  ResolvedNetwork,
} from './network/description.js';
export { DownloadError, type DownloadFailure } from './network/download-error.js';
export {
  type DownloadProgress,
  type FetchNetworkOptions,
  fetchNetwork,
  type NetworkFile,
} from './network/fetch-network.js';
export type { FileCache } from './network/file-cache.js';
export { type HuggingFaceModel, networkFromHuggingFace } from './network/hugging-face.js';
export { inputSizeFor } from './network/input-size.js';
export { type PresetName, presetNetwork, presets } from './network/presets.js';
export { cutGraph } from './onnx/cut.js';
export { type ElementType, inspectModel, type ModelInfo, type OperatorInfo, type TensorInfo } from './onnx/inspect.js';
export { Pipeline } from './pipeline.js';
export { type Playing, type PlayOptions, playVideo } from './play.js';
export type { PromptBox, PromptPoint, PromptStroke, Prompts } from './prompts/prompts.js';
export type { OnnxruntimeModule, OnnxruntimeOptions } from './runtime/options.js';
export { type ProcessedTrack, processTrack, type TrackOptions } from './track/process-track.js';
export { serveTracks } from './track/serve-tracks.js';
export type { TrackStatistics } from './track/track-meter.js';
export { type BudgetChoice, type BudgetOptions, type BudgetRung, FrameBudget } from './video/budget.js';
export { TemporalSmoothing, type TemporalSources } from './video/temporal.js';
export { defaultTemporalParameters, type TemporalParameters } from './video/temporal-parameters.js';
