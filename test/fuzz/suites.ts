// SPDX-License-Identifier: MIT

import { problems } from './problems/suite.js';
import type { FuzzSuite } from './suite.js';

export const suites: readonly FuzzSuite<unknown>[] = [problems];
