#!/usr/bin/env node
// SPDX-License-Identifier: MIT

import { runAsProcess } from './process.js';
import { runCommandLine } from './program.js';

await runAsProcess(runCommandLine);
