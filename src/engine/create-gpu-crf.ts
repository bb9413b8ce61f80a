// SPDX-License-Identifier: MIT

import { isSoftware } from '../gpu/adapter.js';
import { OwnParameters } from '../problem/own-parameters.js';
import type { TuningEntry, TuningOption } from '../problem/tuning-table.js';
import { tuningOf } from './device-tuning.js';
import { GpuCrf, type GpuCrfOptions } from './gpu-crf.js';
import { checkLatticeDims } from './plan/feature-limits.js';
import { adapterKey, remember, rememberedEntries, variantsBy } from './tuner/choices.js';
import { lacks, type TuneRequest, tune } from './tuner/tuner.js';

/** Milliseconds that `create` may measure. */
const createBudget = 300;

/** Kernels that were tried on a device, by what they were tried as: who got no choice in the budget is not made to wait again. */
const tried = new WeakMap<GPUDevice, Set<string>>();

/** An engine with the shapes that `tuning` says: everything is chosen here, before there is a first frame. */
export async function createGpuCrf({
  tuning,
  ...options
}: Omit<GpuCrfOptions, 'tuning'> & { tuning: TuningOption }): Promise<GpuCrf> {
  const { device, size } = options;
  const parameters = OwnParameters.of(options.parameters, size);
  const entries = await entriesFor(tuning, {
    device,
    size,
    parameters,
    tuning: tuningOf(device),
    budget: createBudget,
  });
  const variantsOf = variantsBy(entries, adapterKey(device.adapterInfo), size);
  const crf = new GpuCrf({ ...options, parameters, variantsOf });
  crf.compileAhead();
  return crf;
}

/** As `tune`; on a GPU the choice is remembered. */
export async function tuneOn(request: Omit<TuneRequest, 'tuning'>): Promise<TuningEntry[]> {
  const { device } = request;
  checkLatticeDims(request.parameters.kernels);
  const entries = await tune({ ...request, tuning: tuningOf(device) });
  if (!isSoftware(device.adapterInfo)) remember(entries);
  return entries;
}

async function entriesFor(tuning: TuningOption, request: TuneRequest): Promise<readonly TuningEntry[]> {
  if (typeof tuning === 'object') return tuning.entries;
  if (tuning === 'off' || isSoftware(request.device.adapterInfo)) return [];
  if (tuning === 'auto') await tuneOnce(request);
  return rememberedEntries();
}

/** Measures what nobody has measured. It never fails: without a choice there are the plain shapes, and of a lost device others tell. */
async function tuneOnce(request: TuneRequest): Promise<void> {
  try {
    const lacking = lacks(request, rememberedEntries());
    if (lacking === undefined) return;
    const before = tried.get(request.device) ?? new Set();
    if (before.has(lacking)) return;
    tried.set(request.device, before.add(lacking));
    remember(await tune(request));
  } catch {
    // As above.
  }
}
