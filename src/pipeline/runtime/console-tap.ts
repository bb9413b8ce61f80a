// SPDX-License-Identifier: MIT

/** Lines that are being collected instead of shown; undefined when everything is shown. */
let collected: string[] | undefined;

const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;

/**
 * Runs `start`, in which onnxruntime's WebAssembly binds the console's methods for good, with methods that `collectLines` can divert.
 * The console itself is afterwards as it was.
 */
export async function withTappedConsole(start: () => Promise<void>): Promise<void> {
  const { console } = globalThis;
  const originals = methods.map((method) => console[method]);
  methods.forEach((method, index) => {
    const original = originals[index].bind(console);
    console[method] = (...values: unknown[]) => {
      if (collected) collected.push(values.join(' '));
      else original(...values);
    };
  });
  try {
    await start();
  } finally {
    methods.forEach((method, index) => {
      console[method] = originals[index];
    });
  }
}

/** What onnxruntime wrote on the console during `work`; it is not shown. */
export async function collectLines(work: () => Promise<unknown>): Promise<readonly string[]> {
  const lines: string[] = [];
  collected = lines;
  try {
    await work();
  } finally {
    collected = undefined;
  }
  return lines;
}
