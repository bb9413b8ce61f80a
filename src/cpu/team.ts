// SPDX-License-Identifier: MIT

import type { StageArguments, StageModule, Stages } from './module.js';

/** Who does the stages: this thread alone, or others with it. Results have the same bits, whoever does which part. */
export interface Team {
  /** That take part, this one included. */
  readonly threads: number;
  /**
   * Does a stage on the elements 0..length.
   *
   * @param part elements that one thread does at a time; left out: some parts a thread
   * @returns the largest number that a part gives, 0 where they give none
   */
  run<Name extends keyof Stages>(stage: Name, given: StageArguments<Name>, length: number, part?: number): number;
  /** The same, while this thread does something else first: nothing that the stage reads or writes. */
  runBeside<Name extends keyof Stages>(
    stage: Name,
    given: StageArguments<Name>,
    length: number,
    part: number,
    meanwhile: () => void,
  ): void;
  /** Nothing may be run any more. */
  leave(): void;
}

/** A stage, whatever it takes. */
export type AnyStage = (...given: number[]) => number | undefined;

/** This thread. */
export class Alone implements Team {
  readonly threads = 1;

  constructor(private readonly module: StageModule) {}

  run<Name extends keyof Stages>(stage: Name, given: StageArguments<Name>, length: number): number {
    return (this.module[stage] as AnyStage)(...given, 0, length) ?? 0;
  }

  runBeside<Name extends keyof Stages>(
    stage: Name,
    given: StageArguments<Name>,
    length: number,
    _part: number,
    meanwhile: () => void,
  ): void {
    this.run(stage, given, length);
    meanwhile();
  }

  leave(): void {}
}
