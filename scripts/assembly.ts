// SPDX-License-Identifier: MIT

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import asc from 'assemblyscript/asc';
import { expandCopies } from './copies.js';

/** What `compileAssembly` gives is kept here, in git: nobody needs the compiler to use the library. */
export const moduleFile = 'src/cpu/module.wasm.ts';

/**
 * A heap that can free; no message for what the heap asserts, as nobody could read it. Its memory is given, and may be one that threads
 * share, of 4 GiB at most.
 */
const compilerOptions = [
  ...['--runtime', 'minimal', '--use', 'abort=', '-O3', '--enable', 'simd'],
  ...['--importMemory', '--sharedMemory', '--maximumMemory', '65536', '--enable', 'threads'],
];

/** What stands before the kind of memory that a module imports: the end of its name, and that it is a memory. */
const beforeMemoryKind = Buffer.from('memory\x02');

/** Compiles assembly/ to WebAssembly, and puts it into a TypeScript module: no bundler has to know about .wasm files. */
export async function compileAssembly(): Promise<string> {
  const baseDir = path.resolve(import.meta.dirname, '..');
  const outFile = 'module.wasm';
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    ['assembly/index.ts', '--baseDir', baseDir, '--outFile', outFile, ...compilerOptions],
    {
      readFile: (name, folder) => {
        const file = path.resolve(folder, name);
        return existsSync(file) ? expandCopies(readFileSync(file, 'utf8')) : null;
      },
      writeFile: (name, contents) => {
        if (name === outFile && typeof contents !== 'string') binary = contents;
      },
    },
  );
  if (error || !binary) throw new Error(`assembly/ does not compile: ${error?.message}\n${stderr}`);
  return [
    '// SPDX-License-Identifier: MIT',
    '',
    '// Made by `npm run generate:simd` from assembly/: do not edit.',
    '',
    '// Two digits a byte: compressed, as a server sends it, that is a fifth less than base64, which takes bytes apart.',
    "/*! WebAssembly. The memory allocator in it is AssemblyScript's, under the Apache License 2.0. */",
    `export const moduleDigits =\n  '${Buffer.from(binary).toString('hex')}';`,
    '',
    '/** Where the module says that threads share its memory (3); the same module for one thread has a 1 there. */',
    `export const memoryKindOffset = ${Buffer.from(binary).indexOf(beforeMemoryKind) + beforeMemoryKind.length};`,
    '',
  ].join('\n');
}
