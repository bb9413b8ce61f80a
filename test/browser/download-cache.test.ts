// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { openPage } from '../support/page.js';

test('the browser keeps a network, and a bad copy is replaced', async () => {
  const { page, finish } = await openPage();
  const outcome = await page.evaluate(async () => {
    const { fetchNetwork } = (await window.importModule(
      'src/pipeline/network/fetch-network.ts',
    )) as typeof import('../../src/pipeline/network/fetch-network.js');
    const { onnxModel, node, value } = (await window.importModule(
      'test/support/onnx.ts',
    )) as typeof import('../support/onnx.js');
    const model = onnxModel({
      input: [value('x', [2])],
      output: [value('y', [2])],
      node: [node('Neg', ['x'], ['y'])],
    });
    const digest = await crypto.subtle.digest('SHA-256', model);
    const sha256 = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');

    const url = new URL('/models/mine.onnx', location.href).href;
    const from: string[] = [];
    let requests = 0;
    const get = async () => {
      const bytes = await fetchNetwork(
        // Relative to the page, which is in test/browser.
        { name: 'mine', url: '../../models/mine.onnx', sha256 },
        {
          fetch: async () => {
            requests++;
            return new Response(model);
          },
          onProgress: (progress) => from.push(progress.from),
        },
      );
      return bytes.length === model.length;
    };
    const first = await get();
    const second = await get();
    const cache = await caches.open('meanfield-networks');
    const stored = (await cache.keys()).map((request) => request.url);
    await cache.put(url, new Response('something else'));
    const third = await get();
    const repaired = await (await cache.match(url))?.arrayBuffer();
    return {
      all: [first, second, third],
      requests,
      from,
      stored: stored.map((name) => name === url),
      repaired: repaired?.byteLength === model.length,
    };
  });
  expect(outcome.all).toEqual([true, true, true]);
  expect(outcome.requests).toBe(2);
  expect(outcome.from.filter((origin) => origin === 'cache')).toHaveLength(1);
  expect(outcome.stored).toEqual([true]);
  expect(outcome.repaired).toBe(true);
  await finish();
});
