// SPDX-License-Identifier: MIT

import type { Page } from 'puppeteer';
import { expect } from 'vitest';
import type { Seen } from './track-page.js';

type TrackPage = typeof import('./track-page.js');
type Called<Name extends keyof TrackPage> = TrackPage[Name] extends (...given: never[]) => infer Result
  ? Awaited<Result>
  : never;

/** Calls functions of `track-page.ts` in a page of any browser. */
export interface TrackDriver {
  call<Name extends keyof TrackPage>(name: Name, ...given: unknown[]): Promise<Called<Name>>;
}

export function driveTrack(page: Page): TrackDriver {
  return {
    async call<Name extends keyof TrackPage>(name: Name, ...given: unknown[]) {
      const result = await page.evaluate(
        async (called, values) => {
          const module = await window.importModule('test/support/track-page.ts');
          return (module[called] as (...given: unknown[]) => unknown)(...values);
        },
        name as string,
        given,
      );
      return result as Called<Name>;
    },
  };
}

const colours = {
  black: [0, 0, 0],
  green: [0x18, 0xa5, 0x58],
  yellow: [0xc8, 0xc8, 0],
  red: [0xdc, 0x14, 0x14],
} as const;

export type Kind = keyof typeof colours | 'other';

/** What the left half shows. Videos and codecs move colours by some steps. */
export function kindOf({ left }: Seen): Kind {
  const names = Object.keys(colours) as (keyof typeof colours)[];
  return names.find((name) => left.every((value, i) => Math.abs(value - colours[name][i]) < 24)) ?? 'other';
}

/** Waits until so many pictures of a kind have come out; all that came meanwhile. */
export async function untilSeen(track: TrackDriver, kind: Kind, count: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  await expect
    .poll(async () => {
      seen.push(...(await track.call('takeSeen')));
      return seen.filter((one) => kindOf(one) === kind).length;
    })
    .toBeGreaterThanOrEqual(count);
  return seen;
}

/** Ends the track; the camera goes on, and no frame stays open. */
export async function finishTrack(track: TrackDriver): Promise<void> {
  expect(await track.call('end')).toEqual({ track: 'ended', camera: 'live' });
  // The test's own reader may have one in hand.
  await expect.poll(() => track.call('unclosed')).toBe(0);
}

/** Frames a second, sent and received, whichever is less, over a second and a half. */
export async function rateOf(track: TrackDriver): Promise<number> {
  const [from, before] = [performance.now(), await track.call('progress')];
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const after = await track.call('progress');
  const frames = Math.min(after.framesOut - before.framesOut, after.received - before.received);
  return (1000 * frames) / (performance.now() - from);
}
