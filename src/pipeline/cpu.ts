// SPDX-License-Identifier: MIT

/**
 * A network on the CPU as typed arrays, for Node and for tools that measure.
 *
 * @module meanfield/pipeline/cpu
 */

// A door of its own: bundlers put onnxruntime's build for the CPU, 14 MB, beside whatever might import it.
export { CpuNetwork, type CpuNetworkOptions } from './cpu-network.js';
