// SPDX-License-Identifier: MIT

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createServer } from 'vite';
import { expect, onTestFinished, test, vi } from 'vitest';
import { linkTags } from '../../../scripts/project-links.js';
import config from '../../../vite.config.js';

const given = vi.hoisted(() => ({ projectAddresses: { repository: '', homepage: '', package: '', bugs: '' } }));
vi.mock('../../../scripts/release/addresses.mjs', () => given);

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

test('the demo’s page has them, and nothing of the kind while none is decided', async () => {
  const root = path.resolve(import.meta.dirname, '../../../demo');
  const server = await createServer({
    ...config,
    configFile: false,
    root,
    logLevel: 'error',
    server: { middlewareMode: true, hmr: false, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true, include: [] },
  });
  onTestFinished(() => server.close());
  const html = await readFile(path.join(root, 'index.html'), 'utf8');
  const undecided = await server.transformIndexHtml('/', html);
  expect(undecided).not.toMatch(/meanfield:\w/);
  expect(undecided).toMatch(/property="og:image" content="\.?\/preview\.png"/);
  Object.assign(given.projectAddresses, {
    repository: 'https://a.example',
    package: '',
    homepage: 'https://c.example',
    bugs: '',
  });
  const linked = await server.transformIndexHtml('/', html);
  expect([...linked.matchAll(/<meta name="(meanfield:\w+)" content="([^"]*)">/g)].map(([, ...pair]) => pair)).toEqual([
    ['meanfield:repository', 'https://a.example'],
    ['meanfield:homepage', 'https://c.example'],
  ]);
  // Those who show it elsewhere resolve no relative address.
  expect(linked).toMatch(/"og:image" content="https:\/\/a\.example\/raw\/v\d+\.\d+\.\d+\/demo\/public\/preview\.png"/);
});
