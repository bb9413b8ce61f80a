// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { suggestForm } from '../../../demo/networks/own-network.js';
import { tinyNetwork } from '../../support/tiny-network.js';

test('what a network’s output holds is guessed from its name', async () => {
  const prompt = new Uint8Array(await readFile('models/colour-prompt.onnx'));
  expect(await suggestForm('prompt.onnx', prompt)).toMatchObject({
    output: 'probabilities',
    activation: 'probabilities',
  });
  expect(await suggestForm('tiny.onnx', tinyNetwork())).toMatchObject({ output: 'logits', activation: 'logits' });
});
