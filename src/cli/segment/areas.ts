// SPDX-License-Identifier: MIT

/** What is on a picture, as its JSON file says it. */
export interface PictureAreas {
  image: string;
  network: string;
  /** Pixels of the picture. */
  width: number;
  height: number;
  /** Pixels of the picture that was refined; the labels were then brought to the picture's size. */
  working: { width: number; height: number };
  /** Labels that occur, the largest first. */
  areas: readonly LabelArea[];
}

export interface LabelArea {
  label: number;
  name: string;
  pixels: number;
  /** Of all pixels, 0..100. */
  percent: number;
}

export function measureAreas(
  image: string,
  network: string,
  labels: readonly string[],
  labelMap: Uint32Array,
  sizes: Pick<PictureAreas, 'width' | 'height' | 'working'>,
): PictureAreas {
  const pixels = new Array<number>(labels.length).fill(0);
  for (const label of labelMap) pixels[label]++;
  const areas = labels
    .map((name, label) => ({ label, name, pixels: pixels[label], percent: (100 * pixels[label]) / labelMap.length }))
    .filter((area) => area.pixels > 0)
    .sort((a, b) => b.pixels - a.pixels || a.label - b.label);
  return { image, network, ...sizes, areas };
}
