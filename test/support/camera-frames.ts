// SPDX-License-Identifier: MIT

import type { CameraFrame } from './frame-page.js';

/** Frames as cameras and decoders give them: their size as they are shown, and whether a browser is asked for their bytes. */
export const cameraFrames: readonly (readonly [
  name: string,
  init: CameraFrame,
  size: readonly [width: number, height: number],
  /** Undefined where browsers differ: Chromium cuts off what is not shown when it makes a frame. */
  asks: boolean | undefined,
])[] = [
  ['as a camera gives it', {}, [32, 24], true],
  ['whose upper left is shown', { visibleRect: { x: 0, y: 0, width: 20, height: 16 } }, [20, 16], true],
  ['of which a part is shown', { visibleRect: { x: 4, y: 2, width: 20, height: 16 } }, [20, 16], undefined],
  ['whose pixels are no squares', { displayWidth: 48, displayHeight: 24 }, [48, 24], false],
];
