// SPDX-License-Identifier: MIT

import { expect, test } from 'vitest';
import { crfSchema } from '../../src/index.js';
import { readPublicApi } from '../support/public-api.js';

const { undocumented, unexported, docsOf } = readPublicApi();

test('every export has a doc block', () => {
  expect(undocumented).toEqual([]);
});

test('every type that an export mentions is exported', () => {
  expect(unexported).toEqual([]);
});

test.each(Object.entries(crfSchema.parameters))(
  'the doc block of %s says the default that the schema has',
  (name, schema) => {
    const { default: usual } = schema;
    const words =
      typeof usual === 'string' ? `'${usual}'` : String(usual).replace(/0{6,}$/, (zeros) => `e${zeros.length}`);
    expect(docsOf('CrfParameters').get(name)).toMatch(new RegExp(`Default ${words}\\b|Default ${words}[.;:]`));
  },
);

test.each([
  ['GaussianKernel', crfSchema.gaussian.sigmaXY],
  ['BilateralKernel', crfSchema.bilateral.sigmaRGB],
] as const)('the doc block of sigmas of a %s says the range that the schema has', (name, { minimum, maximum }) => {
  const sigma = name === 'GaussianKernel' ? 'sigmaXY' : 'sigmaRGB';
  expect(docsOf(name).get(sigma)).toContain(`${minimum}..${String(maximum).replace('+', '')}`);
});

test('doc blocks of kernels say the defaults and ranges that the schema has', () => {
  const { gaussian, bilateral, features } = crfSchema;
  const docs = docsOf('FeaturesKernel');
  const { minimum, maximum } = features.featureDim;
  expect(docs.get('featureDim')).toContain(`${minimum}..${maximum}`);
  expect(docs.get('compatibility')).toContain(
    `Default: ${gaussian.compatibility.default} for gaussian, ${bilateral.compatibility.default} for bilateral and features`,
  );
  expect(docs.get('compatibility')).toContain(`±${gaussian.compatibility.maximum / 1e9}e9`);
  expect(features.compatibility.default).toBe(bilateral.compatibility.default);
  expect(docs.get('normalization')).toContain(`Default '${gaussian.normalization.default}'`);
});

test('the doc block of the space that tune searches says where the schema looks', () => {
  const docs = docsOf('TuneSpace');
  const range = ([low, high]: readonly number[]) => `${low}..${high}`;
  for (const kernel of ['gaussian', 'bilateral'] as const) {
    for (const [name, { searched }] of Object.entries(crfSchema[kernel]).flatMap(([key, one]) =>
      'searched' in one && typeof one.searched[0] === 'number'
        ? [[key, { searched: one.searched as readonly number[] }] as const]
        : [],
    )) {
      expect(docs.get(kernel)).toContain(`${name} ${range(searched)}`);
    }
  }
  expect(docs.get('iterations')).toContain(`Default [${crfSchema.parameters.iterations.searched.join(', ')}]`);
  expect(docs.get('normalization')).toContain(
    `Default [${crfSchema.gaussian.normalization.searched.map((one) => `'${one}'`).join(', ')}]`,
  );
});

test('the doc block of iterations says the range that the schema has', () => {
  const { minimum, maximum } = crfSchema.parameters.iterations;
  expect(docsOf('CrfParameters').get('iterations')).toContain(`${minimum}..${maximum}`);
});
