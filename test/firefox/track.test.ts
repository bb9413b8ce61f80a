// SPDX-License-Identifier: MIT

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FirefoxPage, openFirefox } from '../support/firefox.js';
import { tinyDescription, tinyNetwork } from '../support/tiny-network.js';
import { driveTrack, kindOf, rateOf, type TrackDriver, untilSeen } from '../support/track-driver.js';

let firefox: FirefoxPage;
let track: TrackDriver;
beforeAll(async () => {
  firefox = await openFirefox();
  track = driveTrack(firefox.page);
});
afterAll(() => firefox?.finish());

const network = [tinyDescription, [...tinyNetwork()]] as const;

test.each([
  ['cpu', true],
  ['webgpu', false],
] as const)('a track through a video and a canvas: %s, by a call: %s', async (backend, byCall) => {
  await track.call('begin', ...network, { backend, byCall });
  const seen = await untilSeen(track, 'green', 5);
  expect(kindOf(seen[0])).toBe('black');
  await track.call('setColour', '#c8c800');
  seen.push(...(await untilSeen(track, 'yellow', 3)));
  await track.call('replaceCamera', '#dc6414');
  seen.push(...(await untilSeen(track, 'yellow', 5)));
  await track.call('pause');
  const { framesOut } = await track.call('progress');
  await track.call('setColour', '#18a558');
  await track.call('resume');
  seen.push(...(await untilSeen(track, 'green', 3)));
  expect((await track.call('progress')).framesOut).toBeGreaterThan(framesOut);
  // Codecs blend one picture into the next; the camera's red is none of these.
  expect(seen.map(kindOf)).not.toContain('red');
  expect(await track.call('told')).toEqual([]);
  expect(await track.call('end')).toEqual({ track: 'ended', camera: 'live', unclosed: 0 });
});

test('a processed track goes on in a hidden tab', async () => {
  await track.call('begin', ...network, { backend: 'cpu', isFake: true, byCall: true });
  await expect.poll(async () => (await track.call('progress')).received).toBeGreaterThan(3);
  const front = await firefox.page.browser().newPage();
  await front.bringToFront();
  await expect.poll(async () => (await track.call('progress')).hidden).toBe(true);
  // A throttled tab never has more than one frame a second.
  await expect.poll(() => rateOf(track)).toBeGreaterThanOrEqual(5);
  await front.close();
  await track.call('end');
});
