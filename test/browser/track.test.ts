// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPage, type TestPage } from '../support/page.js';
import { tinyDescription, tinyNetwork } from '../support/tiny-network.js';
import { driveTrack, finishTrack, kindOf, type TrackDriver, untilSeen } from '../support/track-driver.js';

let opened: TestPage;
let track: TrackDriver;
beforeAll(async () => {
  opened = await openPage({
    // Chromium itself loses a frame on its way to a reader whose track ends or who cancels; those of our code are counted by `finishTrack`.
    ignoredErrors: /^A VideoFrame was garbage collected/,
  });
  track = driveTrack(opened.page);
});
afterAll(() => opened.finish());

const network = [tinyDescription, [...tinyNetwork()]] as const;

describe.each(['cpu', 'webgpu'] as const)('a track through a pipeline on the page: %s', (backend) => {
  test('is black until the first processed frame, and keeps timestamps and size', async () => {
    await track.call('begin', ...network, { backend });
    const seen = await untilSeen(track, 'green', 10);
    expect(new Set(seen.map(kindOf))).toEqual(new Set(['black', 'green']));
    expect(kindOf(seen[0])).toBe('black');
    const stamps = seen.map(({ timestamp }) => timestamp);
    expect(stamps).toEqual([...new Set(stamps)].sort((a, b) => a - b));
    await finishTrack(track);
  });

  test('shows another view, another camera, and nothing new while it is paused', async () => {
    await track.call('begin', ...network, { backend, isGiven: true });
    await untilSeen(track, 'green', 3);
    await track.call('setColour', '#c8c800');
    await untilSeen(track, 'yellow', 3);
    await track.call('replaceCamera', '#dc6414');
    const replaced = await untilSeen(track, 'yellow', 10);
    expect(new Set(replaced.map(kindOf))).toEqual(new Set(['yellow']));
    await track.call('pause');
    const { framesHeld } = await track.call('progress');
    const untilHeld = (count: number) =>
      expect.poll(async () => (await track.call('progress')).framesHeld).toBeGreaterThan(framesHeld + count);
    // A picture that was on its way out at the pause has gone by the time that a frame is held.
    await untilHeld(0);
    const before = await track.call('progress');
    await untilHeld(2);
    expect((await track.call('progress')).framesOut).toBe(before.framesOut);
    await track.call('setColour', '#18a558');
    await track.call('resume');
    const resumed = await untilSeen(track, 'green', 3);
    expect(new Set(resumed.map(kindOf))).toEqual(new Set(['yellow', 'green']));
    expect(await track.call('told')).toEqual([]);
    await finishTrack(track);
  });
});

test('a worker does the same, and a call carries it', async () => {
  await track.call('begin', ...network, { backend: 'cpu', inWorker: true, byCall: true });
  await untilSeen(track, 'green', 5);
  await track.call('setColour', '#c8c800');
  await untilSeen(track, 'yellow', 3);
  await track.call('replaceCamera', '#dc6414');
  const before = await track.call('progress');
  const seen = await untilSeen(track, 'yellow', 10);
  expect(seen.map(kindOf)).not.toContain('red');
  expect((await track.call('progress')).framesOut).toBeGreaterThan(before.framesOut);
  expect(opened.page.workers()).not.toEqual([]);
  await finishTrack(track);
  await expect.poll(() => opened.page.workers()).toEqual([]);
});

test('lost devices are survived, and no frame is sent as it came', async () => {
  await track.call('begin', ...network, { isGiven: true });
  const seen = await untilSeen(track, 'green', 3);
  await track.call('loseDevice');
  const { framesIn, framesOut } = await track.call('progress');
  await expect.poll(async () => (await track.call('progress')).framesOut).toBeGreaterThan(framesOut + 5);
  seen.push(...(await track.call('takeSeen')));
  expect(framesIn).toBeGreaterThan(0);
  // The second time the pipeline gives up.
  await track.call('loseDevice');
  await expect.poll(() => track.call('told')).toEqual([expect.stringContaining('DeviceError')]);
  const { framesHeld } = await track.call('progress');
  await expect.poll(async () => (await track.call('progress')).framesHeld).toBeGreaterThan(framesHeld + 2);
  seen.push(...(await track.call('takeSeen')));
  for (const kind of seen.map(kindOf)) expect(['black', 'green']).toContain(kind);
  await finishTrack(track);
});
