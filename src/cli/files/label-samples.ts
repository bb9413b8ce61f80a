// SPDX-License-Identifier: MIT

import { Failure } from '../failure.js';

/** A PNG's own samples: one, three or four a pixel. */
export interface PngSamples {
  channels: number;
  /** Stored as grey with alpha. */
  isGrey: boolean;
  /** Bits a sample: 1, 2, 4, 8 or 16. */
  depth: number;
  /** One element a sample, whatever the depth. */
  samples: Uint8Array | Uint16Array;
}

/** Colours that an error lists, and up to which it counts them. */
const LISTED = 4;
const COUNTED = 4096;

/**
 * One sample a pixel, of a PNG that holds labels. Grey that was stored in three channels, as many programs store a mask, is grey; so is
 * what has the same alpha everywhere.
 *
 * @throws Failure for colours, and for alpha that changes from pixel to pixel.
 */
export function labelSamples(png: PngSamples): PngSamples['samples'] {
  const { channels, samples } = png;
  if (channels === 1) return samples;
  const hasAlpha = channels === 4;
  const kind = png.isGrey ? 'grey with alpha' : ['RGB', 'RGBA'][channels - 3];
  const expected = 'expected grey values or palette indices, which are the labels';
  if (hasAlpha && !isConstant(samples, channels - 1, channels)) {
    throw new Failure(`a PNG of ${kind} pixels whose alpha changes, ${expected}`);
  }
  if (!isGrey(samples, channels)) {
    const hint = 'saved with a palette each colour has an index';
    throw new Failure(`a PNG of ${kind} pixels, ${expected}: it has ${describeColours(png)}; ${hint}`);
  }
  const grey = new (samples instanceof Uint16Array ? Uint16Array : Uint8Array)(samples.length / channels);
  for (let i = 0; i < grey.length; i++) grey[i] = samples[i * channels];
  return grey;
}

function isConstant(samples: ArrayLike<number>, offset: number, step: number): boolean {
  for (let i = offset; i < samples.length; i += step) {
    if (samples[i] !== samples[offset]) return false;
  }
  return true;
}

function isGrey(samples: ArrayLike<number>, channels: number): boolean {
  for (let i = 0; i < samples.length; i += channels) {
    if (samples[i] !== samples[i + 1] || samples[i] !== samples[i + 2]) return false;
  }
  return true;
}

/** `3 colours (#000000, #800000, #008000)` */
function describeColours({ samples, channels, depth }: PngSamples): string {
  const digits = depth / 4;
  const colours = new Set<string>();
  for (let i = 0; i < samples.length && colours.size <= COUNTED; i += channels) {
    const channel = (c: number) => samples[i + c].toString(16).padStart(digits, '0');
    colours.add(`#${channel(0)}${channel(1)}${channel(2)}`);
  }
  const count = colours.size > COUNTED ? `more than ${COUNTED}` : String(colours.size);
  const first = [...colours].slice(0, LISTED).join(', ');
  return `${count} colours (${first}${colours.size > LISTED ? ', ...' : ''})`;
}
