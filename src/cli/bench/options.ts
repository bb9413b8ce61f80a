// SPDX-License-Identifier: MIT

import type { ProblemSize } from '../../index.js';
import { oneOf, wrong } from '../option-values.js';

/** One problem to measure. */
export interface BenchCase extends ProblemSize {
  /** As the user writes it: 512x512x21, or 512x512x21:noise. */
  name: string;
  picture: 'photo' | 'noise';
}

/** Programs beside which `bench` puts the engine. */
export const peerNames = ['guided', 'pydensecrf'] as const;

export type PeerName = (typeof peerNames)[number];

/** As commander gives them. */
export interface BenchOptions {
  sizes: readonly BenchCase[];
  repeat: number;
  /** Of the CPU backend: every case is measured with each. */
  threads?: readonly number[];
  backend: 'webgpu' | 'cpu' | 'both';
  json?: boolean;
  out?: string;
  /** Where the table of shapes goes that were fastest. */
  tune?: string;
  /** A report of an earlier run. */
  against?: string;
  peers?: readonly PeerName[];
  /** The Python that has pydensecrf. */
  python: string;
}

/** Sizes at which other implementations were measured, a video frame, and the worst picture for a lattice. */
export const usualCases = '320x240x21,512x512x21,512x512x2,640x480x2,1280x720x2,512x512x21:noise';

/** Of `--threads`, for commander. Throws a UsageError that names what is wrong. */
export function parseThreads(text: string): number[] {
  const counts = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (counts.every((count) => count >= 1 && count <= 256)) return [...new Set(counts)];
  throw wrong('--threads', text, 'whole numbers in 1..256, with commas between them');
}

/** Of `--peers`, for commander. Throws a UsageError that names what is wrong. */
export function parsePeers(text: string): PeerName[] {
  return [...new Set(text.split(',').map((part) => oneOf('--peers', peerNames)(part.trim())))];
}

/** Of `--sizes`, for commander. Throws a UsageError that names what is wrong. */
export function parseCases(text: string): BenchCase[] {
  return text.split(',').map((part) => {
    const name = part.trim();
    const match = /^(\d+)x(\d+)x(\d+)(?::(photo|noise))?$/.exec(name);
    const [width, height, labelCount] = (match ?? []).slice(1, 4).map(Number);
    if (match && width > 0 && height > 0 && labelCount > 0) {
      return { name, width, height, labelCount, picture: match[4] === 'noise' ? 'noise' : 'photo' };
    }
    throw wrong('--sizes', name, 'WIDTHxHEIGHTxLABELS, with :noise behind it for a picture of noise');
  });
}
