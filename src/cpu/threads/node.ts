// SPDX-License-Identifier: MIT

/** A thread of Node's. */
export interface NodeWorker {
  on(event: 'message' | 'error' | 'exit', listener: (value: unknown) => void): void;
  postMessage(message: unknown): void;
  terminate(): void;
  unref(): void;
}

/** What is used of Node's own modules. Deno and Bun have them too. */
interface BuiltinModules {
  'node:os': { availableParallelism(): number };
  'node:worker_threads': {
    Worker: new (program: string, options: { eval: true; execArgv: string[]; name: string }) => NodeWorker;
  };
}

/** A module of Node's without an import, which no bundler could resolve for a page. Undefined where there is none. */
export function builtinModule<Name extends keyof BuiltinModules>(name: Name): BuiltinModules[Name] | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.(name) as BuiltinModules[Name] | undefined;
}
