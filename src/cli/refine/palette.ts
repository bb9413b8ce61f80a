// SPDX-License-Identifier: MIT

export type Colour = readonly [red: number, green: number, blue: number];

/**
 * First label 0, which is the background by custom. Then the colours of Okabe and Ito ("Color Universal Design", 2008),
 * which stay apart for colour-blind eyes too, without their black; the first are those that skin and fur don't have.
 */
const handPicked: readonly Colour[] = [
  [110, 110, 110],
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [204, 121, 167],
  [213, 94, 0],
  [86, 180, 233],
  [240, 228, 66],
];

/** A turn by the golden angle never comes near a hue that it met before. */
const GOLDEN_ANGLE = 137.508;

/** A colour for each label; the same label has the same colour whatever their count. */
export function labelColours(labelCount: number): Colour[] {
  return Array.from({ length: labelCount }, (_, label) => handPicked[label] ?? generated(label - handPicked.length));
}

/** Hues all around, in three steps of lightness, so that neighbours in hue differ in that. */
function generated(index: number): Colour {
  const hue = (index * GOLDEN_ANGLE) % 360;
  const lightness = [0.45, 0.65, 0.3][index % 3];
  return fromHsl(hue, 0.75, lightness);
}

/** https://www.w3.org/TR/css-color-4/#hsl-to-rgb */
function fromHsl(hue: number, saturation: number, lightness: number): Colour {
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    const amplitude = saturation * Math.min(lightness, 1 - lightness);
    return Math.round(255 * (lightness - amplitude * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
