// SPDX-License-Identifier: MIT

// Loaded only where there is more than one thread.

export { joinPool } from './pool.js';
export { coreCount } from './thread-count.js';
