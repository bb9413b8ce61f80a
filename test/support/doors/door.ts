// SPDX-License-Identifier: MIT

import type { Spec } from './spec.js';

export type Backend = 'cpu' | 'webgpu';

/** What stands behind doors that need a GPU. */
export interface DoorContext {
  /** One device for all doors. Absent where there is no GPU. */
  readonly device?: GPUDevice;
}

/** A function or method that users call. */
export interface Door {
  /** As `publicDoors` has it: `resolveParameters`, `DenseCrf.create`, `Refiner.refine`, `new Painter`. */
  name: string;
  args: readonly NamedSpec[];
  /** Arguments of a call that works, made anew each time; as many as `args` at most. */
  good(): unknown[];
  call(args: readonly unknown[]): unknown;
  /** Names of errors besides ArgumentError and DeviceError that are documented here. */
  throws?: readonly string[];
  /** A right call takes long: only those that must be refused are made in great number. */
  isSlow?: boolean;
  /** Goes through a list: what came before an element that is refused was done. */
  isStepwise?: boolean;
  /** Calls that are right and take too long, and those that are right by what one argument says of another. */
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
}

/** How to get a house. */
export interface HousePlan {
  name: string;
  needsGpu?: boolean;
  build(context: DoorContext): House | Promise<House>;
}

export function arg(name: string, spec: Spec): NamedSpec {
  return { name, spec };
}

export function optionalArg(name: string, spec: Spec): NamedSpec {
  return { name, spec, isOptional: true };
}

/** The device of a context that must have one. */
export function deviceOf({ device }: DoorContext): GPUDevice {
  if (!device) throw new Error('these doors need a GPU');
  return device;
}

/** An object that nothing else is as good as. */
export function thisVery(thing: unknown): Spec {
  return { is: 'like', what: 'this very object', test: (value) => (value === thing ? 'yes' : 'no') };
}
