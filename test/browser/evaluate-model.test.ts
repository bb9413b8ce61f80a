// SPDX-License-Identifier: MIT

import { describe, expect, test } from 'vitest';
import type { EvaluateReport } from '../../src/cli/evaluate/report.js';
import { meanfield, temporaryFolder } from '../support/command-line.js';
import { redAndBlue, storeRedAndBlue } from '../support/red-and-blue.js';

const images = { a: redAndBlue(2, 30, 40), 'val/b': redAndBlue(3, 20, 16), c: redAndBlue(4, 33, 33) };

describe('on WebGPU', () => {
  test('a network predicts in the page as it does in Node', async () => {
    const folder = await temporaryFolder();
    await storeRedAndBlue(folder, images);
    const data = [folder.file('photos'), folder.file('truth'), '--model', folder.file('tiny.onnx'), '--json'];
    const evaluate = async (...more: string[]) => {
      const { exitCode, out, error } = await meanfield('evaluate', ...data, ...more);
      expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
      return JSON.parse(out) as EvaluateReport & { run: { adapter: string } };
    };
    const webgpu = await evaluate('--out', folder.file('webgpu'));
    const cpu = await evaluate('--out', folder.file('cpu'), '--backend', 'cpu');
    expect(webgpu.run.adapter).not.toBe('CPU');
    expect(webgpu.settings).toEqual({ ...cpu.settings, backend: 'webgpu' });
    expect(webgpu.measured).toBe(3);
    // A pixel where two labels are equal up to rounding may fall either way.
    for (const time of ['before', 'after'] as const) {
      expect(webgpu[time]?.meanIoU).toBeCloseTo(cpu[time]?.meanIoU ?? Number.NaN, 2);
    }
    expect(webgpu.after).not.toEqual(webgpu.before);
  });
});
