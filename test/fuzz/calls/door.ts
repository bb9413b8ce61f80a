// SPDX-License-Identifier: MIT

import type { WatchedDevice } from '../gpu.js';
import type { FuzzContext } from '../suite.js';
import type { Spec } from './spec.js';

/** A function or method that users call. */
export interface Door {
  /** As users write it: `crf.refine`. */
  name: string;
  args: readonly NamedSpec[];
  /** Arguments of a call that works, made anew each time; as many as `args` at most. */
  good(): unknown[];
  call(args: readonly unknown[]): unknown;
  /** Names of errors besides ArgumentError and DeviceError that are documented here. */
  throws?: readonly string[];
  /** Right calls take too long: only what must be refused is tried. */
  isSlow?: boolean;
  /** Calls that would never end, or say nothing. */
  avoids?(args: readonly unknown[]): boolean;
}

export interface NamedSpec {
  name: string;
  spec: Spec;
  isOptional?: boolean;
}

/** Doors with what stands behind them. */
export interface House {
  doors: readonly Door[];
  /** What the object behind the doors is like now; a call that is refused changes nothing of it. */
  look?(): Promise<unknown>;
  /** Good calls that bring it to where it was in the beginning. */
  restore?(): Promise<unknown>;
  close?(): void | Promise<void>;
  /** Values to try besides those for all doors. */
  strange?: readonly (() => unknown)[];
  /** Where the object behind the doors works: no call may leave an error to it. */
  watched?: WatchedDevice;
}

/** How to get a house. They are built once a process and kept. */
export interface HousePlan {
  name: string;
  needsGpu?: boolean;
  build(context: FuzzContext): House | Promise<House>;
}

export function arg(name: string, spec: Spec): NamedSpec {
  return { name, spec };
}

export function optionalArg(name: string, spec: Spec): NamedSpec {
  return { name, spec, isOptional: true };
}
