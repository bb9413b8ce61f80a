// SPDX-License-Identifier: MIT

import { ArgumentError } from '../../problem/errors.js';
import { reading } from '../../problem/reading.js';
import type { NetworkDescription, ResolvedNetwork } from './description.js';
import { presetNameOf } from './presets.js';

/** Where relative addresses are meant from: a page's document, a worker's script; undefined where there is neither. */
export function pageAddress(): string | undefined {
  return globalThis.document?.baseURI ?? globalThis.location?.href;
}

/** The address of a folder, absolute and with a slash at its end. Throws ArgumentError. */
export function checkModelBase(argument: string, value: unknown): string {
  const given = typeof value === 'string' ? value : reading(argument, value, () => value instanceof URL && value.href);
  const page = pageAddress();
  if (given && URL.canParse(given, page)) {
    const folder = new URL(given, page);
    if (!folder.pathname.endsWith('/')) folder.pathname += '/';
    // An address such as "data:" has no folders.
    if (folder.search === '' && folder.hash === '' && URL.canParse('a.onnx', folder.href)) return folder.href;
  }
  const absolute = page === undefined ? 'absolute ' : '';
  throw new ArgumentError(argument, value, `the ${absolute}address of a folder, without ? and #, as a string or URL`);
}

type Located = Pick<ResolvedNetwork, 'url'> & { variants?: readonly Pick<ResolvedNetwork, 'url'>[] };

/**
 * The network with its files in a folder: a preset that is downloaded is NAME.onnx there, and relative addresses are meant from there. Files that come with the
 * package, and absolute addresses of other networks, stay.
 *
 * @param given what the user named: a preset's name, or a description
 * @param base of `checkModelBase`; undefined leaves everything as it is
 */
export function atModelBase<Network extends Located>(
  network: Network,
  given: string | NetworkDescription | object,
  base: string | undefined,
): Network {
  if (base === undefined) return network;
  const preset = presetNameOf(given);
  const { url, variants } = network;
  return {
    ...network,
    ...(url === undefined ? undefined : { url: moved(preset === undefined ? url : `${preset}.onnx`, base) }),
    ...(variants === undefined ? undefined : { variants: variants.map((one) => atModelBase(one, one, base)) }),
  };
}

/** What is no address at all is left to who fetches it. */
function moved(url: string, base: string): string {
  return URL.canParse(url, base) ? new URL(url, base).href : url;
}
