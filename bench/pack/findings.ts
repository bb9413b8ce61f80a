// SPDX-License-Identifier: MIT

/** What a part of the run may take, what it found wrong, and what it had no time for. */
export class Findings {
  readonly failures: string[] = [];
  /** Left out because the time was over: nothing is known of them. */
  readonly leftOut: string[] = [];

  constructor(
    private readonly deadline: number,
    private readonly print: (text: string) => void,
  ) {}

  get isOver(): boolean {
    return performance.now() >= this.deadline;
  }

  get millisecondsLeft(): number {
    return Math.max(0, this.deadline - performance.now());
  }

  say(text: string): void {
    this.print(`${text}\n`);
  }

  fail(text: string): void {
    this.failures.push(text);
    this.say(`FAILED  ${text}`);
  }

  leaveOut(text: string): void {
    this.leftOut.push(text);
  }
}
