// SPDX-License-Identifier: MIT

import {
  type InstanceCounts,
  InstanceMetrics,
  type LabelPlane,
  labelInstances,
  type MetricCounts,
  SegmentationMetrics,
} from '../../analysis/index.js';
import { UsageError } from '../failure.js';
import type { Colour } from '../refine/palette.js';
import { type EvaluateSettings, type InstanceSettings, measuredIgnore, measuredLabelCount } from './settings.js';
import { asForeground, type TruthPlane } from './truth-files.js';

/** A predicted label map, [y, x]. */
export type PredictedPlane = LabelPlane & { labels: Uint32Array };

/** Colours that instances are drawn with, in turn. */
const INSTANCE_COLOURS = 24;

/**
 * From the names or numbers of --instances and --instance-seeds.
 *
 * @throws UsageError for a label that is not there.
 */
export function instanceSettings(
  options: { instances?: readonly string[]; instanceSeeds?: readonly string[] },
  names: readonly string[] | null,
  labelCount: number,
): InstanceSettings | null {
  const { instances, instanceSeeds } = options;
  if (!instances) return null;
  const labels = labelNumbers('--instances', instances, names, labelCount);
  const seedLabels = instanceSeeds ? labelNumbers('--instance-seeds', instanceSeeds, names, labelCount) : labels;
  const stray = seedLabels.find((label) => !labels.includes(label));
  if (stray !== undefined) throw new UsageError(`--instance-seeds: got ${stray}, which --instances does not have`);
  return { labels, seedLabels };
}

/** Labels by name or number. */
export function labelNumbers(
  option: string,
  labels: readonly string[],
  names: readonly string[] | null,
  labelCount: number,
): number[] {
  return labels.map((text) => {
    const named = names?.indexOf(text) ?? -1;
    const label = named < 0 && /^\d+$/.test(text) ? Number(text) : named;
    if (label >= 0 && label < labelCount) return label;
    throw new UsageError(
      `${option}: got ${JSON.stringify(text)}, expected labels in 0..${labelCount - 1}${names ? ' or their names' : ''}`,
    );
  });
}

export function countLabels(settings: EvaluateSettings, prediction: PredictedPlane, truth: TruthPlane): MetricCounts {
  const { bandWidths, boundaryTolerances, boundaryUnit, instances } = settings;
  const labelCount = measuredLabelCount(settings);
  const ignore = measuredIgnore(settings);
  const metrics = new SegmentationMetrics({ labelCount, ignore, bandWidths, boundaryTolerances, boundaryUnit });
  if (!instances) metrics.add(prediction, truth);
  else {
    const foreground = prediction.labels.map((label) => (instances.labels.includes(label) ? 1 : 0));
    const known = asForeground(truth.labels, ignore);
    metrics.add({ ...prediction, labels: foreground }, { ...truth, labels: known });
  }
  return metrics.counts();
}

/** undefined where truth holds labels. */
export function countInstances(
  settings: EvaluateSettings,
  prediction: PredictedPlane,
  truth: TruthPlane,
): InstanceCounts | undefined {
  if (!settings.instances) return undefined;
  const metrics = new InstanceMetrics({ ignore: settings.ignore });
  metrics.add({ ...prediction, labels: instancesOf(settings, settings.instances, prediction) }, truth);
  return metrics.counts();
}

/** What a picture shows: labels, or instances in colours that take turns. */
export function pictureLabels(settings: EvaluateSettings, prediction: PredictedPlane): ArrayLike<number> {
  if (!settings.instances) return prediction.labels;
  return instancesOf(settings, settings.instances, prediction).map(turn);
}

export function pictureTruth({ instances, ignore }: EvaluateSettings, { labels }: TruthPlane): ArrayLike<number> {
  if (!instances) return labels;
  return labels.map((id) => (id === ignore ? -1 : turn(id)));
}

export function pictureLabelCount({ instances, labelCount }: EvaluateSettings): number {
  return instances ? 1 + INSTANCE_COLOURS : labelCount;
}

/** What labels are drawn with: the network's colours, where it has some; null: those of `labelColours`. Instances take turns in the latter. */
export function pictureColours({ instances, colours }: EvaluateSettings): readonly Colour[] | null {
  if (instances || !colours) return null;
  return colours.map(
    (colour): Colour => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as unknown as Colour,
  );
}

function turn(id: number): number {
  return id === 0 ? 0 : 1 + ((id - 1) % INSTANCE_COLOURS);
}

function instancesOf(
  { labelCount }: EvaluateSettings,
  { labels, seedLabels }: InstanceSettings,
  { labels: data, width, height }: PredictedPlane,
): Uint32Array {
  const names = Array.from({ length: labelCount }, (_, label) => String(label));
  const options = { labels: labels.map(String), seedLabels: seedLabels.map(String) };
  return labelInstances({ data, width, height }, names, options);
}
