// SPDX-License-Identifier: MIT

import { escapeControls } from './plain-text.js';

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
  const reason = systemReason(error);
  if (reason !== undefined) return 'path' in error ? `${error.path}: ${reason}` : reason;
  return namesInPlainWords.includes(error.name) ? messageOf(error) : `${error.name}: ${error.message}`;
}

/** Runs `work`; what goes wrong in it is said of `subject`, a file for example. */
export async function about<Result>(subject: string, work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new Failure(`${escapeControls(subject)}: ${systemReason(error) ?? messageWithKind(error)}`);
  }
}

/** Whether the operating system refused something, for this reason. */
export function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Node's errors name the call and the path again; their codes say the same in few words. undefined for all other errors. */
function systemReason(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return systemReasons[code];
}

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'is a folder, expected a file',
  EEXIST: 'is there already',
  ENOTEMPTY: 'the folder is not empty',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is too large for the file system',
  EMFILE: 'too many open files in this process',
  ENFILE: 'too many open files on this computer',
  EBUSY: 'in use by another program',
  ETXTBSY: 'in use by another program',
  EIO: 'the device could not be read or written',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
};

/** What was thrown, in its own words. What a file lacks is missing: only a program gets undefined. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isMissing = error.name === 'ArgumentError' && 'value' in error && error.value === undefined;
  return isMissing ? error.message.replace(': got undefined, ', ': missing, ') : error.message;
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
  return { argument, finding: messageOf(error).slice(argument.length + 2) };
}

/** Any text as one line that only shows itself. */
export function oneLine(text: string): string {
  return escapeControls(text.trim().replace(/\s*[\r\n]+\s*/g, ' '));
}
