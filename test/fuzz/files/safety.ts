// SPDX-License-Identifier: MIT

import { about, describeError } from '../../../src/cli/failure.js';
import { Finding } from '../suite.js';

/** What a reader may take for a file of a few kilobytes whose header allows a few megapixels. */
const mostSeconds = 10;
const mostMegabytes = 256;

const ownErrors = ['Failure', 'UsageError', 'ArgumentError', 'DeviceError', 'DownloadError'];
/** Words of an engine, a codec or a compiler, where a reader did not say itself what is wrong. */
const foreignWords =
  /\b(Type|Range|Reference|Syntax|Internal)Error\b|Cannot (read|destructure|convert)|is not (a function|iterable)|Invalid (typed )?array length|out of bounds|unreachable|call stack|undefined|\bNaN\b/;

/** Reads a file. Undefined where the reader refuses it, in its own words and with little time and memory. */
export async function readSafely<Value>(
  reader: string,
  file: string,
  read: (file: string) => Promise<Value> | Value,
): Promise<Value | undefined> {
  const [time, memory] = [process.cpuUsage(), process.resourceUsage().maxRSS];
  try {
    return await about(file, () => read(file));
  } catch (error) {
    checkRefusal(reader, error);
    return undefined;
  } finally {
    const { user, system } = process.cpuUsage(time);
    checkCosts(reader, (user + system) / 1e6, (process.resourceUsage().maxRSS - memory) / 1024);
  }
}

/** CPU time, which doesn't grow where the machine is busy. */
function checkCosts(reader: string, seconds: number, megabytes: number): void {
  if (seconds > mostSeconds) throw new Finding(`${reader} takes too long`, `${seconds} s`);
  if (megabytes > mostMegabytes)
    throw new Finding(`${reader} takes too much memory`, `${Math.round(megabytes)} MB more than before`);
}

function checkRefusal(reader: string, error: unknown): void {
  const { name, message } = error instanceof Error ? error : { name: typeof error, message: String(error) };
  if (!ownErrors.includes(name)) throw new Finding(`${reader} throws ${name}`, message);
  if (foreignWords.test(message)) throw new Finding(`${reader} tells an error in an engine's words`, message);
  const { line } = describeError(error);
  if (line.length > 2000) throw new Finding(`${reader} repeats the file in its error`, `${line.length} characters`);
  if (hasControls(line))
    throw new Finding(`${reader} lets control characters through to the terminal`, JSON.stringify(line));
}

function hasControls(line: string): boolean {
  return Array.from(line).some((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 32 || (code >= 127 && code < 160);
  });
}
