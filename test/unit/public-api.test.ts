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

test('the doc block of iterations says the range that the schema has', () => {
  const { minimum, maximum } = crfSchema.parameters.iterations;
  expect(docsOf('CrfParameters').get('iterations')).toContain(`${minimum}..${maximum}`);
});
