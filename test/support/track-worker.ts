// SPDX-License-Identifier: MIT

import { serveTracks } from '../../src/pipeline/index.js';

serveTracks();
