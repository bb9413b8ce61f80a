// SPDX-License-Identifier: MIT

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Types of WebGPU that are no classes, by what they are a part of. `Argument` is the first argument of one of a device's methods.
 *
 * @type {Record<string, string>}
 */
const parts = {
  GPUBindGroupDescriptor: "Argument<'createBindGroup'>",
  GPUBindGroupLayoutEntry: "ElementOf<Argument<'createBindGroupLayout'>>",
  GPUBindingResource:
    "ElementOf<Argument<'createBindGroup'>> extends { resource: infer Type } ? Type : WebGpuTypesAreMissing",
  GPUBufferDescriptor: "Argument<'createBuffer'>",
  GPUErrorFilter: "Argument<'pushErrorScope'>",
  GPUExternalTextureDescriptor: "Argument<'importExternalTexture'>",
  GPUQuerySetDescriptor: "Argument<'createQuerySet'>",
  GPUSamplerDescriptor: "Argument<'createSampler'>",
  GPUTextureDescriptor: "Argument<'createTexture'>",
  GPUTextureFormat: "Class<'GPUTexture'> extends { format: infer Type } ? Type : WebGpuTypesAreMissing",
};

const head = `/**
 * Stands for every type of WebGPU where TypeScript knows none: it fits nothing, so that code with GPU objects does not compile. TypeScript 6 knows them. For
 * TypeScript 5 install @webgpu/types, and name it in "types" of tsconfig.json.
 */
export interface WebGpuTypesAreMissing {
  readonly 'install @webgpu/types and name it in "types" of tsconfig.json': never;
}
type Class<Name extends string> = typeof globalThis extends { [Key in Name]: { prototype: infer Type } } ? Type : WebGpuTypesAreMissing;
type Argument<Method extends string> = Class<'GPUDevice'> extends { [Key in Method]: (first: infer First, ...rest: never[]) => unknown }
  ? NonNullable<First>
  : WebGpuTypesAreMissing;
type ElementOf<Descriptor> = Descriptor extends { entries: Iterable<infer Element> } ? Element : WebGpuTypesAreMissing;
`;

/**
 * Lets declarations take the types of WebGPU from a file beside them, which looks whether TypeScript knows any. By their global names they would be
 * errors, or, for who skips the check of libraries, become \`any\` without a word.
 *
 * @param {string} dist
 * @param {readonly string[]} files the declarations in it
 */
export function importWebGpuTypes(dist, files) {
  /** @type {Set<string>} */
  const all = new Set();
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    const names = [...new Set([...code.matchAll(/(?<![.\w'"])GPU[A-Z]\w*/g)].map(([name]) => name))].sort();
    if (names.length === 0) continue;
    for (const name of names) all.add(name);
    const from = path.relative(path.dirname(file), path.join(dist, 'webgpu.js')).split(path.sep).join('/');
    writeFileSync(
      file,
      `import type { ${names.join(', ')} } from '${from.startsWith('.') ? from : `./${from}`}';\n${text}`,
    );
  }
  writeFileSync(path.join(dist, 'webgpu.d.ts'), webGpuDeclarations([...all].sort()));
}

/**
 * @param {readonly string[]} names
 * @returns {string} a module of declarations that exports them
 */
export function webGpuDeclarations(names) {
  return `${head}${names.map((name) => `export type ${name} = ${parts[name] ?? `Class<'${name}'>`};\n`).join('')}`;
}
