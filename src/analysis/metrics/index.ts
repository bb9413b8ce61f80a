// SPDX-License-Identifier: MIT

export {
  type InstanceCounts,
  type InstanceMetricOptions,
  InstanceMetrics,
  type InstanceScores,
} from './instances.js';
export type { ResolvedMetricOptions } from './options.js';
export { SegmentationMetrics } from './segmentation-metrics.js';
export type {
  BandCounts,
  BandScores,
  BoundaryCounts,
  BoundaryScores,
  LabelPlane,
  LabelScores,
  MetricCounts,
  MetricOptions,
  SegmentationScores,
  Share,
} from './types.js';
