// SPDX-License-Identifier: MIT

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { publicDoors } from '../../../scripts/doors.js';
import { indexFile, listGuides } from '../../../scripts/guides.js';

const guides = listGuides();

/** Files whose links must lead somewhere. */
const pages = [
  indexFile,
  ...guides.map(({ file }) => file),
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
];

test('the first page lists every guide by its heading', () => {
  const files = readdirSync('docs/guides').filter((name) => name.endsWith('.md'));
  expect(guides.map(({ file }) => path.basename(file)).sort()).toEqual(files.sort());
  for (const { file, title, summary } of guides) {
    expect(readFileSync(file, 'utf8').split('\n', 1)[0]).toBe(`# ${title}`);
    expect(summary).toMatch(/\.$/);
  }
});

test('README links to every guide', () => {
  const readme = readFileSync('README.md', 'utf8');
  expect(guides.filter(({ file }) => !readme.includes(`${file})`))).toEqual([]);
});

test('the first page names every door', () => {
  const index = readFileSync(indexFile, 'utf8');
  expect(publicDoors().filter(({ name, source }) => !index.includes(`\`${name}\``) || !existsSync(source))).toEqual([]);
});

test.each(pages)('links of %s lead to files and headings that are there', (page) => {
  const text = readFileSync(page, 'utf8');
  const links = Array.from(
    text.matchAll(/\]\(([^)\s]+)\)|\{@includeCode ([^}\s]+)\}/g),
    ([, link, code]) => link ?? code,
  );
  const broken = links.filter((link) => !/^(https?|mailto):/.test(link) && !leadsSomewhere(page, link));
  expect(broken).toEqual([]);
});

function leadsSomewhere(page: string, link: string): boolean {
  const [file, heading] = link.split('#');
  const target = file === '' ? page : path.join(path.dirname(page), file);
  if (!existsSync(target)) return false;
  return heading === undefined || anchorsOf(readFileSync(target, 'utf8')).includes(heading);
}

/** As GitHub and TypeDoc name headings. */
function anchorsOf(text: string): string[] {
  return Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
