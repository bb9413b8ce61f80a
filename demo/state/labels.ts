// SPDX-License-Identifier: MIT

import { leaderOf, type Merges } from './merges.js';

export type Colour = readonly [red: number, green: number, blue: number];

export interface Label {
  name: string;
  /** On 0..255. */
  colour: Colour;
  /** Tinted in the overlay and kept in the cut-out. */
  isShown: boolean;
}

/** A label as the views need it: its own, or that of the label it was merged into. */
export interface ShownLabel extends Label {
  /** Index of the label that it counts as. */
  leader: number;
}

/** Far from each other in hue and in lightness, and the first far from skin, fur and wood, which people cut out most. */
const colours: readonly Colour[] = [
  [88, 80, 200],
  [0, 184, 148],
  [250, 170, 30],
  [226, 60, 130],
  [50, 140, 245],
  [170, 215, 60],
  [235, 95, 50],
  [150, 110, 240],
];

/** That can be drawn. A network may have more. */
export const maximumLabels = colours.length;

/** The first label is what is around: it stays as it is. */
export function labelsNamed(names: readonly string[], given?: readonly Colour[]): Label[] {
  return names.map((name, index) => ({
    name,
    colour: given?.[index] ?? colours[index % colours.length],
    isShown: index > 0,
  }));
}

export function withAnotherLabel(labels: readonly Label[]): Label[] {
  // Others may have been removed before it.
  const colour = colours.find((one) => !labels.some((label) => label.colour === one)) ?? colours[labels.length];
  let number = labels.length;
  while (labels.some(({ name }) => name === `Object ${number}`)) number++;
  return [...labels, { name: `Object ${number}`, colour, isShown: true }];
}

/** @param isolated the only label that is shown, or null */
export function shownLabels(labels: readonly Label[], merges: Merges, isolated: number | null): ShownLabel[] {
  return labels.map((_, index) => {
    const leader = Math.min(leaderOf(merges, index), labels.length - 1);
    const isShown = isolated === null ? labels[leader].isShown : leader === isolated;
    return { ...labels[leader], isShown, leader };
  });
}

export function cssColour({ colour }: { colour: Colour }): string {
  return `rgb(${colour.join(' ')})`;
}

/** The page's own colours for the labels of marks, as descriptions of networks have them. What is around is only dimmed. */
export function hexColours(count: number): string[] {
  return Array.from({ length: count }, (_, label) => {
    const channels = label === 0 ? [29, 31, 35] : colours[label % colours.length];
    return `#${channels.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
  });
}

/** `#rrggbb`, with or without alpha, to red, green, blue on 0..255. */
export function colourFromHex(hex: string): Colour {
  const value = Number.parseInt(hex.slice(1, 7), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
