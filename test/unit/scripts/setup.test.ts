// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { firstDifference } from '../../../scripts/setup.mjs';

const locked = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/vite': { version: '8.1.0' },
    'node_modules/only-on-macos': { version: '2.0.0', optional: true },
  },
};

test('the same packages need no install; another platform may lack the optional ones', () => {
  expect(firstDifference(locked, { packages: { 'node_modules/vite': { version: '8.1.0' } } })).toBeUndefined();
});

test('a missing or interrupted install is noticed', () => {
  expect(firstDifference(locked, undefined)).toBe('no complete node_modules yet');
});

test('another version, or none, of a locked package is noticed', () => {
  const older = { packages: { 'node_modules/vite': { version: '8.0.0' } } };
  expect(firstDifference(locked, older)).toBe('vite 8.1.0 is locked, 8.0.0 is installed');
  expect(firstDifference(locked, { packages: {} })).toBe('vite 8.1.0 is locked, none is installed');
});
