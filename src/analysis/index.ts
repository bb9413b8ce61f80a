// SPDX-License-Identifier: MIT

export * from './metrics/index.js';
