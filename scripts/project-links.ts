// SPDX-License-Identifier: MIT

import type { HtmlTagDescriptor, Plugin } from 'vite';
import { type Addresses, projectAddresses } from './release/addresses.mjs';

/** Tells a page where the project lives, as far as that is decided. */
export const projectLinks: Plugin = {
  name: 'project-links',
  transformIndexHtml: () => linkTags(projectAddresses),
};

/** One meta element for each address that the page links to. */
export function linkTags({ repository, package: published, homepage }: Addresses): HtmlTagDescriptor[] {
  return Object.entries({ repository, package: published, homepage })
    .filter(([, address]) => address !== '')
    .map(([name, content]) => ({ tag: 'meta', attrs: { name: `meanfield:${name}`, content }, injectTo: 'head' }));
}
