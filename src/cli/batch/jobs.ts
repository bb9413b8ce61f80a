// SPDX-License-Identifier: MIT

import { availableParallelism, freemem } from 'node:os';
import { Option } from 'commander';
import { wholeNumber } from '../option-values.js';

/** That one command line may ask for. */
const MOST_JOBS = 64;

/** Of the memory that is free, what images may take together. */
const MEMORY_SHARE = 0.5;

/** Pixels times labels that are worth a thread's start: small batches stay in one thread. About one image of 512x512 with 16 labels. */
const LEAST_WORK = 2 ** 22;

/** What the images of a batch ask for. */
export interface JobDemand {
  images: number;
  /** Of the largest image that was seen. */
  pixels: number;
  labelCount: number;
  /** Memory that work on an image of this size holds. */
  bytes: number;
}

/** What the machine has. */
export interface JobSupply {
  cores: number;
  /** Bytes. */
  freeMemory: number;
}

/** @param what is worked on, as `images` */
export function jobsOption(what: string): Option {
  return new Option(
    '--jobs <count>',
    `${what} worked on at once, 1..${MOST_JOBS} (default: as many as cores, free memory and the amount of work allow)`,
  ).argParser(wholeNumber('--jobs', 1, MOST_JOBS));
}

/** How many images to work on at once: what was asked for, or what pays; never more than there are images. */
export function chooseJobs(
  asked: number | undefined,
  { images, pixels, labelCount, bytes }: JobDemand,
  { cores, freeMemory }: JobSupply = machine(),
): number {
  const paying = Math.floor((images * pixels * labelCount) / LEAST_WORK);
  const fitting = Math.floor((MEMORY_SHARE * freeMemory) / bytes);
  const jobs = asked ?? Math.min(cores, fitting, paying, MOST_JOBS);
  return Math.max(1, Math.min(jobs, images));
}

/** Threads of each image's CRF on the CPU: what was asked for; one where several images are worked on at once; else undefined, the engine's choice. */
export function threadsBeside(jobs: number, asked: number | undefined): number | undefined {
  return asked ?? (jobs > 1 ? 1 : undefined);
}

function machine(): JobSupply {
  // Node 20.13 and later know the limits of a container.
  const freeMemory = process.availableMemory?.() ?? freemem();
  return { cores: availableParallelism(), freeMemory };
}
