// SPDX-License-Identifier: MIT

import { checkInteger } from './checks.js';

/**
 * The Pascal VOC colour map, `#rrggbb` by label: bits 0, 3, 6, … of the label are the high bits of red, from the
 * highest down, bits 1, 4, 7, … those of green, bits 2, 5, 8, … those of blue. 256 labels have a colour each, then they repeat.
 * Throws ArgumentError unless `labelCount` is a whole number in 0..2²⁰.
 *
 * Source: `VOClabelcolormap.m` of the PASCAL VOC development kit (Everingham et al., IJCV 2010).
 */
export function vocColours(labelCount: number): string[] {
  checkInteger('labelCount', labelCount, 0, 2 ** 20);
  return Array.from({ length: labelCount }, (_, label) => vocColour(label));
}

function vocColour(label: number): string {
  const channels = [0, 0, 0];
  for (let bit = 0; bit < 8; bit++) {
    for (let channel = 0; channel < 3; channel++) {
      const position = 3 * bit + channel;
      if (Math.floor(label / 2 ** position) % 2 === 1) channels[channel] += 2 ** (7 - bit);
    }
  }
  return `#${channels.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
