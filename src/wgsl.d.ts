// SPDX-License-Identifier: MIT

/** A shader's source text; Vite inlines it, `scripts/run.mjs` reads it. */
declare module '*.wgsl?raw' {
  const source: string;
  export default source;
}
