// SPDX-License-Identifier: MIT

// npm run docs: the documentation as a static site, in docs/site: TypeDoc's, of the public doors and the guides. A warning fails it.

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  Application,
  Comment,
  Converter,
  DocumentReflection,
  KindRouter,
  type ProjectReflection,
  type Reflection,
  RendererEvent,
} from 'typedoc';
import { build } from 'vite';
import { publicDoors } from './doors.js';
import { type Guide, indexFile, listGuides } from './guides.js';
import { projectFolder } from './setup.mjs';

const site = path.join(projectFolder, 'docs/site');
const guides = listGuides();

/** The first line of an example, below that of its code block. */
const licenceLine = /^(\n*```.*\n)(?:\/\/|#|<!--) SPDX-.*\n+/;

const inProject = (file: string) => path.join(projectFolder, file);

const application = await Application.bootstrap({
  name: 'meanfield',
  entryPoints: publicDoors().map(({ source }) => inProject(source)),
  tsconfig: inProject('tsconfig.library.json'),
  basePath: projectFolder,
  readme: inProject(indexFile),
  projectDocuments: guides.map(({ file }) => inProject(file)),
  out: site,
  favicon: inProject('demo/public/icon.svg'),
  customCss: inProject('docs/theme/site.css'),
  customJs: inProject('docs/theme/site.js'),
  customFooterHtml: '',
  hideGenerator: true,
  // Where the repository lies is not part of the site.
  disableSources: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeProtected: true,
  excludeExternals: true,
  sort: ['documents-first', 'source-order'],
  sortEntryPoints: false,
  navigation: { includeFolders: false, compactFolders: false },
  // The first page has a heading of its own.
  headings: { readme: false },
  searchInDocuments: true,
  // Who searches for "sigma" wants the guide before twenty properties.
  searchGroupBoosts: { Documents: 10 },
  highlightLanguages: ['typescript', 'tsx', 'javascript', 'json', 'shellscript', 'python', 'html', 'svelte', 'yaml'],
  validation: { notExported: true, invalidLink: true, rewrittenLink: true, unusedMergeModuleWith: true },
  // `npm run typecheck` does it.
  skipErrorChecking: true,
  treatWarningsAsErrors: true,
});

/** A guide's address has the name of its file. */
class GuideRouter extends KindRouter {
  protected override getIdealBaseName(reflection: Reflection): string {
    const guide = reflection instanceof DocumentReflection && guideNamed(reflection.name);
    return guide ? `guides/${path.basename(guide.file, '.md')}` : super.getIdealBaseName(reflection);
  }
}

application.renderer.defineRouter('guides', GuideRouter);
application.options.setValue('router', 'guides');
application.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  for (const [index, document] of (project.documents ?? []).entries()) {
    // A guide is called as its heading is.
    document.name = guides[index].title;
    // The licence of an example's file is no part of what it shows.
    for (const part of document.content) if (part.kind === 'code') part.text = part.text.replace(licenceLine, '$1');
  }
});
let list = '';
application.renderer.on(RendererEvent.END, ({ project, pages }) => {
  list = plainList(project, new Map(pages.map(({ model, url }) => [model as Reflection, url])));
});

const project = await application.convert();
if (project) {
  application.validate(project);
  await application.generateOutputs(project);
  await writeFile(path.join(site, 'llms.txt'), list);
  await buildLive();
}
if (!project || application.logger.hasErrors() || application.logger.hasWarnings()) process.exitCode = 1;

/** What is live on pages, as one classic script. */
async function buildLive(): Promise<void> {
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    root: projectFolder,
    build: {
      lib: { entry: inProject('docs/live/main.ts'), formats: ['iife'], name: 'live', fileName: () => 'live.js' },
      outDir: path.join(site, 'assets'),
      emptyOutDir: false,
      target: 'es2022',
    },
  });
}

function guideNamed(name: string): Guide | undefined {
  return guides.find(({ title }) => title === name);
}

/** All pages that somebody may begin with, one a line, as https://llmstxt.org has it. */
function plainList(
  { documents = [], children = [] }: ProjectReflection,
  addresses: ReadonlyMap<Reflection, string>,
): string {
  const line = (page: Reflection, about = '') => `- [${page.name}](${addresses.get(page)}): ${about}`;
  return [
    '# meanfield',
    '',
    '> Crisp masks from coarse segmentation: a fully connected CRF on WebGPU and on the CPU, in TypeScript.',
    '',
    '## Guides',
    '',
    ...documents.map((document) => line(document, guideNamed(document.name)?.summary)),
    '',
    '## Doors',
    '',
    ...children.map((door) => line(door, summaryOf(door.comment))),
    '',
  ].join('\n');
}

function summaryOf(comment: Comment | undefined): string {
  return Comment.combineDisplayParts(comment?.summary).replace(/\s+/g, ' ').trim();
}
