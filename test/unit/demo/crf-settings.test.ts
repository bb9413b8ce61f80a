// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { crfParameters, presetOf, presets, settingsOfPreset } from '../../../demo/state/crf-settings.js';
import { type CrfPresetName, crfPresets } from '../../../src/index.js';
import { resolveParameters } from '../../../src/problem/parameters.js';

const size = { width: 8, height: 6, labelCount: 2 };

describe('presets', () => {
  test.each(Object.keys(crfPresets) as CrfPresetName[])('%s of the library is offered', (name) => {
    const wanted = resolveParameters(crfPresets[name].parameters, size);
    const offered = presets.filter(({ settings }) => {
      const { kernels, iterations } = resolveParameters(crfParameters(settings), size);
      return JSON.stringify([kernels, iterations]) === JSON.stringify([wanted.kernels, wanted.iterations]);
    });
    expect(offered).toHaveLength(1);
  });

  test('have names and values of their own', () => {
    expect(new Set(presets.map(({ title }) => title)).size).toBe(presets.length);
    for (const preset of presets) {
      expect(presetOf(preset.settings)).toBe(preset);
      expect(settingsOfPreset(preset.id)).toBe(preset.settings);
      expect(preset.hint).toMatch(/\.$/);
    }
  });
});
