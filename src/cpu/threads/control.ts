// SPDX-License-Identifier: MIT

/** 32-bit words that all threads of a pool see. */
export const word = {
  /** Number of the last message to all helpers: who waits for work leaves off, and looks at it. */
  posted: 0,
  /** Rises whenever there may be something to do. Helpers wait for it. */
  round: 1,
  /** 1 while parts may be taken. */
  open: 2,
  /** Helpers that may be looking at the job. */
  inside: 3,
  /** Whose memory the job is in. */
  member: 4,
  /** Helpers with a lower number take part. */
  helpers: 5,
  /** Place of the job's stage in `stageNames`. */
  stage: 6,
  /** How many of `numbers` the stage takes before its range. */
  givenCount: 7,
  /** Elements of the job, and of one part. */
  length: 8,
  part: 9,
  /** 1 when a part threw. */
  failed: 10,
  /**
   * The part that is next in each thread's block, the calling thread's first. A thread takes those of its own block first, and so comes
   * to the same rows stage after stage, which its cache has; then what is left in the others'.
   */
  blocks: 16,
} as const;

/** What a stage takes at most; behind it in `numbers` each helper leaves the largest number that its parts gave. */
export const mostGiven = 16;

/** Helpers that `numbers` has room for: as many as the option `threads` allows. */
export const helperRoom = 256;

/** Room for the words: a block for each helper, and one for the calling thread. */
export const wordCount = word.blocks + helperRoom + 1;

/** Looks at a word before a thread goes to sleep: stages follow each other within microseconds, and waking takes tens of them. */
export const looks = 2000;
