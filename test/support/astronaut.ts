// SPDX-License-Identifier: MIT

import { expect } from 'vitest';

/**
 * Of the sample photo of the astronaut her face and sleeve are opaque, the flag and the shuttle behind her are not.
 *
 * @param rgba straight alpha, at the photo's own size
 */
export function expectAstronautAlone(width: number, rgba: ArrayLike<number>): void {
  const alphaAt = (x: number, y: number) => rgba[4 * (y * width + x) + 3];
  const [face, sleeve] = [alphaAt(220, 130), alphaAt(100, 390)];
  expect(Math.min(face, sleeve)).toBeGreaterThan(250);
  const [flag, shuttle] = [alphaAt(40, 100), alphaAt(420, 80)];
  expect(Math.max(flag, shuttle)).toBeLessThan(5);
}
