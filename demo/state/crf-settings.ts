// SPDX-License-Identifier: MIT

import {
  type CrfParameters,
  type CrfPresetName,
  crfPresets,
  crfSchema,
  type Kernel,
  type Normalization,
} from '../../src/index.js';

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

const titles: Readonly<Record<Normalization, string>> = {
  symmetric: 'Symmetric',
  before: 'Before',
  after: 'After',
  none: 'None',
};

/** The usual one first. */
export const normalizations: readonly { value: Normalization; title: string }[] = [
  ...crfSchema.gaussian.normalization.choices,
]
  .reverse()
  .map((value) => ({ value, title: titles[value] }));

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
  const normalization = crfSchema.gaussian.normalization.default;
  return {
    spatial: { isOn: true, sigmaXY: spatialXY, compatibility: spatialWeight, normalization },
    bilateral: { isOn: true, sigmaXY, sigmaRGB, compatibility, normalization },
    iterations,
  };
}

/** A preset of the library as the sliders show it: one sigma for all axes, one weight for all labels. */
function settingsNamed(name: CrfPresetName): CrfSettings {
  const { kernels, iterations = crfSchema.parameters.iterations.default } = crfPresets[name].parameters;
  const [spatial, bilateral] = kernels;
  if (spatial?.type !== 'gaussian' || bilateral?.type !== 'bilateral') throw new Error(`${name} has other kernels`);
  return settingsOf(
    [numberOf(spatial.sigmaXY), numberOf(spatial.compatibility)],
    [numberOf(bilateral.sigmaXY), numberOf(bilateral.sigmaRGB), numberOf(bilateral.compatibility)],
    iterations,
  );
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw new Error('a slider has one number');
  return value;
}

const crisp: Preset = {
  id: 'crisp',
  title: 'Crisp edges',
  hint: 'Follows fine colour edges. Good for strokes on photos of this size.',
  settings: settingsOf([3, 3], [50, 8, 5], 8),
};

/** By what they are good for. */
export const ownPresets: readonly Preset[] = [
  crisp,
  {
    id: 'pydensecrf',
    title: 'pydensecrf default',
    hint: 'The values of Krähenbühl and Koltun, and the defaults of this library. For large photos.',
    settings: settingsNamed('pydensecrf'),
  },
  {
    id: 'deeplab',
    title: 'DeepLab',
    hint: 'The values of DeepLab v2 with ResNet-101: every shade is an edge. For coarse network output.',
    settings: settingsNamed('deeplab-v2'),
  },
  {
    id: 'gentle',
    title: 'Masks that are sharp already',
    hint: 'Changes little. It improved the most masks of people in a test on street photos.',
    settings: settingsNamed('sharp-masks'),
  },
  {
    id: 'firm',
    title: 'Coarse masks',
    hint: 'Changes more. It gained the most for DeepLab in the same test.',
    settings: settingsNamed('coarse-masks'),
  },
  {
    id: 'nuclei',
    title: 'Nuclei',
    hint: 'Short reach, for many small things close to each other.',
    settings: settingsOf([1, 1], [15, 5, 2], 5),
  },
  {
    id: 'thin',
    title: 'Thin structures',
    hint: 'Short reach and little smoothing, so that spokes, stems and whiskers stay.',
    settings: settingsOf([1, 1], [20, 6, 4], 5),
  },
  {
    id: 'webcam',
    title: 'Webcam',
    hint: 'Few iterations and a wide colour tolerance, for small and noisy live pictures.',
    settings: settingsOf([2, 2], [30, 10, 5], 3),
  },
];

function published(id: CrfPresetName, title: string): Preset {
  return { id, title, hint: `From ${crfPresets[id].source}.`, settings: settingsNamed(id) };
}

/** What others have published, beside those above. */
export const publishedPresets: readonly Preset[] = [
  published('densecrf-2011', 'Krähenbühl and Koltun 2011'),
  published('seam', 'SEAM, PSA'),
  published('irn', 'IRN'),
  published('afa', 'AFA'),
  published('saliency', 'Saliency, DSS'),
];

export const presets: readonly Preset[] = [...ownPresets, ...publishedPresets];

export const defaultSettings: CrfSettings = crisp.settings;

/** The preset whose values these are. */
export function presetOf(settings: CrfSettings): Preset | undefined {
  return presets.find((preset) => areSameSettings(preset.settings, settings));
}

export function settingsOfPreset(id: string | undefined): CrfSettings | undefined {
  return presets.find((preset) => preset.id === id)?.settings;
}

export function areSameSettings(one: CrfSettings, other: CrfSettings): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
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

/** A trouble in plain words, and the change of values that is known to help. */
export interface Remedy {
  trouble: string;
  advice: string;
  /** Undefined where there is nothing left to change. */
  change: (settings: CrfSettings) => CrfSettings | undefined;
}

export const remedies: readonly Remedy[] = [
  {
    trouble: 'Edges leak',
    advice: 'Raises the strength of “Follow the colours”, and lowers its colour tolerance.',
    change(settings) {
      const { bilateral } = settings;
      const [least] = crfSchema.bilateral.sigmaRGB.usual;
      const [, most] = crfSchema.bilateral.compatibility.usual;
      if (bilateral.isOn && bilateral.sigmaRGB <= least && bilateral.compatibility >= most) return undefined;
      const sigmaRGB = Math.max(least, rounded(bilateral.sigmaRGB * 0.75));
      const compatibility = Math.min(most, rounded(bilateral.compatibility * 1.25));
      return { ...settings, bilateral: { ...bilateral, isOn: true, sigmaRGB, compatibility } };
    },
  },
  {
    trouble: 'Too smooth',
    advice: 'Lowers the strength of “Smooth the outline”.',
    change(settings) {
      const { spatial } = settings;
      if (!spatial.isOn || spatial.compatibility === 0) return undefined;
      return { ...settings, spatial: { ...spatial, compatibility: Math.floor(spatial.compatibility) / 2 } };
    },
  },
  {
    trouble: 'Too slow',
    advice: 'Takes fewer iterations.',
    change(settings) {
      if (settings.iterations <= 1) return undefined;
      return { ...settings, iterations: Math.max(1, Math.floor(settings.iterations * 0.6)) };
    },
  },
];

/** To the sliders' half steps. */
function rounded(value: number): number {
  return Math.round(2 * value) / 2;
}
