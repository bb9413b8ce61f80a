// SPDX-License-Identifier: MIT

import { parentPort } from 'node:worker_threads';
import { CpuNetwork } from '../../pipeline/cpu.js';
import type { NetworkUnary } from '../../pipeline/index.js';
import { describeThrown } from '../page/protocol.js';
import { describeNetwork } from '../segment/job.js';
import type { FromNetwork, ToNetwork } from './network-messages.js';

/** A thread of its own, in which one network computes: onnxruntime's WebAssembly lets nothing else run meanwhile. */

let network: CpuNetwork | undefined;

async function answer(message: ToNetwork): Promise<NetworkUnary | null> {
  if ('open' in message) {
    network = await CpuNetwork.create(describeNetwork(message.open));
    return null;
  }
  if (!network) throw new Error('no network is open');
  return await network.run(message.run);
}

const post = (message: FromNetwork) => parentPort?.postMessage(message);

parentPort?.on('message', (message: ToNetwork) => {
  answer(message).then(
    (result) => post({ result }),
    (error: unknown) => post({ error: describeThrown(error) }),
  );
});
