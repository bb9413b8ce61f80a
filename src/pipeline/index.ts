// SPDX-License-Identifier: MIT

export type { NetworkDescription, NetworkInput, NetworkOutput, NetworkPrompts } from './network/description.js';
