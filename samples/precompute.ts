// SPDX-License-Identifier: MIT

import type { DemoBrowser } from '../scripts/demo-browser.js';

/** The refined marginal of label 1, 0..255, [y, x]. */
export interface PrecomputedSample {
  width: number;
  height: number;
  marginal: Uint8Array;
}

/** What the demo finds on a sample of two labels when it opens, on the processor: the cut-out's alpha is the marginal. */
export async function precompute(demo: DemoBrowser, sampleId: string): Promise<PrecomputedSample> {
  const page = await demo.open(`?backend=cpu#photo=${sampleId}&view=cut-out`, { scheme: 'light' });
  const { width, height, alpha } = await page.$eval('.result', (element) => {
    const canvas = element as HTMLCanvasElement;
    const { width, height } = canvas;
    const { data = [] } = canvas.getContext('2d')?.getImageData(0, 0, width, height) ?? {};
    return { width, height, alpha: Array.from(data).filter((_, index) => index % 4 === 3) };
  });
  await page.close();
  return { width, height, marginal: Uint8Array.from(alpha) };
}
