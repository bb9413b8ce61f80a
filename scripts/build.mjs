// SPDX-License-Identifier: MIT

// npm run build: JavaScript with the shaders inlined by Vite, declarations by tsc, and the JSON Schema of the parameters, into dist/, or, with
// --outDir FOLDER, elsewhere.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureInstalled, projectFolder, runNpm } from './setup.mjs';

await ensureInstalled();

const { values } = parseArgs({ options: { outDir: { type: 'string', default: 'dist' } } });
const dist = path.resolve(projectFolder, values.outDir);

const declarations = ['--noEmit', 'false', '--emitDeclarationOnly'];
const steps = [
  ['exec', '--', 'vite', 'build', '--config', 'vite.library.config.ts', '--outDir', dist],
  ['exec', '--', 'tsc', '--project', 'tsconfig.library.json', ...declarations, '--outDir', dist],
];
for (const step of steps) {
  const code = runNpm(['--silent', ...step]);
  if (code !== 0) process.exit(code);
}

// The library says itself what its parameters are.
const { crfJsonSchema } = await import(pathToFileURL(path.join(dist, 'index.js')).href);
writeFileSync(path.join(dist, 'crf.schema.json'), `${JSON.stringify(crfJsonSchema(), null, 2)}\n`);

// A reference would make @webgpu/types a dependency of every user, and it clashes with the WebGPU
// types that newer versions of TypeScript bring.
const referring = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.d.ts') && /^\s*\/\/\/\s*<reference/m.test(readFileSync(path.join(dist, name), 'utf8')),
);
if (referring.length > 0) {
  process.stderr.write(`Declarations must not contain a reference directive: ${referring.join(', ')}\n`);
  process.exit(1);
}
