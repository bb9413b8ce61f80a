// SPDX-License-Identifier: MIT

export { vocColours } from './drawing/colours.js';
export { Painter, type PainterOptions } from './drawing/painter.js';
export { type Fit, framePosition } from './drawing/placement.js';
export type { LabelSource, PainterSources } from './drawing/sources.js';
export { configureCanvas, type PaintTarget, type ViewTarget } from './drawing/target.js';
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
export type { NetworkDescription, NetworkInput, NetworkOutput, NetworkPrompts } from './network/description.js';
export {
  defaultTemporalParameters,
  type TemporalParameters,
  TemporalSmoothing,
  type TemporalSources,
} from './video/temporal.js';
