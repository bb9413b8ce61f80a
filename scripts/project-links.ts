// SPDX-License-Identifier: MIT

import type { HtmlTagDescriptor, Plugin } from 'vite';
import manifest from '../package.json' with { type: 'json' };
import { type Addresses, projectAddresses } from './release/addresses.mjs';

/** Tells a page where the project lives, as far as that is decided. */
export const projectLinks: Plugin = {
  name: 'project-links',
  transformIndexHtml: {
    order: 'pre',
    handler: (html) => ({ html: withAbsolutePreview(html, projectAddresses), tags: linkTags(projectAddresses) }),
  },
};

/**
 * Who shows the preview of a page that was sent resolves no relative address: it becomes absolute, to the file of this version in the repository,
 * as soon as that has an address.
 */
export function withAbsolutePreview(html: string, { repository }: Addresses): string {
  if (repository === '') return html;
  const preview = `${repository}/raw/v${manifest.version}/demo/public/preview.png`;
  return html.replace('content="./preview.png"', `content="${preview}"`);
}

/** One meta element for each address that the page links to. */
export function linkTags({ repository, package: published, homepage }: Addresses): HtmlTagDescriptor[] {
  return Object.entries({ repository, package: published, homepage })
    .filter(([, address]) => address !== '')
    .map(([name, content]) => ({ tag: 'meta', attrs: { name: `meanfield:${name}`, content }, injectTo: 'head' }));
}
