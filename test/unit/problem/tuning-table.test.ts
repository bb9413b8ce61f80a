// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { checkTuning, type TuningEntry, tuningVersion } from '../../../src/problem/tuning-table.js';
import { argumentErrorOf } from '../../support/argument-error.js';

const entry: TuningEntry = {
  adapter: 'acme one',
  pixels: 65536,
  channels: 20,
  featureDim: 5,
  splat: 'tile',
  blur: 'lanes',
  slice: 'runs',
};
const tableOf = (...entries: unknown[]) => ({ version: tuningVersion, entries });

test('names, and tables through JSON, are taken', () => {
  expect(checkTuning('tuning', undefined)).toBe('auto');
  for (const name of ['auto', 'remembered', 'off']) expect(checkTuning('tuning', name)).toBe(name);
  for (const table of [tableOf(), tableOf(entry, { ...entry, adapter: '' })]) {
    expect(checkTuning('tuning', JSON.parse(JSON.stringify(table)))).toEqual(table);
  }
});

test('a table is copied: its owner may change it afterwards', () => {
  const given = tableOf({ ...entry });
  const checked = checkTuning('tuning', given);
  given.entries.length = 0;
  expect(checked).toEqual(tableOf(entry));
});

test.each<[string, unknown, string]>([
  ['another word', 'fast', 'tuning'],
  ['a number', 3, 'tuning'],
  ['null', null, 'tuning'],
  ['an array', [], 'tuning'],
  ['no version', { entries: [] }, 'tuning.version'],
  ['another version', { version: 0, entries: [] }, 'tuning.version'],
  ['no entries', { version: tuningVersion }, 'tuning.entries'],
  ['a key too many', { ...tableOf(), more: 1 }, 'tuning.more'],
  ['an entry that is none', tableOf(7), 'tuning.entries[0]'],
  ['a misspelt key', tableOf(entry, { ...entry, blurr: 'lanes' }), 'tuning.entries[1].blurr'],
  ['no adapter', tableOf({ ...entry, adapter: undefined }), 'tuning.entries[0].adapter'],
  ['half a pixel', tableOf({ ...entry, pixels: 0.5 }), 'tuning.entries[0].pixels'],
  ['no channels', tableOf({ ...entry, channels: 0 }), 'tuning.entries[0].channels'],
  ['text for a number', tableOf({ ...entry, featureDim: '5' }), 'tuning.entries[0].featureDim'],
  ['another splat', tableOf({ ...entry, splat: 'blocks' }), 'tuning.entries[0].splat'],
  ['another blur', tableOf({ ...entry, blur: 'runs' }), 'tuning.entries[0].blur'],
  ['another slice', tableOf({ ...entry, slice: 'tile' }), 'tuning.entries[0].slice'],
])('%s is refused by name', (_what, value, argument) => {
  expect(argumentErrorOf(() => checkTuning('tuning', value)).argument).toBe(argument);
});
