// SPDX-License-Identifier: MIT

import type { RgbaImage } from '../../index.js';
import type { Colour } from './palette.js';

/** Share of a label's colour in its area; the rest is the photograph. */
const TINT = 0.5;

/** Label 0 is the background by custom: it keeps its photograph, paler and nearly without colour, so that the labels stand out. */
const BACKGROUND = { grey: 0.7, white: 0.35 } as const;

/** Width of a label's outline, of the image's diagonal; never less than a pixel. */
const OUTLINE = 0.003;

/**
 * The photograph with each label's area tinted and outlined in its colour.
 *
 * @param colours by label
 * @returns RGB, 8 bits a channel
 */
export function drawOverlay(photograph: RgbaImage, labelMap: Uint32Array, colours: readonly Colour[]): Uint8Array {
  const { data, width, height } = photograph;
  const outline = findOutlines(labelMap, width, height, Math.max(1, Math.round(OUTLINE * Math.hypot(width, height))));
  const overlay = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const label = labelMap[i];
    const share = outline[i] ? 1 : TINT;
    // Rec. 709 luma
    const luma = 0.2126 * data[4 * i] + 0.7152 * data[4 * i + 1] + 0.0722 * data[4 * i + 2];
    for (let c = 0; c < 3; c++) {
      const value = data[4 * i + c];
      overlay[3 * i + c] = label === 0 ? fade(value, luma) : mix(value, colours[label][c], share);
    }
  }
  return overlay;
}

function fade(value: number, luma: number): number {
  return mix(mix(value, luma, BACKGROUND.grey), 255, BACKGROUND.white);
}

function mix(from: number, to: number, share: number): number {
  return Math.round((1 - share) * from + share * to);
}

/** 1 where a pixel of another label is less than `thickness` + 1 pixels away. */
function findOutlines(labelMap: Uint32Array, width: number, height: number, thickness: number): Uint8Array {
  const outline = new Uint8Array(width * height);
  const reach = thickness - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (isOnBorder(labelMap, width, height, x, y)) markAround(outline, labelMap, width, height, x, y, reach);
    }
  }
  return outline;
}

function isOnBorder(labelMap: Uint32Array, width: number, height: number, x: number, y: number): boolean {
  const i = y * width + x;
  const label = labelMap[i];
  return (
    (x > 0 && labelMap[i - 1] !== label) ||
    (x + 1 < width && labelMap[i + 1] !== label) ||
    (y > 0 && labelMap[i - width] !== label) ||
    (y + 1 < height && labelMap[i + width] !== label)
  );
}

/** Marks the disc around a pixel, as far as its label goes. */
function markAround(
  outline: Uint8Array,
  labelMap: Uint32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  reach: number,
): void {
  const label = labelMap[y * width + x];
  for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
    for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
      const inside = (u - x) ** 2 + (v - y) ** 2 <= reach ** 2;
      if (inside && labelMap[v * width + u] === label) outline[v * width + u] = 1;
    }
  }
}
