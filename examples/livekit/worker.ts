// SPDX-License-Identifier: MIT

import { serveTracks } from 'meanfield/pipeline';

serveTracks();
