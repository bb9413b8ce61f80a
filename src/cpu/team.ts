// SPDX-License-Identifier: MIT

import type { StageArguments, StageModule, Stages } from './module.js';

/** Where several threads splat, each its simplices: sums of every simplex and corner, in an order in which those of a vertex are together. */
export interface CornerSums {
  /** Of each vertex' sums, and the end. */
  starts: number;
  /** That simplices and corners have. */
  rows: number;
  /** Zeros, but during a splat. */
  sums: number;
}

/** Where numbers find room. */
export interface Room {
  /** Throws where there is no more. */
  reserve(length: number): number;
  release(address: number): void;
}

/** What of a lattice says how large corner sums are, and whose they are. */
export interface Corners {
  featureDim: number;
  pointCount: number;
  simplexCount: number;
  vertexCount: number;
  /** Vertex of each simplex and corner. */
  rows: number;
}

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
  /**
   * Null where threads do without: where there is one, or where channels are many enough for all of them, or memory might be short.
   *
   * @param lanes channels that are worked on together, in rows of more than two
   */
  cornerSums(room: Room, lattice: Corners, channelCount: number, lanes: number): CornerSums | null;
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

  cornerSums(): null {
    return null;
  }

  leave(): void {}
}
