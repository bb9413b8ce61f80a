// SPDX-License-Identifier: MIT

import { Failure } from '../../failure.js';
import { type Chromaticities, d65, srgbPrimaries, toSrgbFrom } from './primaries.js';

/** From a PNG's own colours to sRGB. */
export interface ColourConversion {
  /** Light of a sample, both 0..1. */
  toLinear(value: number): number;
  /** Linear light in other primaries to linear light in sRGB's, by rows; without: the primaries are sRGB's. */
  matrix?: readonly number[];
}

/** By cICP's numbers, ITU-T H.273, table 2. */
const primariesByNumber: Readonly<Record<number, Chromaticities>> = {
  1: srgbPrimaries,
  5: [d65, [0.64, 0.33], [0.29, 0.6], [0.15, 0.06]],
  6: [d65, [0.63, 0.34], [0.31, 0.595], [0.155, 0.07]],
  9: [d65, [0.708, 0.292], [0.17, 0.797], [0.131, 0.046]],
  12: [d65, [0.68, 0.32], [0.265, 0.69], [0.15, 0.06]],
};

/** By cICP's numbers, ITU-T H.273, table 3. */
const transfersByNumber: Readonly<Record<number, (value: number) => number>> = {
  1: displayToLinear,
  4: (value) => value ** 2.2,
  5: (value) => value ** 2.8,
  6: displayToLinear,
  8: (value) => value,
  13: srgbToLinear,
  14: displayToLinear,
  15: displayToLinear,
};

const perceptualQuantizer = 16;
const hybridLogGamma = 18;

/** What cICP says where nobody knows. */
const unspecified = 2;

/** Without cHRM gAMA of 1/2.2, in its unit of 1/100000, means sRGB; so does what differs from it by no more than this share. */
const usualGamma = 45455;
const gammaTolerance = 0.05;

/**
 * What cICP, or gAMA and cHRM, say of a PNG's colours. A colour profile (iCCP) is the decoder's to apply, and says more than they do.
 *
 * @param extras chunks by type
 * @returns undefined where the colours are sRGB, or said to be nothing
 */
export function conversionOf(extras: ReadonlyMap<string, Uint8Array>, isGrey: boolean): ColourConversion | undefined {
  const cicp = extras.get('cICP');
  // Chromium takes neither cICP nor primaries for grey.
  if (cicp) return isGrey ? undefined : conversionFromCicp(cicp);
  if (extras.has('iCCP') || extras.has('sRGB')) return undefined;
  const gamma = uint32At(extras.get('gAMA'), 0);
  if (!gamma) return undefined;
  const toLinear = (value: number) => value ** (100000 / gamma);
  const chromaticities = chromaticitiesIn(extras.get('cHRM'));
  if (!chromaticities) return Math.abs(gamma / usualGamma - 1) <= gammaTolerance ? undefined : { toLinear };
  const matrix = toSrgbFrom(chromaticities);
  // Primaries that can't be: Chromium then believes nothing of it.
  if (!matrix.every(Number.isFinite)) return undefined;
  return isGrey || areSrgb(chromaticities) ? { toLinear } : { toLinear, matrix };
}

function conversionFromCicp(data: Uint8Array): ColourConversion | undefined {
  const [primaries, transfer, coefficients, range] = data;
  if (data.length !== 4 || range !== 1) return undefined;
  if (coefficients !== 0) throw new Failure(`not supported: a PNG with matrix coefficients ${coefficients} (cICP)`);
  if (transfer === perceptualQuantizer || transfer === hybridLogGamma) {
    throw new Failure('not supported: a PNG of high dynamic range (cICP); convert it to sRGB');
  }
  if (primaries === unspecified || transfer === unspecified) return undefined;
  const toLinear = transfersByNumber[transfer];
  const chromaticities = primariesByNumber[primaries];
  if (!toLinear || !chromaticities) {
    throw new Failure(`not supported: a PNG with primaries ${primaries} and transfer ${transfer} (cICP)`);
  }
  if (chromaticities === srgbPrimaries) return toLinear === srgbToLinear ? undefined : { toLinear };
  return { toLinear, matrix: toSrgbFrom(chromaticities) };
}

function chromaticitiesIn(data: Uint8Array | undefined): Chromaticities | undefined {
  if (data?.length !== 32) return undefined;
  const at = (index: number) => (uint32At(data, 4 * index) ?? 0) / 100000;
  return srgbPrimaries.map((_, i) => [at(2 * i), at(2 * i + 1)] as const);
}

function areSrgb(chromaticities: Chromaticities): boolean {
  return chromaticities.every(([x, y], i) => Math.hypot(x - srgbPrimaries[i][0], y - srgbPrimaries[i][1]) < 1e-3);
}

function uint32At(data: Uint8Array | undefined, offset: number): number | undefined {
  if (!data || data.length < offset + 4) return undefined;
  return new DataView(data.buffer, data.byteOffset, data.length).getUint32(offset);
}

function srgbToLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function linearToSrgb(light: number): number {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
}

/** What a display makes of video (ITU-R BT.1886), as Chromium takes it, and not the inverse of what a camera did. */
function displayToLinear(value: number): number {
  return value ** 2.4;
}

/** Levels of light between which sRGB's curve is looked up: fine enough for its steepest part, near black. */
const lightLevels = 1 << 14;

/** Changes RGBA of 8 bits in place. */
export function convertColours(data: Uint8ClampedArray, { toLinear, matrix }: ColourConversion): void {
  const light = Float64Array.from({ length: 256 }, (_, value) => toLinear(value / 255));
  if (!matrix) {
    const levels = Uint8ClampedArray.from(light, (value) => 255 * linearToSrgb(value));
    for (let i = 0; i < data.length; i++) if ((i & 3) !== 3) data[i] = levels[data[i]];
    return;
  }
  const levels = Uint8ClampedArray.from({ length: lightLevels + 1 }, (_, i) => 255 * linearToSrgb(i / lightLevels));
  const [rr, rg, rb, gr, gg, gb, br, bg, bb] = matrix;
  const level = (value: number) => levels[Math.round(lightLevels * Math.min(1, Math.max(0, value)))];
  for (let i = 0; i < data.length; i += 4) {
    const [r, g, b] = [light[data[i]], light[data[i + 1]], light[data[i + 2]]];
    data[i] = level(rr * r + rg * g + rb * b);
    data[i + 1] = level(gr * r + gg * g + gb * b);
    data[i + 2] = level(br * r + bg * g + bb * b);
  }
}
