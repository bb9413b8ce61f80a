// SPDX-License-Identifier: MIT

import type { NetworkDescription } from './description.js';

/** Networks that come with the package. Their bytes are loaded by a dynamic import, so that who uses none of them loads none. */
export const embeddedNetworks = {} as const satisfies Record<string, NetworkDescription>;
