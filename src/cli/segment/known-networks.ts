// SPDX-License-Identifier: MIT

import { type NetworkDescription, presets } from '../../pipeline/index.js';
import { nuclei } from '../../pipeline/nuclei.js';

/** Networks that `--model` knows by name: the library's presets, and those that have an entry point of their own. */
export const knownNetworks: Readonly<Record<string, NetworkDescription>> = { ...presets, nuclei };
