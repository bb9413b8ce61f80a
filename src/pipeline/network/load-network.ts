// SPDX-License-Identifier: MIT

import { cutGraph } from '../onnx/cut.js';
import { describeModel, inspectModel } from '../onnx/inspect.js';
import { readModel } from '../onnx/model.js';
import { raiseOperators } from '../onnx/raise.js';
import { checkGraph } from './check-graph.js';
import type { ResolvedNetwork } from './description.js';
import { type FetchNetworkOptions, fetchNetwork } from './fetch-network.js';

/**
 * The ONNX file of a network, checked against its description, cut where its output is an inner tensor, and with operators
 * in the form that runs on the GPU.
 *
 * @throws DownloadError, ArgumentError, the signal's reason
 */
export async function loadNetwork(network: ResolvedNetwork, options: FetchNetworkOptions): Promise<Uint8Array> {
  const file = await fetchNetwork(network, options);
  const { outputs } = describeModel(readModel(file));
  const isOutput = outputs.some(({ name }) => name === network.output.name);
  const bytes = raiseOperators(isOutput ? file : cutGraph(file, network.output.name));
  checkGraph(network, inspectModel(bytes));
  return bytes;
}
