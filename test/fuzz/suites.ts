// SPDX-License-Identifier: MIT

import { calls } from './calls/suite.js';
import { problems } from './problems/suite.js';
import { sequences } from './sequences/suite.js';
import type { FuzzSuite } from './suite.js';

export const suites: readonly FuzzSuite<unknown>[] = [problems, sequences, calls];
