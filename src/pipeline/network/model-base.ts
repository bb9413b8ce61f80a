// SPDX-License-Identifier: MIT

import type { NetworkDescription, ResolvedNetwork } from './description.js';
import { presetNameOf } from './presets.js';

type Located = Pick<ResolvedNetwork, 'url'> & { variants?: readonly Pick<ResolvedNetwork, 'url'>[] };

/**
 * The network with its files in a folder: a preset that is downloaded is NAME.onnx there, and relative addresses are meant from there. Files that come with the
 * package, and absolute addresses of other networks, stay.
 *
 * @param given what the user named: a preset's name, or a description
 * @param base of `checkFolderAddress`; undefined leaves everything as it is
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
