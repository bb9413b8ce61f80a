// SPDX-License-Identifier: MIT

/**
 * Numbers of `colour-prompt`: the network and its twin read them here.
 *
 * They were chosen on four photographs (astronaut, chelsea, coffee, coins), each with all its sample strokes and with every second one,
 * by mean IoU against outlines drawn by hand after one and after two rounds with a CRF (gaussian 3/3, bilateral 50/8/5, 8 iterations, 480
 * pixels). These numbers: 0.864 and 0.890. Eight bins of red, green and blue 6×6×6: 0.852 and 0.865 before the rest was chosen.
 */
export const colourPromptRecipe = {
  /** Bins along lightness and along the two opponent colours, red - green and yellow - blue. 6×6×6 of r, g, b: 0.014 less after two rounds. */
  bins: [8, 6, 6],
  /** Opponent colours o in -1..1 become ½ + ½·o·(1 + knee)/(|o| + knee): most colours are near to grey, and bins should be where colours are. */
  knee: 0.3,
  /** Pixels along a block's edge. Seeds are counted by block, histograms are kept at the corners of blocks. */
  block: 4,
  /** Gaussian windows through which a label's colours are learnt: sigma in pixels, and what a full match counts. */
  windows: [
    { sigma: 4, weight: 1 },
    { sigma: 12, weight: 1 },
  ],
  /** What a full match counts with the histogram of all seeds of the picture. 0.1 finds no object that was not marked itself. */
  globalWeight: 0.5,
  /** Share of a window covered with seeds, at which its colours count half. */
  scarce: 0.015,
  /** What a widest window full of seeds counts, whatever the colours. More, and small objects vanish in the second round. */
  nearness: 0.5,
  /** What every label with seeds scores everywhere. */
  floor: 0.001,
  /** Colours alone are never sure: probabilities are drawn this far towards evenness. */
  doubt: 0.06,
  /** Stands in for nothing where something is divided by. A label with fewer seeds than that, in blocks, is taken for absent. */
  tiny: 1e-6,
} as const;

/** lightness, red - green, (red + green)/2 - blue, each from red, green, blue. */
export const opponentMatrix = [
  [0.299, 0.587, 0.114],
  [1, -1, 0],
  [0.5, 0.5, -1],
] as const;

/** Bins of a histogram. */
export const colourBinCount = colourPromptRecipe.bins[0] * colourPromptRecipe.bins[1] * colourPromptRecipe.bins[2];

/**
 * Sigma in blocks of the Gaussian between blocks and corners. Counting by block blurs, too, with a variance of 1/12 block², and so does
 * reading between corners, with one of 1/6.
 */
export function windowSigma(sigma: number): number {
  return Math.sqrt((sigma / colourPromptRecipe.block) ** 2 - 1 / 4);
}
