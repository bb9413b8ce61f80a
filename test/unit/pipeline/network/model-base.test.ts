// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CpuNetwork } from '../../../../src/pipeline/cpu-network.js';
import { checkFolderAddress } from '../../../../src/pipeline/folder-address.js';
import { checkNetwork } from '../../../../src/pipeline/network/check-network.js';
import { fetchNetwork } from '../../../../src/pipeline/network/fetch-network.js';
import { atModelBase } from '../../../../src/pipeline/network/model-base.js';
import { presets } from '../../../../src/pipeline/network/presets.js';
import { nuclei } from '../../../../src/pipeline/nuclei.js';
import { Pipeline } from '../../../../src/pipeline/pipeline.js';
import { ArgumentError } from '../../../../src/problem/errors.js';
import { errorOf } from '../../../support/model-host.js';
import { twoShapes } from '../../../support/two-shapes.js';

const folder = 'https://example.org/networks/';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the folder of presets', () => {
  test('is the place of those that are downloaded, by their names', () => {
    const { 'deeplab-voc': deeplab, person } = presets;
    expect(atModelBase(deeplab, 'deeplab-voc', folder).url).toBe(`${folder}deeplab-voc.onnx`);
    expect(atModelBase(deeplab, deeplab, folder)).toEqual({ ...deeplab, url: `${folder}deeplab-voc.onnx` });
    expect(atModelBase(person, 'person', folder)).toEqual(person);
    expect(atModelBase(deeplab, 'deeplab-voc', undefined)).toBe(deeplab);
  });

  test('is where relative addresses are meant from, also of variants, and absolute ones stay', () => {
    expect(atModelBase(nuclei, nuclei, folder).url).toBe(`${folder}nuclei.onnx`);
    const own = { ...presets['deeplab-voc'] };
    expect(atModelBase(own, own, folder).url).toBe(own.url);
    const { bytes: _, variants = [], ...rest } = twoShapes();
    const variant = { width: variants[0].width, height: variants[0].height, url: 'wide/a.onnx' };
    const network = checkNetwork({ ...rest, url: '../square.onnx', variants: [variant] });
    const moved = atModelBase(network, network, folder);
    expect([moved.url, moved.variants?.[0].url]).toEqual(['https://example.org/square.onnx', `${folder}wide/a.onnx`]);
  });

  test('is asked by every door that loads a network, and what it gives is checked', async () => {
    const asked: string[] = [];
    vi.stubGlobal('fetch', async (address: string) => {
      asked.push(address);
      return new Response(null, { status: 404 });
    });
    const refusals = [
      () => Pipeline.create({ network: 'deeplab-voc', modelBase: folder, backend: 'cpu' }),
      () => Pipeline.create({ network: nuclei, modelBase: new URL(folder), backend: 'cpu' }),
      () => CpuNetwork.create('segformer-b0-ade20k', { modelBase: folder, cache: false }),
      () => fetchNetwork(presets['deeplab-voc'], { modelBase: 'https://example.org/networks', cache: false }),
    ];
    for (const refused of refusals) expect((await errorOf(refused())).message).toContain('404');
    expect(asked).toEqual(
      ['deeplab-voc', 'nuclei', 'segformer-b0-ade20k', 'deeplab-voc'].map((name) => `${folder}${name}.onnx`),
    );
    const other = async () =>
      new Response(readFileSync(path.join(import.meta.dirname, '../../../../models/person.onnx')));
    const wrong = fetchNetwork(nuclei, { modelBase: folder, cache: false, fetch: other });
    expect((await errorOf(wrong)).message).toContain('another file than described');
  });

  test('may be relative to the page', () => {
    vi.stubGlobal('location', { href: 'https://example.org/app/index.html?a#b' });
    expect(checkFolderAddress('modelBase', 'networks')).toBe('https://example.org/app/networks/');
    expect(checkFolderAddress('modelBase', '/')).toBe('https://example.org/');
  });

  test.each([[''], ['networks/'], ['data:,'], [`${folder}?key=1`], [`${folder}#a`], [null], [5], [{}]])(
    'cannot be %o where there is no page',
    async (modelBase) => {
      const given = { modelBase } as { modelBase: string };
      const expected = 'expected the absolute address of a folder, without ? and #, as a string or URL';
      await expect(Pipeline.create(given)).rejects.toThrow(ArgumentError);
      await expect(Pipeline.create(given)).rejects.toThrow(expected);
      await expect(fetchNetwork(nuclei, given)).rejects.toThrow('options.modelBase: got');
    },
  );
});
