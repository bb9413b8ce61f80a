// SPDX-License-Identifier: MIT

/** Chromaticities x, y of white, red, green and blue. */
export type Chromaticities = readonly (readonly [x: number, y: number])[];

export const d65 = [0.3127, 0.329] as const;
export const srgbPrimaries: Chromaticities = [d65, [0.64, 0.33], [0.3, 0.6], [0.15, 0.06]];

/**
 * From linear light in these primaries to linear light in sRGB's, by rows. Via CIE XYZ; another white is adapted to D65 by Bradford's cone
 * responses. Not finite where the primaries can't be.
 */
export function toSrgbFrom(chromaticities: Chromaticities): number[] {
  const adaptation = adaptWhite(xyzOf(chromaticities[0]), xyzOf(d65));
  return multiply(inverse(toXyzFrom(srgbPrimaries)), multiply(adaptation, toXyzFrom(chromaticities)));
}

function xyzOf([x, y]: readonly [number, number]): number[] {
  return [x / y, 1, (1 - x - y) / y];
}

function toXyzFrom([white, ...primaries]: Chromaticities): number[] {
  const columns = transpose(primaries.flatMap(xyzOf));
  const amounts = apply(inverse(columns), xyzOf(white));
  return columns.map((value, i) => value * amounts[i % 3]);
}

/** http://www.brucelindbloom.com/index.html?Eqn_ChromAdapt.html */
function adaptWhite(from: readonly number[], to: readonly number[]): number[] {
  const cones = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296];
  const [source, target] = [apply(cones, from), apply(cones, to)];
  const scaled = cones.map((value, i) => (value * target[Math.floor(i / 3)]) / source[Math.floor(i / 3)]);
  return multiply(inverse(cones), scaled);
}

function transpose(m: readonly number[]): number[] {
  return [m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]];
}

function apply(m: readonly number[], [x, y, z]: readonly number[]): number[] {
  return [0, 3, 6].map((row) => m[row] * x + m[row + 1] * y + m[row + 2] * z);
}

function multiply(a: readonly number[], b: readonly number[]): number[] {
  const columns = transpose(b);
  return transpose([0, 3, 6].flatMap((column) => apply(a, columns.slice(column, column + 3))));
}

function inverse([a, b, c, d, e, f, g, h, i]: readonly number[]): number[] {
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const adjugate = [
    ...[e * i - f * h, c * h - b * i, b * f - c * e],
    ...[f * g - d * i, a * i - c * g, c * d - a * f],
    ...[d * h - e * g, b * g - a * h, a * e - b * d],
  ];
  return adjugate.map((value) => value / determinant);
}
