// SPDX-License-Identifier: MIT

import { defineConfig } from 'vite';

// Vite's default for workers is one classic script, which can't import: and onnxruntime-web is imported when it is needed.
export default defineConfig({ worker: { format: 'es' } });
