// SPDX-License-Identifier: MIT

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkNetwork } from '../../../../src/pipeline/network/check-network.js';
import { bytesOfDataUrl } from '../../../../src/pipeline/network/data-url.js';
import type { NetworkDescription } from '../../../../src/pipeline/network/description.js';
import { embeddedNetworks } from '../../../../src/pipeline/network/embedded.js';
import { loadNetworks } from '../../../../src/pipeline/network/load-network.js';

const models = path.join(import.meta.dirname, '../../../../models');
const all = Object.entries<NetworkDescription>(embeddedNetworks);
/** Of variants, in their order. */
const variantFiles: Readonly<Record<string, readonly string[]>> = { person: ['person-landscape'] };

describe('embedded networks', () => {
  it.each(all)('%s is the committed file, and fits its description', async (name, description) => {
    const files = await loadNetworks(checkNetwork(description), {});
    const names = [name, ...(variantFiles[name] ?? [])];
    expect(files.size).toBe(names.length);
    for (const [i, bytes] of [...files.values()].entries()) {
      expect(Buffer.compare(bytes, readFileSync(path.join(models, `${names[i]}.onnx`))), names[i]).toBe(0);
    }
  });
});

describe('bytesOfDataUrl', () => {
  it('decodes every byte', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(bytesOfDataUrl(`data:application/octet-stream;base64,${Buffer.from(bytes).toString('base64')}`)).toEqual(
      bytes,
    );
    expect(bytesOfDataUrl('data:;base64,')).toEqual(new Uint8Array());
  });

  it.each(['/assets/nuclei.onnx', 'data:text/plain,onnx', 'data:text/plain,;base64,'])('refuses %s', (url) => {
    expect(() => bytesOfDataUrl(url)).toThrow('not inlined');
  });
});
