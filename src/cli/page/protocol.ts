// SPDX-License-Identifier: MIT

/** What the command line calls in its page, as `meanfieldPage`. */
export interface PageInterface {
  /** @param json a packed input, whose arrays the server holds. */
  run(job: string, json: string): Promise<JobAnswer>;
}

export interface JobAnswer {
  /** A packed result, whose arrays the server has received. */
  result?: string;
  error?: { name: string; message: string /** Of an ArgumentError. */; argument?: string };
}
