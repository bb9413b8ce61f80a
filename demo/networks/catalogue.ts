// SPDX-License-Identifier: MIT

import { type CrfSettings, defaultSettings, settingsOfPreset } from '../state/crf-settings.js';

/**
 * The networks that the page offers. What they take and give is in the library's presets, which the page does not load before one
 * of them is chosen: here is only what a person wants to know first.
 */
export interface NetworkOffer {
  /** The preset's name. */
  name: string;
  title: string;
  finds: string;
  /** Of the download; 0 for those that come with the page. */
  bytes: number;
  licence: string;
  /** It is told by marks what to look for. */
  takesMarks: boolean;
  /** Labels of a network whose photos marks correct. */
  correctedLabels?: number;
  /** What it was made for. */
  use: 'photo' | 'both';
  /** CRF that suits it, by the preset's id; the library's own for this network. */
  preset: string;
  /** Long sides of the network's input in pixels, where it leaves that open. */
  inputSizes?: { own: number; least: number; most: number; step: number };
  /** What its instances are; without, a plain word does. */
  instances?: InstanceWords;
}

/** How what is counted is called. */
export interface InstanceWords {
  one: string;
  many: string;
  /** A label that parts instances that touch, and belongs to them. */
  border?: string;
}

const plainWords: InstanceWords = { one: 'object', many: 'objects' };

export const offers: readonly NetworkOffer[] = [
  {
    name: 'colour-prompt',
    title: 'Your marks',
    finds: 'What you mark with strokes or a box, by its colours',
    bytes: 0,
    licence: 'MIT',
    takesMarks: true,
    use: 'both',
    preset: 'crisp',
    inputSizes: { own: 128, least: 64, most: 256, step: 16 },
  },
  {
    name: 'person',
    title: 'Person',
    finds: 'People near the camera. On photos, marks correct the result.',
    bytes: 0,
    licence: 'Apache-2.0',
    takesMarks: false,
    correctedLabels: 2,
    use: 'both',
    // The library has three kernels for it; the sliders are of two.
    preset: 'gentle',
  },
  {
    name: 'nuclei',
    title: 'Nuclei',
    finds: 'Cell nuclei in microscope pictures, and their borders',
    bytes: 0,
    licence: 'MIT',
    takesMarks: false,
    use: 'photo',
    preset: 'nuclei',
    inputSizes: { own: 256, least: 128, most: 512, step: 32 },
    instances: { one: 'nucleus', many: 'nuclei', border: 'border' },
  },
  {
    name: 'deeplab-voc',
    title: 'DeepLab, Pascal VOC',
    finds: '20 kinds of things: people, animals, vehicles, furniture',
    bytes: 2_781_296,
    licence: 'Apache-2.0',
    takesMarks: false,
    use: 'both',
    preset: 'firm',
  },
  {
    name: 'segformer-b0-ade20k',
    title: 'SegFormer, ADE20K',
    finds: '150 kinds of things and surfaces, indoors and outdoors',
    bytes: 15_335_446,
    licence: 'NVIDIA: research and evaluation only',
    takesMarks: false,
    use: 'photo',
    preset: 'gentle',
  },
];

/** Names that offers had before: links have them still. */
const formerNames: Readonly<Record<string, string>> = { selfie: 'person' };

export function offerOf(name: string): NetworkOffer | undefined {
  return offers.find((offer) => offer.name === (formerNames[name] ?? name));
}

/** @param network a preset's name; a description of one's own is not among the offers */
function offerOfAny(network: unknown): NetworkOffer | undefined {
  return typeof network === 'string' ? offerOf(network) : undefined;
}

/** The CRF that a network begins with. */
export function settingsFor(network: unknown): CrfSettings {
  return settingsOfPreset(offerOfAny(network)?.preset) ?? defaultSettings;
}

export function correctedLabelsOf(network: unknown): number | undefined {
  return offerOfAny(network)?.correctedLabels;
}

export function inputSizesOf(network: unknown): NetworkOffer['inputSizes'] {
  return offerOfAny(network)?.inputSizes;
}

export function instanceWords(network: unknown): InstanceWords {
  return offerOfAny(network)?.instances ?? plainWords;
}
