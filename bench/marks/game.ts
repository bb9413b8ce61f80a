// SPDX-License-Identifier: MIT

import type { RgbaImage } from '../../src/index.js';
import type { Pipeline, PromptStroke } from '../../src/pipeline/index.js';
import { intersectionOverUnion, isObeyed, nextClick, type Truth } from './player.js';

/** One photo, corrected click by click. */
export interface Game {
  /** IoU of the object after as many clicks as the index says: what the network alone found is first. */
  scores: number[];
  /** Clicks whose disc did not get its label. */
  disobeyed: number;
}

/** Plays on one photo. Where all is right, the score stays as it is. */
export async function play(pipeline: Pipeline, image: RgbaImage, truth: Truth, clicks: number): Promise<Game> {
  const { width, height } = truth;
  const strokes: PromptStroke[] = [];
  let found = await firstLabels(pipeline, image);
  const scores = [intersectionOverUnion(found, truth)];
  let disobeyed = 0;
  while (scores.length <= clicks) {
    const click = nextClick(found, truth);
    if (click) {
      strokes.push(click);
      await pipeline.setPrompts(image, { width, height, labelCount: 2, strokes });
      found = await (await pipeline.segment(image)).labelMap();
      if (!isObeyed(found, truth, click)) disobeyed++;
    }
    scores.push(intersectionOverUnion(found, truth));
  }
  return { scores, disobeyed };
}

/** Before the first click: a network that is told what to look for has found nothing. */
async function firstLabels(pipeline: Pipeline, image: RgbaImage): Promise<ArrayLike<number>> {
  if (pipeline.network.prompts) return new Uint8Array(image.width * image.height);
  return (await pipeline.segment(image)).labelMap();
}
