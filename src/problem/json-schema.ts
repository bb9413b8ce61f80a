// SPDX-License-Identifier: MIT

import { type ChoiceParameter, crfSchema, kernelSchemas, type NumberParameter } from './schema.js';

/** A JSON Schema, or a part of one, as plain JSON. */
export type JsonSchema = { readonly [key: string]: unknown };

/**
 * The JSON Schema (draft 2020-12) of the parameters as a file holds them: what `parametersFromJson` takes. It is published as
 * `meanfield/crf.schema.json`; an editor that is given its address as `$schema` completes and checks a file while it is written. How many labels a
 * compatibility has, and which sigmas an image is too large for, it cannot say: `resolveParameters` does, once the size is known.
 */
export function crfJsonSchema(): JsonSchema {
  const { iterations, method, tolerance, damping, exactWorkLimit } = crfSchema.parameters;
  const { gaussian, bilateral, features } = kernelSchemas;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Parameters of a fully connected CRF',
    description: 'Kernels and iterations of meanfield.',
    ...objectOf(['kernels'], {
      $schema: { type: 'string', description: 'Where this schema is.' },
      kernels: {
        description: 'What pixels are compared by. Without any, nothing is refined.',
        type: 'array',
        items: { oneOf: Object.keys(kernelSchemas).map((type) => ({ $ref: `#/$defs/${type}` })) },
      },
      iterations: numberOf(iterations),
      method: choiceOf(method),
      tolerance: numberOf(tolerance),
      damping: numberOf(damping),
      exactWorkLimit: numberOf(exactWorkLimit),
    }),
    $defs: {
      gaussian: objectOf(['type', 'sigmaXY'], {
        type: { const: 'gaussian' },
        sigmaXY: sigmaOf(gaussian.sigmaXY, 2),
        sigmaUnit: choiceOf(gaussian.sigmaUnit),
        ...commonOf(gaussian),
        method: choiceOf(gaussian.method),
      }),
      bilateral: objectOf(['type', 'sigmaXY', 'sigmaRGB'], {
        type: { const: 'bilateral' },
        sigmaXY: sigmaOf(bilateral.sigmaXY, 2),
        sigmaRGB: sigmaOf(bilateral.sigmaRGB, 3),
        sigmaUnit: choiceOf(bilateral.sigmaUnit),
        ...commonOf(bilateral),
        method: inseparable(bilateral.method),
      }),
      features: objectOf(['type', 'file'], {
        type: { const: 'features' },
        file: {
          description: 'A .npy file [featureDim, pixelCount] or [featureDim, height, width], divided by its sigmas.',
          type: 'string',
          minLength: 1,
        },
        ...commonOf(features),
        method: inseparable(features.method),
      }),
    },
  };
}

function objectOf(required: readonly string[], properties: JsonSchema): JsonSchema {
  return { type: 'object', required, additionalProperties: false, properties };
}

function numberOf(schema: NumberParameter): JsonSchema {
  const { hint, unit, type, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const bounds = { minimum, maximum, exclusiveMinimum, exclusiveMaximum, default: schema.default };
  return {
    description: unit === '' ? hint : `${hint} Unit: ${unit}.`,
    type,
    ...Object.fromEntries(Object.entries(bounds).filter(([, bound]) => bound !== undefined)),
  };
}

function choiceOf({ hint, choices, default: usual }: ChoiceParameter): JsonSchema {
  return { description: hint, enum: choices, default: usual };
}

/** Only gaussian kernels separate. */
function inseparable(schema: ChoiceParameter): JsonSchema {
  return choiceOf({ ...schema, choices: schema.choices.filter((choice) => choice !== 'separable') });
}

/** One for all axes, or one for each. */
function sigmaOf(schema: NumberParameter, axes: number): JsonSchema {
  const { description, ...sigma } = numberOf(schema);
  return { description, anyOf: [sigma, { type: 'array', items: sigma, minItems: axes, maxItems: axes }] };
}

function commonOf(kernel: { compatibility: NumberParameter; normalization: ChoiceParameter }): JsonSchema {
  const { description, default: usual, ...weight } = numberOf(kernel.compatibility);
  const row = { type: 'array', items: weight, minItems: 1 };
  return {
    compatibility: {
      description: `${description} A number for all labels alike, a penalty for each label, or a matrix of penalties.`,
      anyOf: [weight, row, { type: 'array', items: row, minItems: 1 }],
      default: usual,
    },
    normalization: choiceOf(kernel.normalization),
  };
}
