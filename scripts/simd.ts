// SPDX-License-Identifier: MIT

// npm run generate:simd: compiles assembly/ into src/cpu/module.wasm.ts.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { compileAssembly, moduleFile } from './assembly.js';

const target = path.resolve(import.meta.dirname, '..', moduleFile);
writeFileSync(target, await compileAssembly());
