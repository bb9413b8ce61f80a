// SPDX-License-Identifier: MIT

import { ArgumentError } from '../problem/errors.js';
import { reading } from '../problem/reading.js';

/** Where relative addresses are meant from: a page's document, a worker's script; undefined where there is neither. */
export function pageAddress(): string | undefined {
  return globalThis.document?.baseURI ?? globalThis.location?.href;
}

/** The address of a folder, absolute and with a slash at its end. Throws ArgumentError. */
export function checkFolderAddress(argument: string, value: unknown): string {
  const given = typeof value === 'string' ? value : reading(argument, value, () => value instanceof URL && value.href);
  const page = pageAddress();
  if (given && URL.canParse(given, page)) {
    const folder = new URL(given, page);
    if (!folder.pathname.endsWith('/')) folder.pathname += '/';
    // An address such as "data:" has no folders.
    if (folder.search === '' && folder.hash === '' && URL.canParse('file', folder.href)) return folder.href;
  }
  const absolute = page === undefined ? 'absolute ' : '';
  throw new ArgumentError(argument, value, `the ${absolute}address of a folder, without ? and #, as a string or URL`);
}
