// SPDX-License-Identifier: MIT

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { csvLine } from '../../../src/cli/evaluate/csv.js';
import { escapeAllButLineEnds, escapeControls } from '../../../src/cli/plain-text.js';
import { renderPage } from '../../../src/cli/report/document.js';
import { type Folder, meanfield, temporaryFolder } from '../../support/command-line.js';
import { drawnExample, storeExamples } from '../../support/data-set.js';
import { encodeGreyPng } from '../../support/png.js';

/** What acts on a terminal or on the text around it, said in another way than the program says it. */
const ranges = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x61c, 0x61c],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2066, 0x2069],
] as const;
const acting = ranges.flatMap(([from, to]) =>
  Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i)),
);

function expectHarmless(text: string): void {
  const found = acting.filter((character) => character !== '\n' && text.includes(character));
  expect(found.map((character) => character.charCodeAt(0).toString(16))).toEqual([]);
}

test('each character that acts is written as \\uXXXX, all others stay', () => {
  expect(acting).toHaveLength(32 + 33 + 1 + 2 + 7 + 4);
  for (const character of acting) {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    expect(escapeControls(`a${character}b`)).toBe(`a\\u${code}b`);
    expect(JSON.parse(escapeControls(JSON.stringify(character)))).toBe(character);
    expect(escapeAllButLineEnds(character)).toBe(character === '\n' ? '\n' : `\\u${code}`);
    expectHarmless(csvLine([character]).slice(0, -2));
    expectHarmless(renderPage(character, character));
  }
  const others = 'a ü 語 👩‍👧 é \u00a0\u200b\\';
  expect(escapeControls(others)).toBe(others);
});

test('a spreadsheet takes no cell for a formula, and each item is one line', () => {
  for (const begin of ['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
    expect(csvLine([`${begin}cmd|' /C calc'!A0`])).toBe(`'${begin}cmd|' /C calc'!A0\r\n`);
  }
  expect(csvLine(['\t=1', '\r=1', '\n=1', 'a\nb', 'c"d', 'e,f', 1, null])).toBe(
    '\\u0009=1,\\u000d=1,\\u000a=1,a\\u000ab,"c""d","e,f",1,\r\n',
  );
});

// Windows forbids such names.
describe.skipIf(process.platform === 'win32')('a file whose name acts', () => {
  const name = '=1+2 \u001b]0;title\u0007\u001b[2J\u009b31m\u202egnp.\u2066\nwarning: a\rb\u007f';

  async function folderWithName(): Promise<Folder> {
    const folder = await temporaryFolder();
    const examples = Object.fromEntries(['a', 'b', 'c'].map((item, index) => [item, drawnExample(index, 12, 10, 3)]));
    await storeExamples(folder, examples);
    for (const part of ['logits', 'truth', 'photos']) {
      const ending = part === 'logits' ? 'npy' : 'png';
      await rename(folder.file(`${part}/a.${ending}`), folder.file(`${part}/${name}.${ending}`));
      await rename(folder.file(`${part}/b.${ending}`), folder.file(`${part}/b ${name}.${ending}`));
    }
    return folder;
  }

  const dataOf = (folder: Folder) => [
    ...[folder.file('logits'), folder.file('truth'), '--form', 'logits', '--images', folder.file('photos')],
    ...['--backend', 'cpu'],
  ];

  test('acts in nothing that evaluate writes, and keeps its name for programs', async () => {
    const folder = await folderWithName();
    await writeFile(folder.file(`logits/b ${name}.npy`), 'no array');
    const out = folder.file(`out ${name}`);
    const result = await meanfield('evaluate', ...dataOf(folder), '--out', out);
    expect(result.exitCode).toBe(1);
    expect(result.error.split('\n')).toEqual([
      expect.stringMatching(
        /^warning: .*b =1\+2 \\u001b\]0;title\\u0007\\u001b\[2J\\u009b31m\\u202egnp\.\\u2066\\u000awarning: /,
      ),
      'error: 1 item could not be measured; all others are',
      '',
    ]);
    const shown = await meanfield('evaluate', ...dataOf(folder), '--out', out, '--json');
    for (const text of [result.out, result.error, shown.out, shown.error]) expectHarmless(text);
    expect(shown.out.trimEnd().split('\n')).toHaveLength(1);
    expect(
      JSON.parse(shown.out)
        .rankings.worst.map(({ item }: { item: string }) => item)
        .sort(),
    ).toEqual([name, 'c'].sort());
    for (const file of ['report.html', 'report.json', 'items.csv', 'scores.csv', 'journal/1-of-1.jsonl']) {
      expectHarmless((await readFile(`${out}/${file}`, 'utf8')).replaceAll('\r\n', '\n'));
    }
    const items = (await readFile(`${out}/items.csv`, 'utf8')).split('\r\n');
    expect(items).toHaveLength(4);
    expect(items[1]).toMatch(/^'=1\+2 \\u001b/);
    expect(JSON.parse(await readFile(`${out}/report.json`, 'utf8'))).toMatchObject({
      failures: [{ item: `b ${name}` }],
    });
    const merged = await meanfield('merge', out, '--out', out);
    for (const text of [merged.out, merged.error]) expectHarmless(text);
  });

  test('acts in nothing that the others write', async () => {
    const folder = await folderWithName();
    const photo = folder.file(`photos/${name}.png`);
    const logits = folder.file(`logits/${name}.npy`);
    const out = folder.file(`out ${name}`);
    await mkdir(folder.file('empty'));
    await writeFile(folder.file(`l ${name}.png`), encodeGreyPng(new Uint8Array(120), 12, 10, 8));
    await writeFile(folder.file(`o ${name}.json`), `{"kernels": [], "${name.replaceAll('\n', '')}": 1}`);
    const commands = [
      ['refine', photo, '--logits', logits, '--backend', 'cpu', '--label-map', folder.file(`l ${name}.png`)],
      ['refine', photo, '--logits', logits, '--backend', 'cpu', '--json'],
      ['refine', photo, '--logits', `${logits}.npy`, '--backend', 'cpu'],
      ['refine', photo, '--logits', logits, '--options', folder.file(`o ${name}.json`)],
      ['refine', photo, '--logits', logits, '--overlay', name],
      ['segment', photo, '--model', `${name}.onnx`, '--out', out],
      ['segment', folder.file(name), '--model', 'nuclei', '--out', out],
      ['tune', ...dataOf(folder), '--candidates', '4', '--folds', '2', '--out', out],
      ['merge', name, '--out', out],
      [name],
      ['refine', photo, `--${name}`],
    ];
    for (const command of commands) {
      const result = await meanfield(...command);
      expectHarmless(result.out);
      expectHarmless(result.error);
      expect(result.error.split('\n').length, result.error).toBeLessThanOrEqual(2);
      expect(result.out + result.error).toContain('\\u001b');
      // A line that a name pretends to be.
      expect(result.out).not.toMatch(/^warning/m);
    }
    for (const file of ['crf.json', 'report.json', 'report.html', 'curves.csv']) {
      expectHarmless((await readFile(`${out}/${file}`, 'utf8')).replaceAll('\r\n', '\n'));
    }
  });
});
