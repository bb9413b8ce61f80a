// SPDX-License-Identifier: MIT

/**
 * Milliseconds that a test waits for something to happen. No test measures time: this only ends a wait for what never comes, before
 * vitest ends the whole test. Software WebGPU on a core that ten programs share takes minutes for what a GPU does at once.
 */
export const patience = 300_000;
