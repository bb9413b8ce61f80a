// SPDX-License-Identifier: MIT

import { builtinModule } from './node.js';

/** A thread, of a page's kind or of Node's. */
export interface StartedWorker {
  post(message: unknown): void;
  end(): void;
}

/** What is heard of a thread. */
export interface WorkerListener {
  message(data: unknown): void;
  /** It is of no use any more. */
  ended(): void;
}

/**
 * Starts a program in a thread that keeps no process from ending. Where a page's policy forbids it, this throws or `ended` is called.
 *
 * @param program a classic script, as text: no file that a bundler would have to find
 */
export function startWorker(program: string, listener: WorkerListener): StartedWorker {
  const node = builtinModule('node:worker_threads');
  return node ? startInNode(node.Worker, program, listener) : startInPage(program, listener);
}

type NodeThreads = NonNullable<ReturnType<typeof builtinModule<'node:worker_threads'>>>;

function startInNode(Worker: NodeThreads['Worker'], program: string, listener: WorkerListener): StartedWorker {
  // Flags of this process might make a module of the program, which has no `require`.
  const worker = new Worker(program, { eval: true, execArgv: [], name: 'meanfield' });
  worker.on('message', (data) => listener.message(data));
  worker.on('error', () => listener.ended());
  worker.on('exit', () => listener.ended());
  worker.unref();
  return { post: (message) => worker.postMessage(message), end: () => worker.terminate() };
}

function startInPage(program: string, listener: WorkerListener): StartedWorker {
  const address = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }));
  try {
    const worker = new Worker(address, { name: 'meanfield' });
    worker.onmessage = ({ data }) => {
      URL.revokeObjectURL(address);
      listener.message(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      URL.revokeObjectURL(address);
      listener.ended();
    };
    return { post: (message) => worker.postMessage(message), end: () => worker.terminate() };
  } catch (error) {
    URL.revokeObjectURL(address);
    throw error;
  }
}
