// SPDX-License-Identifier: MIT

import type { Step, Workspace } from './workspace.js';

/** An operation made for one size: its buffers, its steps, and how a call's options get into it. */
export interface Operation<Options = void> {
  /** Where a call's maps are copied to, in the order of its arguments. */
  inputs: readonly GPUBuffer[];
  output: GPUBuffer;
  steps: readonly Step[];
  set(options: Options): void;
}

export type OperationBuilder<Options = void> = (workspace: Workspace) => Promise<Operation<Options>>;

/** Copies of a call's maps: bind groups then do not depend on whose buffers they were. */
export function inputOf(workspace: Workspace, index = 0): GPUBuffer {
  return workspace.words(`input ${index}`);
}

export function outputOf(workspace: Workspace, name: string): GPUBuffer {
  return workspace.words(`result of ${name}`);
}

export function nothingToSet(): void {
  // Operations without options of their own.
}
