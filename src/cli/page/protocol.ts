// SPDX-License-Identifier: MIT

/** What the command line calls in its page, as `meanfieldPage`. */
export interface PageInterface {
  /** @param json a packed input, whose arrays the server holds. */
  run(job: string, json: string): Promise<JobAnswer>;
}

export interface JobAnswer {
  /** A packed result, whose arrays the server has received. */
  result?: string;
  error?: ThrownError;
}

/** An error on its way out of a page or a thread. */
export interface ThrownError {
  name: string;
  message: string;
  /** Of an ArgumentError. */
  argument?: string;
}

export function describeThrown(error: unknown): ThrownError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message } = error;
  const argument = 'argument' in error ? String(error.argument) : undefined;
  return { name, message, ...(argument === undefined ? undefined : { argument }) };
}

/** The same error on this side, known by its name. */
export function thrownAgain(error: ThrownError): Error {
  return Object.assign(new Error(error.message), error);
}
