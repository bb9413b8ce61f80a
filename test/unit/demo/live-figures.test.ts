// SPDX-License-Identifier: MIT

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveFigures } from '../../../demo/webcam/live-figures.js';
import type { LiveReport } from '../../../demo/webcam/live-protocol.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('figures are those of the frame that is seen where frames are slow, and can be read where they are fast', () => {
  const figures = new LiveFigures();
  const seen = (passed: number, milliseconds: number) => {
    vi.advanceTimersByTime(passed);
    figures.add(reportOf(milliseconds));
    return figures.report.value?.timings[0].milliseconds;
  };
  expect(seen(0, 40)).toBe(40);
  expect(seen(5000, 41)).toBe(41);
  expect(seen(5000, 42)).toBe(42);
  expect(seen(33, 43)).toBe(42);
  expect(seen(33, 44)).toBe(42);
  expect(seen(184, 45)).toBe(45);
  expect(figures.shownCount.value).toBe(6);
  figures.clear();
  expect(figures.report.value).toBeUndefined();
  expect(seen(1, 46)).toBe(46);
});

function reportOf(milliseconds: number): LiveReport {
  return {
    timings: [{ stage: 'total', milliseconds }],
    gpuTimings: [],
    backend: 'cpu',
    adapterName: 'CPU',
    bytesHeld: 0,
    bytesReadBack: 0,
    width: 640,
    height: 480,
    input: { width: 256, height: 256 },
    workingWidth: 240,
    workingHeight: 180,
    iterations: 3,
    networkRan: true,
    labels: ['background', 'person'],
    budget: undefined,
  };
}
