// SPDX-License-Identifier: MIT

import { DenseCrf } from '../../../src/dense-crf.js';
import type { Refiner } from '../../../src/problem/api.js';
import type { WatchedDevice } from '../gpu.js';
import type { FuzzBackend } from '../suite.js';
import { Caller, callOf, createEngine } from './caller.js';
import { type Outcome, said, settled } from './outcomes.js';
import { ExpectedState } from './state.js';
import type { Sequence, Step } from './steps.js';

/** Outcomes of all steps, then of those after the ending. */
export interface Performance {
  steps: readonly Outcome[];
  after: readonly Outcome[];
}

/** As callers do it: one engine, calls that nobody waits for, arrays that are used again. */
export async function performAsCallersDo(
  sequence: Sequence,
  backend: FuzzBackend,
  watched: WatchedDevice | undefined,
): Promise<Performance> {
  const device = watched?.device;
  const caller = new Caller(sequence.size);
  const crf = await createEngine(caller, caller.parameters(sequence.parameters), backend, device);
  const outcomes: Promise<Outcome>[] = [];
  try {
    for (const { step, isAwaited, overwrites } of sequence.steps) {
      const outcome = settled(() => perform(crf, step, caller, device));
      caller.overwrite(overwrites);
      outcomes.push(outcome);
      // Buffers are read before the next call may overwrite them.
      if (isAwaited || step.call === 'gpuResults') await outcome;
    }
    if (sequence.ending === 'none') return { steps: await Promise.all(outcomes), after: [] };
    if (sequence.ending === 'destroy') crf.destroy();
    else device?.destroy();
    const after: Outcome[] = [];
    for (const step of sequence.after) after.push(await settled(() => perform(crf, step, caller, device)));
    return { steps: await Promise.all(outcomes), after };
  } finally {
    await Promise.allSettled(outcomes);
    crf.destroy();
    // A second time changes nothing.
    crf.destroy();
  }
}

async function perform(crf: Refiner, step: Step, caller: Caller, device: GPUDevice | undefined): Promise<Outcome> {
  if (step.call === 'own fault') return said({ isHeard: device ? await ownFault(device, step.ticks) : true });
  if (step.call === 'neighbour') return said({ isRefused: device ? await neighbourIsRefused(caller, device) : true });
  return callOf(crf, step, caller);
}

/** Whether somebody else's error scope on the engine's device hears of their own mistake. */
async function ownFault(device: GPUDevice, ticks: number): Promise<boolean> {
  for (let tick = 0; tick < ticks; tick++) await new Promise((resolve) => setImmediate(resolve));
  device.pushErrorScope('validation');
  // Mappable for reading and for writing: no buffer can be.
  device.createBuffer({ label: 'own fault', size: 16, usage: 0x1 | 0x2 });
  return (await device.popErrorScope()) !== null;
}

/** A second engine on the same device, whose user makes a mistake. */
async function neighbourIsRefused({ size }: Caller, device: GPUDevice): Promise<boolean> {
  const crf = await DenseCrf.create({ ...size, parameters: { kernels: [] }, backend: 'webgpu', device });
  const { width, height, labelCount } = size;
  const logits = device.createBuffer({ label: 'destroyed', size: 4 * width * height * labelCount, usage: 0x80 | 0x8 });
  logits.destroy();
  try {
    await crf.refine({ unary: { logits } });
    return false;
  } catch {
    return true;
  } finally {
    crf.destroy();
  }
}

/**
 * The same with nothing that should matter: each cold start on a new engine with all its input, each call waited for, no array used again.
 *
 * @param shake not 0: energies are off by about the rounding of scores
 */
export async function performCalmly(
  sequence: Sequence,
  backend: FuzzBackend,
  watched: WatchedDevice | undefined,
  shake = 0,
): Promise<Performance> {
  const caller = new Caller(sequence.size, shake);
  const state = new ExpectedState(sequence.parameters);
  const fresh = () => createEngine(caller, caller.parameters(state.parameters), backend, watched?.device);
  let crf = await fresh();
  const steps: Outcome[] = [];
  try {
    for (const { step } of sequence.steps) {
      const isColdStart = (step.call === 'refine' || step.call === 'start') && !step.warmStart;
      if (isColdStart && state.answers(step, backend)) {
        crf.destroy();
        crf = await fresh();
        const whole = { ...step, image: step.image ?? state.image, unary: step.unary ?? state.unary };
        steps.push(await settled(() => callOf(crf, whole, caller)));
      } else {
        steps.push(await settled(() => callOf(crf, step, caller)));
      }
      if (state.answers(step, backend)) state.take(step);
    }
    return { steps, after: [] };
  } finally {
    crf.destroy();
  }
}
