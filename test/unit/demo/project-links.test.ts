// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { linkTags } from '../../../scripts/project-links.js';

test('a page is told the addresses that are decided, and no others', () => {
  const undecided = { repository: '', homepage: '', package: '', bugs: '' };
  expect(linkTags(undecided)).toEqual([]);
  const decided = { repository: 'https://a.example', package: 'https://b.example', homepage: 'https://c.example' };
  const attributes = linkTags({ ...undecided, ...decided }).map(({ attrs }) => attrs);
  expect(attributes).toEqual([
    { name: 'meanfield:repository', content: decided.repository },
    { name: 'meanfield:package', content: decided.package },
    { name: 'meanfield:homepage', content: decided.homepage },
  ]);
  expect(linkTags({ ...undecided, homepage: decided.homepage })).toHaveLength(1);
});
