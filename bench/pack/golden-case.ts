// SPDX-License-Identifier: MIT

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { readFloatNpy } from '../../src/cli/files/npy.js';
import { type CrfParameters, type ProblemSize, parametersFromJson, type RefineInput } from '../../src/index.js';
import { goldenTolerance } from '../../test/support/golden.js';

/** A golden case as the archive holds it: the project's fixture, with the image as plain bytes. */
export interface GoldenCase {
  readonly name: string;
  readonly size: ProblemSize;
  readonly parameters: CrfParameters;
  readonly input: RefineInput;
  /** pydensecrf's Q, [label, y, x], and how far from it a faithful lattice may be; iterations ascend. */
  readonly expected: readonly { iterations: number; q: Float32Array; tolerance: number }[];
}

/** RGBA [y, x] of the case's image, where it has one. */
export const imageFile = 'image.rgba';

/** The smallest first. */
export async function readGoldenCases(folder: string): Promise<GoldenCase[]> {
  const cases = await Promise.all((await readdir(folder)).map((name) => readGoldenCase(path.join(folder, name))));
  const pixels = ({ size: { width, height } }: GoldenCase) => width * height;
  return cases.sort((a, b) => pixels(a) - pixels(b) || (a.name < b.name ? -1 : 1));
}

async function readGoldenCase(folder: string): Promise<GoldenCase> {
  const read = async (file: string) => readFloatNpy(path.join(folder, file));
  const described = JSON.parse(await readFile(path.join(folder, 'case.json'), 'utf8'));
  const { width, height, labelCount, kernels, image } = described;
  const counts = [...(described.iterations as number[])].sort((a, b) => a - b);
  const data = image === null ? null : new Uint8ClampedArray(await readFile(path.join(folder, imageFile)));
  return {
    name: described.name,
    size: { width, height, labelCount },
    parameters: await parametersFromJson({ kernels }, read),
    input: { unary: { unary: (await read('unary.npy')).data }, ...(data && { image: { data, width, height } }) },
    expected: await Promise.all(
      counts.map(async (iterations) => ({
        iterations,
        q: (await read(`q_${iterations}.npy`)).data,
        tolerance: iterations === 0 ? 1e-5 : goldenTolerance(iterations),
      })),
    ),
  };
}
