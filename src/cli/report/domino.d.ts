// SPDX-License-Identifier: MIT

/** The package's own declarations are those of a module of another name. */
declare module '@mixmark-io/domino' {
  const domino: { createDocument(html?: string): Document };
  // biome-ignore lint/style/noDefaultExport: a CommonJS module has no other
  export default domino;
}
