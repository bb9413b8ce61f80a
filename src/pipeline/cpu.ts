// SPDX-License-Identifier: MIT

// A door of its own: bundlers put onnxruntime's build for the CPU, 14 MB, beside whatever might import it.
export { CpuNetwork, type CpuNetworkOptions } from './cpu-network.js';
