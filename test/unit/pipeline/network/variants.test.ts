// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import { checkNetwork } from '../../../../src/pipeline/network/check-network.js';
import type { DownloadProgress } from '../../../../src/pipeline/network/fetch-network.js';
import { loadNetworks } from '../../../../src/pipeline/network/load-network.js';
import { presets } from '../../../../src/pipeline/network/presets.js';
import { variantFor } from '../../../../src/pipeline/network/variants.js';
import { redModel, twoShapes } from '../../../support/two-shapes.js';

describe('the variant for a picture', () => {
  const person = checkNetwork(presets.person);
  const chosen = (width: number, height: number) => variantFor(person, { width, height }).input.size;
  const general = { kind: 'fixed', width: 256, height: 256 };
  const landscape = { kind: 'fixed', width: 256, height: 144 };

  test.each([
    [1, 1],
    [480, 640],
    [10, 16384],
    // Exactly between 1:1 and 16:9.
    [4, 3],
    [640, 480],
    [16384, 12288],
  ])('%i×%i goes through the general model', (width, height) => {
    expect(chosen(width, height)).toEqual(general);
  });

  test.each([
    [1280, 720],
    [641, 480],
    [16384, 12287],
    [1920, 1440 - 1],
    [16384, 10],
  ])('%i×%i goes through the landscape model', (width, height) => {
    expect(chosen(width, height)).toEqual(landscape);
  });

  test('is the network itself where it has none', () => {
    const deeplab = checkNetwork(presets['deeplab-voc']);
    expect(variantFor(deeplab, { width: 1000, height: 10 })).toBe(deeplab);
  });

  test('is the nearest of many', () => {
    const sizes = [2, 8, 32].map((width) => ({ bytes: redModel(width, 4, 1), width, height: 4 }));
    const network = checkNetwork(twoShapes({ variants: sizes }));
    const widths = [1, 2, 2.5, 3, 6, 9, 15, 17, 100].map((width) => {
      const { size } = variantFor(network, { width: 100 * width, height: 400 }).input;
      return size.kind === 'fixed' && size.width;
    });
    // Between 2:4, 16:16, 8:4 and 32:4 lie ratios of √½, √2 and 4.
    expect(widths).toEqual([2, 2, 2, 16, 8, 8, 8, 32, 32]);
  });
});

describe('loadNetworks', () => {
  test('gives the file of each, and adds up what they tell', async () => {
    const network = checkNetwork(twoShapes());
    const told: DownloadProgress[] = [];
    const files = await loadNetworks(network, { onProgress: (progress) => told.push(progress) });
    const variants = [network, ...(network.variants ?? [])];
    const lengths = variants.map((variant) => files.get(variant)?.length ?? 0);
    expect(lengths.every((length) => length > 100)).toBe(true);
    const total = redModel(16, 16, 1).length + redModel(32, 16, -1).length;
    expect(told.at(-1)).toEqual({ loadedBytes: total, totalBytes: total, from: 'memory' });
    // Nobody knows the total while one of them has said nothing.
    expect(told[0].totalBytes).toBeUndefined();
    expect(told[0].loadedBytes).toBeLessThan(total);
  });

  test('says which variant it is that does not fit its file', async () => {
    const load = (width: number) => {
      const variants = [{ bytes: redModel(32, 16, 1), width, height: 16 }];
      return loadNetworks(checkNetwork(twoShapes({ variants })), {});
    };
    await expect(load(40)).rejects.toThrow('variants[0].width: got 40, expected 32, as the graph has it');
    const other = checkNetwork(twoShapes({ input: { ...twoShapes().input, name: 'picture' } }));
    await expect(loadNetworks(other, {})).rejects.toThrow(/^input.name: got "picture"/);
  });
});
