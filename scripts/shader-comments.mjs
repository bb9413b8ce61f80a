// SPDX-License-Identifier: MIT

/**
 * A shader's text without comments and empty lines. Those that `src/gpu/shader.ts` reads, which begin with an at sign, stay. WGSL has no strings, so two
 * slashes always begin a comment.
 *
 * @param {string} source WGSL without block comments
 */
export function withoutComments(source) {
  if (source.includes('/*')) throw new Error('a shader has a block comment: only comments of one line are known here');
  return source.replace(/[ \t]*\/\/(?! @(?:import|unroll)\b).*$/gm, '').replace(/^[ \t]*\n/gm, '');
}
