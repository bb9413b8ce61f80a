// SPDX-License-Identifier: MIT

import { cutOutBand } from '../../analysis/cut-out/band.js';
import { readProperties } from '../../problem/reading.js';
import type { RgbaImage } from '../../problem/types.js';
import type { Extent } from '../frames/plan.js';
import type { Drawn, Path } from '../path.js';

/**
 * Whether a picture of a view is made by `cutOut`: of a cut-out whose edges are refined, and that shows nothing of the frame beside. What can't be is
 * left to the painter's checks.
 */
export function isCutOutPicture(view: unknown): boolean {
  const { kind, refineEdges = true, split = 0 } = readProperties('view', view, ['kind', 'refineEdges', 'split']);
  return kind === 'cut-out' && refineEdges === true && split === 0;
}

/**
 * A cut-out for a file: what takes too long for frames of a video. The painter lays frame and labels in their place, as the view says.
 */
export async function exportCutOut(path: Path, drawn: Drawn, size: Extent | undefined): Promise<RgbaImage> {
  const { view, segmentation } = drawn;
  const coarse = await path.export({ ...drawn, view: { ...view, refineEdges: false } as Drawn['view'] }, size);
  // The view was checked for the picture before.
  const { fit = 'contain', mirror = false } = view;
  const original: Drawn['view'] = { kind: 'original', fit, mirror };
  const picture = await path.export({ ...drawn, view: original }, size);
  const { width, height } = picture;
  // Where the picture itself is transparent, that is not the labels' doing.
  const data = Float32Array.from({ length: width * height }, (_unused, pixel) => {
    const opacity = picture.data[4 * pixel + 3];
    return opacity === 0 ? 0 : Math.min(1, coarse.data[4 * pixel + 3] / opacity);
  });
  const { cutOut } = await import('../../analysis/cut-out/cut-out.js');
  return cutOut(picture, { data, width, height }, { band: cutOutBand(picture, segmentation) });
}
