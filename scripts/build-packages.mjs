// SPDX-License-Identifier: MIT

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectFolder, runNpm } from './setup.mjs';
import { importWebGpuTypes } from './webgpu-declarations.mjs';

/**
 * The package meanfield: JavaScript with the shaders and everything it needs inlined by Vite, declarations by tsc, and the JSON Schema of
 * the parameters. Ends the process where a step fails.
 *
 * @param {string} dist a folder, which is emptied
 */
export async function buildLibrary(dist) {
  runStep(['vite', 'build', '--config', 'vite.library.config.ts', '--logLevel', 'warn', '--outDir', dist]);
  // npm run typecheck checks them; here that would take ten times as long as writing them.
  const declarations = ['--noEmit', 'false', '--emitDeclarationOnly', '--noCheck'];
  runStep(['tsc', '--project', 'tsconfig.library.json', ...declarations, '--outDir', dist]);
  removeUnreachableDeclarations(dist);
  importWebGpuTypes(dist, declarationsIn(dist));
  refuseReferences(dist);
  // The library says itself what its parameters are.
  const { crfJsonSchema } = await import(pathToFileURL(path.join(dist, 'index.js')).href);
  writeFileSync(path.join(dist, 'crf.schema.json'), `${JSON.stringify(crfJsonSchema(), null, 2)}\n`);
}

/**
 * The package meanfield-cli: JavaScript alone, which imports the library as a package.
 *
 * @param {string} dist a folder, which is emptied
 */
export function buildCommandLine(dist) {
  runStep(['vite', 'build', '--config', 'vite.cli.config.ts', '--logLevel', 'warn', '--outDir', dist]);
}

/** @param {string[]} program */
function runStep(program) {
  const code = runNpm(['--silent', 'exec', '--', ...program]);
  if (code !== 0) process.exit(code);
}

/**
 * tsc writes one file for each module. Those that no door leads to say nothing to a user.
 *
 * @param {string} dist
 */
function removeUnreachableDeclarations(dist) {
  const { exports } = JSON.parse(readFileSync(path.join(projectFolder, 'package.json'), 'utf8'));
  /** @type {{ types?: string }[]} */
  const doors = Object.values(exports);
  const waiting = doors.flatMap(({ types }) => (types ? [path.join(dist, path.relative('dist', types))] : []));
  const reached = new Set(waiting);
  for (const file of waiting) {
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:from|import|import\()\s*['"](\.[^'"]+)\.js['"]/g)) {
      const imported = `${path.resolve(path.dirname(file), name)}.d.ts`;
      if (reached.has(imported)) continue;
      reached.add(imported);
      waiting.push(imported);
    }
  }
  for (const file of declarationsIn(dist).filter((name) => !reached.has(name))) rmSync(file);
}

/**
 * A reference would make @webgpu/types a dependency of every user, and it clashes with the WebGPU types that newer versions of TypeScript bring.
 *
 * @param {string} dist
 */
function refuseReferences(dist) {
  const referring = declarationsIn(dist).filter((file) => /^\s*\/\/\/\s*<reference/m.test(readFileSync(file, 'utf8')));
  if (referring.length === 0) return;
  process.stderr.write(`Declarations must not contain a reference directive: ${referring.join(', ')}\n`);
  process.exit(1);
}

/** @param {string} dist */
function declarationsIn(dist) {
  return readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.d.ts'))
    .map((name) => path.join(dist, name));
}
