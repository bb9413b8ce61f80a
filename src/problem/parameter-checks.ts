// SPDX-License-Identifier: MIT

import { checkChoice, checkInteger, checkNumber, type NumberBounds } from './checks.js';
import type { ChoiceParameter, NumberParameter } from './schema.js';

/** Checks a number by its schema. What is left out gets the default, where there is one. */
export function checkNumberParameter(argument: string, value: unknown, schema: NumberParameter): number {
  return checkGivenNumber(argument, value === undefined ? schema.default : value, schema);
}

/** The same for a number that must be given. */
export function checkGivenNumber(argument: string, value: unknown, schema: NumberParameter): number {
  if (schema.type === 'number') return checkNumber(argument, value, boundsOf(schema));
  const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = schema;
  return checkInteger(argument, value, minimum, maximum);
}

/** Checks a word by its schema. What is left out is the default. */
export function checkChoiceParameter<Choice extends string>(
  argument: string,
  value: unknown,
  { choices, default: usual }: ChoiceParameter<Choice>,
): Choice {
  return value === undefined ? usual : checkChoice(argument, value, choices);
}

/** All numbers of the CRF end in float32, but those that may be infinite: they only count. */
export function boundsOf(schema: NumberParameter): NumberBounds {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, mayBeInfinite = false, unit } = schema;
  return {
    ...(minimum === undefined ? undefined : { from: minimum }),
    ...(maximum === undefined ? undefined : { to: maximum }),
    ...(exclusiveMinimum === undefined ? undefined : { above: exclusiveMinimum }),
    ...(exclusiveMaximum === undefined ? undefined : { below: exclusiveMaximum }),
    infinity: mayBeInfinite,
    float32: !mayBeInfinite,
    unit,
  };
}
