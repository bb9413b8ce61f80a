// SPDX-License-Identifier: MIT

import { ArgumentError } from '../../problem/errors.js';
import { cutGraph } from '../onnx/cut.js';
import { describeModel, inspectModel } from '../onnx/inspect.js';
import { readModel } from '../onnx/model.js';
import { raiseOperators } from '../onnx/raise.js';
import { checkGraph } from './check-graph.js';
import type { ResolvedNetwork } from './description.js';
import { type DownloadProgress, type FetchNetworkOptions, fetchNetwork } from './fetch-network.js';

/** ONNX files by network: of one, or of all its variants. */
export type NetworkFiles = ReadonlyMap<ResolvedNetwork, Uint8Array>;

/**
 * The ONNX files of a network and of its variants, each as `loadNetwork` gives it. Progress is that of all together.
 *
 * @throws DownloadError, ArgumentError, the signal's reason
 */
export async function loadNetworks(network: ResolvedNetwork, options: FetchNetworkOptions): Promise<NetworkFiles> {
  const networks = [network, ...(network.variants ?? [])];
  const progress = options.onProgress && sumOfProgress(networks.length, options.onProgress);
  const files = await Promise.all(
    networks.map(async (one, i): Promise<[ResolvedNetwork, Uint8Array]> => {
      try {
        return [one, await loadNetwork(one, progress ? { ...options, onProgress: progress(i) } : options)];
      } catch (error) {
        if (i === 0 || !(error instanceof ArgumentError)) throw error;
        const argument = `variants[${i - 1}].${error.argument.replace(/^input\.(?=width$|height$)/, '')}`;
        throw new ArgumentError(argument, error.value, error.allowed);
      }
    }),
  );
  return new Map(files);
}

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

/** What each of several files tells, added up; the total is known once it is of all. */
function sumOfProgress(
  count: number,
  tell: (progress: DownloadProgress) => void,
): (index: number) => (progress: DownloadProgress) => void {
  const latest: (DownloadProgress | undefined)[] = Array.from({ length: count }, () => undefined);
  return (index) => (progress) => {
    latest[index] = progress;
    const totals = latest.map((one) => one?.totalBytes);
    const totalBytes = totals.reduce(
      (sum, total) => (sum === undefined || total === undefined ? undefined : sum + total),
      0,
    );
    const loadedBytes = latest.reduce((sum, one) => sum + (one?.loadedBytes ?? 0), 0);
    tell({ loadedBytes, ...(totalBytes === undefined ? undefined : { totalBytes }), from: progress.from });
  };
}
