// SPDX-License-Identifier: MIT

import type { CrfParameters, Kernel, Normalization } from '../../src/index.js';

/** The CRF as the sliders see it: two kernels that can be switched off without losing their values. */
export interface CrfSettings {
  spatial: {
    isOn: boolean;
    /** Pixels. */
    sigmaXY: number;
    compatibility: number;
    normalization: Normalization;
  };
  bilateral: {
    isOn: boolean;
    /** Pixels. */
    sigmaXY: number;
    /** On 0..255. */
    sigmaRGB: number;
    compatibility: number;
    normalization: Normalization;
  };
  iterations: number;
}

export const normalizations: readonly { value: Normalization; title: string }[] = [
  { value: 'symmetric', title: 'Symmetric' },
  { value: 'before', title: 'Before' },
  { value: 'after', title: 'After' },
  { value: 'none', title: 'None' },
];

export interface Preset {
  id: string;
  title: string;
  hint: string;
  settings: CrfSettings;
}

/** Weights and sigmas in the order of the sliders. */
function settingsOf(
  [spatialXY, spatialWeight]: readonly [number, number],
  [sigmaXY, sigmaRGB, compatibility]: readonly [number, number, number],
  iterations: number,
): CrfSettings {
  const normalization = 'symmetric';
  return {
    spatial: { isOn: true, sigmaXY: spatialXY, compatibility: spatialWeight, normalization },
    bilateral: { isOn: true, sigmaXY, sigmaRGB, compatibility, normalization },
    iterations,
  };
}

const crisp: Preset = {
  id: 'crisp',
  title: 'Crisp edges',
  hint: 'Follows fine colour edges. Good for strokes on photos of this size.',
  settings: settingsOf([3, 3], [50, 8, 5], 8),
};

export const presets: readonly Preset[] = [
  crisp,
  {
    id: 'gentle',
    title: 'Gentle',
    hint: 'Cleans specks, and trusts the colours otherwise.',
    settings: settingsOf([2, 2], [30, 6, 3], 5),
  },
  {
    id: 'strong',
    title: 'Strong',
    hint: 'Large, calm regions. Thin parts may go.',
    settings: settingsOf([6, 8], [60, 12, 10], 10),
  },
  {
    id: 'paper',
    title: 'Krähenbühl & Koltun',
    hint: 'The usual values of pydensecrf, and the defaults of this library.',
    settings: settingsOf([3, 3], [80, 13, 10], 5),
  },
];

export const defaultSettings: CrfSettings = crisp.settings;

/** The preset whose values these are. */
export function presetOf(settings: CrfSettings): Preset | undefined {
  const wanted = JSON.stringify(settings);
  return presets.find((preset) => JSON.stringify(preset.settings) === wanted);
}

export function crfParameters({ spatial, bilateral, iterations }: CrfSettings): CrfParameters {
  const kernels: Kernel[] = [];
  if (spatial.isOn) {
    const { isOn: _, ...kernel } = spatial;
    kernels.push({ type: 'gaussian', ...kernel });
  }
  if (bilateral.isOn) {
    const { isOn: _, ...kernel } = bilateral;
    kernels.push({ type: 'bilateral', ...kernel });
  }
  return { kernels, iterations };
}
