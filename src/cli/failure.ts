// SPDX-License-Identifier: MIT

import { stripVTControlCharacters } from 'node:util';

/** The command line itself is wrong: an unknown option, a value out of range, options that exclude each other. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command line is right, but the work can't be done: a file is missing or damaged, sizes disagree, no adapter. */
export class Failure extends Error {
  override readonly name = 'Failure';
}

export const exitCodes = { done: 0, failed: 1, usage: 2 } as const;

/** What the shell is told, and the one line that people and log files read. */
export function describeError(error: unknown): { exitCode: number; line: string } {
  const exitCode = error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
  return { exitCode, line: oneLine(messageWithKind(error)) };
}

/**
 * These carry their own words; anything else is a mistake in this program, and its kind helps to find it.
 * By name: the library, which has three of the classes, is not loaded just to report a misspelt option.
 */
const namesInPlainWords = ['UsageError', 'Failure', 'ArgumentError', 'DeviceError', 'DownloadError', 'Error'];

function messageWithKind(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return namesInPlainWords.includes(error.name) ? error.message : `${error.name}: ${error.message}`;
}

/** Runs `work`; what goes wrong in it is said of `subject`, a file for example. */
export async function about<Result>(subject: string, work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new Failure(`${subject}: ${reasonOf(error)}`);
  }
}

/** Node's errors name the call and the path again; their codes say the same in few words. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return systemReasons[code] ?? messageWithKind(error);
}

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'is a folder, expected a file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
};

/** What was thrown, in its own words. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The library names its own arguments; the user wants to hear which file or option they came from. Known by
 * its class's name: the library need not be loaded for that.
 *
 * @returns undefined for other errors
 */
export function argumentOf(error: unknown): { argument: string; finding: string } | undefined {
  if (!(error instanceof Error) || error.name !== 'ArgumentError') return undefined;
  const argument = 'argument' in error ? String(error.argument) : '';
  return { argument, finding: error.message.slice(argument.length + 2) };
}

function oneLine(text: string): string {
  // Vite colours what it says.
  return stripVTControlCharacters(text)
    .trim()
    .replace(/\s*[\r\n]+\s*/g, ' ');
}
