// SPDX-License-Identifier: MIT

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ade20kColours, ade20kLabels } from '../../../../src/pipeline/network/ade20k.js';
import { checkNetwork } from '../../../../src/pipeline/network/check-network.js';
import type { NetworkDescription } from '../../../../src/pipeline/network/description.js';
import { presetNetwork, presets } from '../../../../src/pipeline/network/presets.js';
import { inspectModel } from '../../../../src/pipeline/onnx/inspect.js';
import { ArgumentError } from '../../../../src/problem/errors.js';
import { describeWithModels, modelFile } from '../../../support/model-files.js';

const all = Object.entries<NetworkDescription>(presets);

describe('presets', () => {
  test.each(all)('%s passes every check', (_, description) => {
    expect(() => checkNetwork(description)).not.toThrow();
  });

  test.each(all.filter(([, { url }]) => url !== undefined))(
    '%s names one version of one file',
    (_, { url, sha256, byteLength, licence }) => {
      expect(url).toMatch(/^https:\/\/[^?]+\/[0-9a-f]{40}\/[^?]+\.onnx$/);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(byteLength).toBeGreaterThan(0);
      expect(licence).toBeTruthy();
    },
  );

  test('are found by name', () => {
    expect(presetNetwork('person')).toBe(presets.person);
    // A name that it had before.
    expect(presetNetwork('selfie')).toBe(presets.person);
    expect(() => presetNetwork('nuclei')).toThrow("the description that 'meanfield/pipeline/nuclei' exports");
    expect(() => presetNetwork('selfies')).toThrow(ArgumentError);
    expect(() => presetNetwork('selfies')).toThrow(`got "selfies", expected one of`);
    expect(() => presetNetwork('toString')).toThrow(ArgumentError);
  });
});

describe('ADE20K', () => {
  test('has its 150 labels where they belong', () => {
    expect(ade20kLabels).toHaveLength(150);
    const known = { 0: 'wall', 2: 'sky', 12: 'person', 20: 'car', 39: 'cushion', 44: 'chest of drawers', 149: 'flag' };
    for (const [label, name] of Object.entries(known)) expect(ade20kLabels[Number(label)]).toBe(name);
  });

  test('has a colour for each', () => {
    expect(ade20kColours).toHaveLength(150);
    expect([ade20kColours[0], ade20kColours[2], ade20kColours[149]]).toEqual(['#787878', '#06e6e6', '#5c00ff']);
  });
});

describeWithModels('presets and their files', () => {
  test.each([['deeplab-voc', 'deeplab_v3_1_default_1.onnx']])('%s is %s', (name, file) => {
    const { sha256, byteLength, input } = presetNetwork(name);
    const bytes = modelFile(file);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    expect(bytes.length).toBe(byteLength);
    expect(inspectModel(bytes).inputs).toEqual([
      { name: input.name, type: 'float32', shape: [1, input.height, input.width, 3] },
    ]);
  });
});
