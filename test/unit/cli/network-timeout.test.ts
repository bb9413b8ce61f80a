// SPDX-License-Identifier: MIT

import { mkdir, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { EvaluateReport } from '../../../src/cli/evaluate/report.js';
import { Failure } from '../../../src/cli/failure.js';
import { imageLimit, within } from '../../../src/cli/time-limit.js';
import { type Folder, meanfield, temporaryFolder } from '../../support/command-line.js';
import { writeEndlessNetwork } from '../../support/endless-network.js';
import { encodeGreyPng, encodeRgbPng } from '../../support/png.js';

describe('a limit', () => {
  afterEach(() => vi.useRealTimers());

  test('lets work go on within it, and leaves no timer', async () => {
    vi.useFakeTimers();
    const stop = vi.fn();
    expect(await within(imageLimit(1), Promise.resolve(7), stop)).toBe(7);
    await expect(within(imageLimit(1), Promise.reject(new Error('its own')), stop)).rejects.toThrow('its own');
    expect(stop).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('ends what takes longer, and waits until it has ended', async () => {
    vi.useFakeTimers();
    let isEnded = false;
    const work = within(imageLimit(90), new Promise(() => undefined), async () => {
      await Promise.resolve();
      isEnded = true;
    });
    const outcome = work.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(89_999);
    expect(isEnded).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    const error = await outcome;
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).message).toBe('the network gave no result within 90 s; --timeout gives it more');
    expect(isEnded).toBe(true);
  });
});

/** Two dark images, and a white one between them. */
async function storeImages(folder: Folder): Promise<void> {
  for (const name of ['photos', 'truth']) await mkdir(folder.file(name));
  for (const [name, brightness] of [
    ['a', 90],
    ['b', 255],
    ['c', 120],
  ] as const) {
    await writeFile(folder.file(`photos/${name}.png`), encodeRgbPng(new Uint8Array(3 * 64).fill(brightness), 8, 8));
    await writeFile(folder.file(`truth/${name}.png`), encodeGreyPng(new Uint8Array(64), 8, 8, 8));
  }
  await writeEndlessNetwork(folder.file('endless'));
}

// The dark ones take milliseconds; the thread is started twice.
test('a network that never ends for one image is given up there, and goes on', { timeout: 120_000 }, async () => {
  const folder = await temporaryFolder();
  await storeImages(folder);
  const { exitCode, out, error } = await meanfield(
    ...['evaluate', folder.file('photos'), folder.file('truth'), '--model', folder.file('endless.onnx')],
    ...['--no-refine', '--backend', 'cpu', '--timeout', '6', '--out', folder.file('out'), '--json'],
  );
  const reason = 'the network gave no result within 6 s; --timeout gives it more';
  expect(error).toBe(
    `warning: ${folder.file('photos/b.png')}: ${reason}\nerror: 1 item could not be measured; all others are\n`,
  );
  expect(exitCode).toBe(1);
  const report = JSON.parse(out) as EvaluateReport;
  expect(report.failures).toMatchObject([{ item: 'b' }]);
});

test('--timeout is for networks, and is a number of seconds', async () => {
  const folder = await temporaryFolder();
  const evaluate = (...more: string[]) => meanfield('evaluate', 'a', 'b', '--out', folder.file('out'), ...more);
  expect(await evaluate('--timeout', '5')).toEqual({
    exitCode: 2,
    out: '',
    error: 'error: --timeout: got 5, but it is for --model\n',
  });
  for (const value of ['0', '-1', 'long', '1e7']) {
    expect(await evaluate('--model', 'nuclei', '--timeout', value)).toEqual({
      exitCode: 2,
      out: '',
      error: `error: --timeout: got "${value}", expected a number between 0 and 1000000\n`,
    });
  }
});
