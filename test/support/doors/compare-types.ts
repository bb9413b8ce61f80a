// SPDX-License-Identifier: MIT

import ts from 'typescript';
import type { Callable } from '../public-api.js';
import type { Door } from './door.js';
import type { Spec } from './spec.js';

/** Where a door's description of its arguments leaves the types: names of arguments, and keys of those that are objects. */
export function differences(checker: ts.TypeChecker, { name, parameters }: Callable, door: Door): string[] {
  const [found, known] = [door.args, parameters].map((list) => list.map((one) => one.name).join(', '));
  if (found !== known) return [`${name}: described with (${found}), takes (${known})`];
  return parameters.flatMap((parameter, index) => {
    const { spec, isOptional = false } = door.args[index];
    const path = `${name}: ${parameter.name}`;
    const optional =
      isOptional === parameter.isOptional ? [] : [`${path} is ${parameter.isOptional ? '' : 'not '}optional`];
    return [...optional, ...differencesOfType(checker, parameter.type, spec, path)];
  });
}

function differencesOfType(checker: ts.TypeChecker, type: ts.Type, spec: Spec, path: string): string[] {
  const described = objectsOf(spec);
  if (described.length === 0) return [];
  const given = plainObjectsOf(checker, type);
  if (given.length === 0) return [];
  const keys = new Set(
    given.flatMap((one) =>
      one
        .getProperties()
        .filter(isNeeded)
        .map((property) => property.name),
    ),
  );
  const specs = new Map<string, Spec[]>();
  for (const one of described) {
    for (const [key, below] of Object.entries({ ...one.keys, ...one.optional })) {
      specs.set(key, [...(specs.get(key) ?? []), below]);
    }
  }
  const missing = [...keys].filter((key) => !specs.has(key)).map((key) => `${path}.${key} is not described`);
  const unknown = [...specs.keys()].filter((key) => !keys.has(key)).map((key) => `${path}.${key} is no key`);
  return [...missing, ...unknown];
}

/** A key that is only there to be absent, as in `{ bytes?: never }`, is none. */
function isNeeded(property: ts.Symbol): boolean {
  return (property.flags & ts.SymbolFlags.Method) === 0;
}

function objectsOf(spec: Spec): Extract<Spec, { is: 'object' }>[] {
  if (spec.is === 'object') return [spec];
  return spec.is === 'either' ? spec.of.flatMap(objectsOf) : [];
}

/** The members of a union that are objects of our own types: no arrays, no functions, nothing of a page or GPU. */
function plainObjectsOf(checker: ts.TypeChecker, type: ts.Type): ts.Type[] {
  if (type.isUnion()) return type.types.flatMap((member) => plainObjectsOf(checker, member));
  const isObject = (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0;
  if (!isObject || checker.isArrayLikeType(type) || type.getCallSignatures().length > 0) return [];
  const files = (type.getSymbol() ?? type.aliasSymbol)?.declarations?.map((one) => one.getSourceFile().fileName) ?? [];
  const isForeign = files.some((file) => file.includes('node_modules'));
  return isForeign ? [] : [type];
}
