// SPDX-License-Identifier: MIT

import { calls } from './calls/suite.js';
import { containers, files } from './files/suite.js';
import { problems } from './problems/suite.js';
import { sequences } from './sequences/suite.js';
import type { FuzzSuite } from './suite.js';

/** Files first: how much memory a reader takes shows best in a process that has taken little. */
export const suites: readonly FuzzSuite<unknown>[] = [containers, files, calls, problems, sequences];
