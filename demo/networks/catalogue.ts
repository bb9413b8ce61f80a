// SPDX-License-Identifier: MIT

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
  takesMarks: boolean;
  /** What it was made for. */
  use: 'photo' | 'both';
}

export const offers: readonly NetworkOffer[] = [
  {
    name: 'colour-prompt',
    title: 'Your marks',
    finds: 'What you mark with strokes or a box, by its colours',
    bytes: 0,
    licence: 'MIT',
    takesMarks: true,
    use: 'both',
  },
  {
    name: 'nuclei',
    title: 'Nuclei',
    finds: 'Cell nuclei in microscope pictures, and their borders',
    bytes: 0,
    licence: 'MIT',
    takesMarks: false,
    use: 'photo',
  },
  {
    name: 'selfie',
    title: 'Selfie',
    finds: 'A person near the camera',
    bytes: 447_596,
    licence: 'Apache-2.0',
    takesMarks: false,
    use: 'both',
  },
  {
    name: 'deeplab-voc',
    title: 'DeepLab, Pascal VOC',
    finds: '20 kinds of things: people, animals, vehicles, furniture',
    bytes: 2_781_296,
    licence: 'Apache-2.0',
    takesMarks: false,
    use: 'both',
  },
  {
    name: 'segformer-b0-ade20k',
    title: 'SegFormer, ADE20K',
    finds: '150 kinds of things and surfaces, indoors and outdoors',
    bytes: 15_335_446,
    licence: 'NVIDIA: research and evaluation only',
    takesMarks: false,
    use: 'photo',
  },
];

export function offerOf(name: string): NetworkOffer | undefined {
  return offers.find((offer) => offer.name === name);
}
