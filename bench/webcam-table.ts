// SPDX-License-Identifier: MIT

import type { WebcamSample } from './webcam-meter.js';

const columns: readonly (readonly [title: string, width: number, value: (sample: WebcamSample) => string])[] = [
  ['seconds', 7, ({ seconds }) => seconds.toFixed(0)],
  ['frames', 7, ({ frames }) => String(frames)],
  ['buffers', 7, ({ gpu }) => String(gpu.buffers)],
  ['textures', 8, ({ gpu }) => String(gpu.textures)],
  ['groups', 6, ({ gpu }) => String(gpu.bindGroups)],
  ['live', 5, ({ gpu }) => String(gpu.live)],
  ['GPU bytes', 10, ({ gpu }) => String(gpu.liveBytes)],
  ['left', 4, ({ gpu }) => String(gpu.abandoned)],
  ['page heap', 9, ({ pageHeap }) => `${(pageHeap / 1024).toFixed(0)} KiB`],
  ['worker heap', 11, ({ workerHeap }) => `${(workerHeap / 1024).toFixed(0)} KiB`],
  ['long tasks', 10, ({ longTasks }) => longTasks.map((time) => time.toFixed(0)).join() || '–'],
];

export function sampleLine(sample: WebcamSample): string {
  return columns.map(([, width, value]) => value(sample).padStart(width)).join('  ');
}

/** The samples, then what a frame cost the main thread from the first to the last. */
export function sampleTable(samples: readonly WebcamSample[]): string {
  const [first, last] = [samples[0], samples[samples.length - 1]];
  const frames = last.frames - first.frames;
  const perFrame = (name: 'scriptMilliseconds' | 'taskMilliseconds') =>
    ((last[name] - first[name]) / frames).toFixed(2);
  const rows = [columns.map(([title, width]) => title.padStart(width)).join('  '), ...samples.map(sampleLine)];
  return (
    `${rows.join('\n')}\n\nA frame costs the main thread ${perFrame('scriptMilliseconds')} ms of CPU in scripts, ` +
    `${perFrame('taskMilliseconds')} ms in all.\n`
  );
}
