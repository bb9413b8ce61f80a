// SPDX-License-Identifier: MIT

import { type Connectivity, type ImageSize, neighbourhood } from './neighbourhood.js';

/** Values of the pixels that are not zero and have a neighbour of another value, or (`alongFrame`) one beyond the image; 0 elsewhere. */
export function outline(
  values: Uint32Array,
  size: ImageSize,
  connectivity: Connectivity,
  alongFrame: boolean,
): Uint32Array {
  const neighbours = neighbourhood(size, connectivity);
  return values.map((value, pixel) => {
    let alike = 0;
    let inside = 0;
    neighbours(pixel, (other) => {
      inside++;
      alike += Number(values[other] === value);
    });
    return alike < (alongFrame ? connectivity : inside) ? value : 0;
  });
}
