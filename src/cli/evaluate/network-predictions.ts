// SPDX-License-Identifier: MIT

import { fileStamp } from '../batch/atomic-file.js';
import { listItemsOf } from '../batch/items.js';
import { Failure } from '../failure.js';
import { photographEndings } from '../files/image.js';
import type { NetworkPredictor } from './network-predictor.js';
import type { Prediction, PredictionSource } from './prediction-source.js';

/** What a network is asked for here. */
export type Predictor = Pick<NetworkPredictor, 'network' | 'settings' | 'open' | 'close' | 'predict'>;

/**
 * Predictions that a network makes of images.
 *
 * @param sources folders of images, and single ones
 * @param keptBytes so much of what was predicted is kept, the first to come: who asks for the same images again and again need not wait
 *   for the network each time
 */
export async function networkPredictions(
  sources: readonly string[],
  predictor: Predictor,
  keptBytes: number,
): Promise<PredictionSource> {
  const items = await listItemsOf(sources, photographEndings);
  if (items.size === 0) throw new Failure(`${sources.join(', ')}: no ${photographEndings.join(' or ')} file in it`);
  return predictionsBy(items, predictor, keptBytes);
}

/** The same, of images that are known. They are looked up when they are read. */
export function predictionsBy(
  items: ReadonlyMap<string, string>,
  predictor: Predictor,
  keptBytes: number,
): PredictionSource {
  const { labels, colours } = predictor.network;
  const labelCount = labels.length;
  const fileOf = (item: string) => items.get(item) ?? item;
  const kept = new Map<string, { stamp: string; prediction: Prediction }>();
  let room = keptBytes;
  return {
    items,
    settings: { form: 'network', ...predictor.settings },
    known: { labelCount, names: labels, colours },
    photographs: items,
    open: () => predictor.open(),
    close: () => predictor.close(),
    stamp: (item) => fileStamp(fileOf(item)),
    async read(item, photograph) {
      if (!photograph) throw new Error(`no image for ${item}`);
      const stamp = await fileStamp(fileOf(item));
      const found = kept.get(item);
      if (found?.stamp === stamp) return found.prediction;
      const { data, width, height } = photograph;
      const unary = await predictor.predict({ data, width, height });
      const prediction: Prediction = { unary, labelCount };
      const bytes = 4 * labelCount * unary.width * unary.height;
      if (!found && bytes <= room) {
        room -= bytes;
        kept.set(item, { stamp, prediction });
      }
      return prediction;
    },
  };
}
