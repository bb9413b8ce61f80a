// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { meanfield, temporaryFolder } from '../support/command-line.js';
import { goldenFile } from '../support/golden.js';

test('two browsers on one machine give the same bits', async () => {
  const folder = await temporaryFolder();
  const [image, unary] = ['image.png', 'unary.npy'].map((name) => goldenFile('default-5-labels', name));
  const results: Buffer[] = [];
  for (const name of ['first.npy', 'second.npy']) {
    const marginals = folder.file(name);
    const { exitCode, error } = await meanfield('refine', image, '--unary', unary, '--marginals', marginals);
    expect(error).toBe('');
    expect(exitCode).toBe(0);
    results.push(await readFile(marginals));
  }
  expect(results[0].equals(results[1])).toBe(true);
});
