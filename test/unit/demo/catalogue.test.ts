// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { inputSizesOf, offers, settingsFor } from '../../../demo/networks/catalogue.js';
import { samples } from '../../../demo/photo/samples.js';
import { crfParameters, defaultSettings, settingsOfPreset } from '../../../demo/state/crf-settings.js';
import { type NetworkDescription, presets } from '../../../src/pipeline/index.js';
import { nuclei } from '../../../src/pipeline/nuclei.js';

// The page says these things before it has loaded the library's part that knows them.
describe.each(offers.map((offer) => [offer.name, offer] as const))('the offer %s', (name, offer) => {
  const preset: NetworkDescription = name === 'nuclei' ? nuclei : presets[name as keyof typeof presets];

  test('says of the network what the library says of it', () => {
    expect(preset.byteLength ?? 0).toBe(offer.bytes);
    expect(preset.licence).toContain(offer.licence.split(':')[0]);
    expect(preset.prompts !== undefined).toBe(offer.takesMarks);
    if (offer.correctedLabels !== undefined) expect(preset.labels).toHaveLength(offer.correctedLabels);
    if (offer.instances?.border) expect(preset.labels).toContain(offer.instances.border);
  });

  test('begins with the CRF that the library has for it, or near it where that has more kernels than sliders', () => {
    if (typeof preset.crf === 'object' && preset.crf.kernels.length > 2) {
      expect(settingsFor(name)).toEqual(settingsOfPreset('gentle'));
      return;
    }
    const { kernels, iterations } = crfParameters(settingsFor(name));
    const named = kernels.map(({ normalization, ...kernel }) => {
      expect(normalization).toBe('symmetric');
      return kernel;
    });
    expect({ kernels: named, iterations }).toEqual(preset.crf);
  });

  test('lets the size of the input be chosen where the network does', () => {
    const { longSide, multipleOf = 1 } = preset.input;
    const sizes = inputSizesOf(name);
    expect(sizes?.own).toBe(longSide);
    if (!sizes) return;
    for (const size of Object.values(sizes)) expect(size % multipleOf).toBe(0);
    expect((sizes.own - sizes.least) % sizes.step).toBe(0);
    expect((sizes.most - sizes.least) % sizes.step).toBe(0);
  });
});

test('a network of one’s own begins as the page does, and has the size that it was described with', () => {
  expect(settingsFor({ name: 'mine' })).toBe(defaultSettings);
  expect(inputSizesOf({ name: 'mine' })).toBeUndefined();
});

test('samples name networks that are offered', () => {
  for (const { network } of samples) if (network) expect(offers.map(({ name }) => name)).toContain(network);
});
