// SPDX-License-Identifier: MIT

/** What onnxruntime failed with, in words. Its WebAssembly can't go on after a trap, whatever is asked of it next. */
export function failureOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const hasTrapped = error instanceof WebAssembly.RuntimeError;
  if (!hasTrapped) return message;
  return `onnxruntime's WebAssembly broke down: reload the page, or restart the program (${message})`;
}
