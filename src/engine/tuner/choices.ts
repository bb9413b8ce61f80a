// SPDX-License-Identifier: MIT

import type { NamedAdapter } from '../../gpu/adapter.js';
import { checkTuningTable, type KernelVariants, type TuningEntry, tuningVersion } from '../../problem/tuning-table.js';
import type { ProblemSize, ResolvedKernel } from '../../problem/types.js';
import type { RowPlan } from '../plan/row-plan.js';
import { plainVariants } from '../plan/variants.js';

/** What a choice is kept by. */
export type TuningKey = Omit<TuningEntry, keyof KernelVariants>;

export function adapterKey(info: NamedAdapter | undefined): string {
  return [info?.vendor, info?.architecture, info?.device].filter(Boolean).join(' ');
}

export function keyOf(
  adapter: string,
  { width, height }: ProblemSize,
  { featureDim }: Pick<ResolvedKernel, 'featureDim'>,
  { rowChannels }: Pick<RowPlan, 'rowChannels'>,
): TuningKey {
  return { adapter, pixels: 2 ** Math.round(Math.log2(width * height)), channels: rowChannels, featureDim };
}

export function isFor(entry: TuningEntry, key: TuningKey): boolean {
  return (
    entry.adapter === key.adapter &&
    entry.pixels === key.pixels &&
    entry.channels === key.channels &&
    entry.featureDim === key.featureDim
  );
}

/** The shapes that `entries` have for a kernel; plain ones where they have none. */
export function variantsBy(
  entries: readonly TuningEntry[],
  adapter: string,
  size: ProblemSize,
): (kernel: ResolvedKernel, rows: RowPlan) => KernelVariants {
  return (kernel, rows) => {
    const key = keyOf(adapter, size, kernel, rows);
    const { splat, blur, slice } = entries.find((entry) => isFor(entry, key)) ?? plainVariants;
    return { splat, blur, slice };
  };
}

/** Entries of this page or process; the first look fetches those of the browser's storage. */
let remembered: TuningEntry[] | undefined;

const storageKey = 'meanfield.tuning';

export function rememberedEntries(): readonly TuningEntry[] {
  remembered ??= stored();
  return remembered;
}

/** In place of what was known of the same kind. */
export function remember(entries: readonly TuningEntry[]): void {
  const others = rememberedEntries().filter((old) => !entries.some((entry) => isFor(old, entry)));
  remembered = [...others, ...entries];
  try {
    globalThis.localStorage?.setItem(storageKey, JSON.stringify({ version: tuningVersion, entries: remembered }));
  } catch {
    // No storage, or no room in it: the page remembers as long as it lives.
  }
}

/** What an earlier page left; nothing where there is no storage, or something else in it. */
function stored(): TuningEntry[] {
  try {
    const text = globalThis.localStorage?.getItem(storageKey);
    return text ? [...checkTuningTable('stored', JSON.parse(text)).entries] : [];
  } catch {
    return [];
  }
}
