// SPDX-License-Identifier: MIT

import { defineConfig } from 'vite';

// Modules load what they need when they need it. By default Vite 8 makes one classic script with all there is in it, embedded networks too
// (2.7 MB); earlier ones refuse to.
export default defineConfig({ worker: { format: 'es' } });
