// SPDX-License-Identifier: MIT

export interface Label {
  name: string;
  /** Red, green, blue on 0..255. */
  colour: readonly [number, number, number];
  /** Tinted in the overlay and kept in the cut-out. */
  isShown: boolean;
}

/** Far from each other in hue and in lightness, and the first far from skin, fur and wood, which people cut out most. */
const colours: readonly Label['colour'][] = [
  [88, 80, 200],
  [0, 184, 148],
  [250, 170, 30],
  [226, 60, 130],
  [50, 140, 245],
  [170, 215, 60],
];

export const maximumLabels = colours.length;

/** The first label is what is around: it stays as it is. */
export function labelsNamed(names: readonly string[]): Label[] {
  return names.map((name, index) => ({ name, colour: colours[index], isShown: index > 0 }));
}

export function withAnotherLabel(labels: readonly Label[]): Label[] {
  const index = labels.length;
  return [...labels, { name: `Object ${index}`, colour: colours[index], isShown: true }];
}

export function cssColour({ colour }: Label): string {
  return `rgb(${colour.join(' ')})`;
}
