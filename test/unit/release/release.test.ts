// SPDX-License-Identifier: MIT

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { addressFields, problemsOfAddresses, withAbsoluteLinks } from '../../../scripts/release/addresses.mjs';
import { problemsOfRelease, problemsOfThisRelease } from '../../../scripts/release/check.mjs';
import { commandsOf, fileMatching, problemsOfWorkflow } from '../../../scripts/release/dry-run.mjs';
import { publishedManifest, readManifest } from '../../../scripts/release/pack.mjs';
import { withoutComments } from '../../../scripts/shader-comments.mjs';
import { temporaryFolder } from '../../support/command-line.js';

const repository = path.resolve(import.meta.dirname, '../../..');
const undecided = { repository: '', homepage: '', package: '', bugs: '' };
const decided = {
  repository: 'https://github.com/somebody/meanfield',
  homepage: 'https://somebody.example/meanfield/',
  package: 'https://packages.example/meanfield',
  bugs: 'https://github.com/somebody/meanfield/issues',
};

describe('addresses', () => {
  test('keep a release from being published while they are not decided, or are of a kind that npm cannot check', () => {
    expect(problemsOfAddresses(decided)).toEqual([]);
    expect(problemsOfAddresses(undecided)).toHaveLength(4);
    for (const repository of [
      'https://github.com/somebody',
      'git@github.com:somebody/meanfield.git',
      'https://x.org/a/b',
    ]) {
      expect(problemsOfAddresses({ ...decided, repository })).toEqual([
        `scripts/release/addresses.json: repository is "${repository}", expected https://github.com/OWNER/NAME`,
      ]);
    }
    expect(problemsOfAddresses({ ...decided, bugs: 'mail me' })).toHaveLength(1);
  });

  test('become fields of both manifests, and none while they are not decided', () => {
    expect(addressFields(undecided, 'cli')).toEqual({});
    expect(addressFields(decided, 'cli')).toEqual({
      homepage: decided.homepage,
      bugs: { url: decided.bugs },
      repository: { type: 'git', url: 'git+https://github.com/somebody/meanfield.git', directory: 'cli' },
    });
    expect(addressFields(decided, '').repository).toEqual({ type: 'git', url: `git+${decided.repository}.git` });
  });

  test('make the links of a README absolute', () => {
    const markdown = [
      '![a picture](docs/demo.png) [docs](docs/platforms.md#firefox), [examples/](examples/), [same](./LICENSE)',
      '[paper](https://arxiv.org/abs/1210.5644) [below](#more) `rows[i](x)`',
    ].join('\n');
    expect(withAbsoluteLinks(markdown, undecided, '1.2.3')).toBe(markdown);
    const base = decided.repository;
    expect(withAbsoluteLinks(markdown, decided, '1.2.3').split('\n')[0]).toBe(
      `![a picture](${base}/raw/v1.2.3/docs/demo.png) [docs](${base}/blob/v1.2.3/docs/platforms.md#firefox), ` +
        `[examples/](${base}/tree/v1.2.3/examples/), [same](${base}/blob/v1.2.3/LICENSE)`,
    );
    expect(withAbsoluteLinks('[paper](https://arxiv.org/abs/1210.5644) [below](#more)', decided, '1')).not.toContain(
      base,
    );
  });

  test('leave no relative link in our own README', async () => {
    for (const name of ['README.md', 'cli/README.md']) {
      const absolute = withAbsoluteLinks(await readFile(path.join(repository, name), 'utf8'), decided, '1.2.3');
      expect([...absolute.matchAll(/\]\((?!https?:|#)[^)]*\)/g)].map(([link]) => link)).toEqual([]);
    }
  });
});

describe('a release', () => {
  const release = {
    versions: { library: '1.2.3', commandLine: '1.2.3' },
    changelog: '# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-01-01\n',
    addresses: decided,
    tag: 'v1.2.3',
  };

  test('is held back by versions, changelog and tag that do not agree', () => {
    expect(problemsOfRelease(release)).toEqual([]);
    expect(problemsOfRelease({ ...release, tag: undefined })).toEqual([]);
    expect(problemsOfRelease({ ...release, tag: '1.2.3' })).toEqual(['the tag is 1.2.3, expected v1.2.3']);
    const other = { ...release, versions: { library: '1.2.3', commandLine: '1.2.2' } };
    expect(problemsOfRelease(other)).toEqual([
      'cli/package.json: version is 1.2.2, expected 1.2.3, that of package.json',
    ]);
    expect(problemsOfRelease({ ...release, changelog: '## [1.2.30]' })).toEqual([
      'CHANGELOG.md: no section "## [1.2.3]"',
    ]);
  });

  test('has one version, and packages that both manifests name in one range', () => {
    const [library, commandLine] = [readManifest(''), readManifest('cli')];
    expect(problemsOfThisRelease().filter((problem) => problem.includes('version'))).toEqual([]);
    const development = library.devDependencies as Record<string, string>;
    for (const [name, range] of Object.entries(commandLine.dependencies ?? {})) {
      // The command line takes later versions of the runtime; here one is tested.
      if (name in development && name !== 'onnxruntime-web') expect(development[name], name).toBe(range);
    }
  });

  test('has manifests without what is for the repository alone', () => {
    const published = publishedManifest(readManifest('cli'));
    expect(published.dependencies).toMatchObject({ meanfield: readManifest('').version });
    for (const field of ['scripts', 'devDependencies', 'workspaces']) {
      expect(publishedManifest(readManifest(''))).not.toHaveProperty(field);
    }
  });
});

describe('the workflow', () => {
  test('has the steps that the dry run does, with provenance', async () => {
    const workflow = await readFile(path.join(repository, '.github/workflows/release.yml'), 'utf8');
    const scripts = readManifest('').scripts as Record<string, string>;
    expect(problemsOfWorkflow(workflow, scripts)).toEqual([]);
    expect(commandsOf(workflow).filter((command) => command.startsWith('npm publish'))).toHaveLength(2);
    expect(problemsOfWorkflow(workflow.replaceAll(' --provenance', ''), scripts)).toHaveLength(2);
    expect(problemsOfWorkflow(workflow.replace('id-token: write', 'id-token: none'), scripts)).toHaveLength(1);
    expect(problemsOfWorkflow(workflow.replace('- run: npm test', '- run: echo'), scripts)).toHaveLength(1);
    expect(problemsOfWorkflow(workflow, {})).toHaveLength(2);
  });

  test('is beside one that tests every push', async () => {
    const workflow = await readFile(path.join(repository, '.github/workflows/test.yml'), 'utf8');
    const commands = commandsOf(workflow).filter((command) => command.startsWith('npm'));
    expect(commands).toEqual(['npm ci', 'npm test', 'npm ci', 'npm run test:tools']);
    expect(readManifest('').scripts).toHaveProperty('test:tools');
  });

  test('publishes one file for each pattern', async () => {
    const folder = await temporaryFolder();
    await writeFile(folder.file('meanfield-1.2.3.tgz'), '');
    await writeFile(folder.file('meanfield-cli-1.2.3.tgz'), '');
    expect(path.basename(fileMatching(folder.path, 'meanfield-[0-9]*.tgz'))).toBe('meanfield-1.2.3.tgz');
    expect(path.basename(fileMatching(folder.path, 'meanfield-cli-*.tgz'))).toBe('meanfield-cli-1.2.3.tgz');
    expect(() => fileMatching(folder.path, '*.tgz')).toThrow('expected one file');
    expect(() => fileMatching(folder.path, '*.zip')).toThrow('none');
  });
});

test('shaders are published without comments, but for those that are read', () => {
  const shader = '// a title\n\n// @import lane{width}\nfn f() { // why\n  // @unroll\n  let x = a / b; // c\n}\n';
  expect(withoutComments(shader)).toBe('// @import lane{width}\nfn f() {\n  // @unroll\n  let x = a / b;\n}\n');
  expect(() => withoutComments('/* a */')).toThrow('block comment');
});
