// SPDX-License-Identifier: MIT

const strays: unknown[] = [];

/** Keeps rejections that nobody handled, which would end the process, until they are asked for. */
export function watchStrays(): void {
  process.on('unhandledRejection', (reason) => strays.push(reason));
}

/** Those since the last call. Node tells them after the turn of the event loop in which they happened. */
export async function takeStrays(): Promise<readonly unknown[]> {
  await new Promise((resolve) => setImmediate(resolve));
  return strays.splice(0);
}
