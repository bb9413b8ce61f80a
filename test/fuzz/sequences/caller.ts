// SPDX-License-Identifier: MIT

import { DenseCrf } from '../../../src/dense-crf.js';
import type { RefineInput, Refiner } from '../../../src/problem/api.js';
import { resolveUnary } from '../../../src/problem/given-unary.js';
import type { CrfParameters, ProblemSize, UnaryInput } from '../../../src/problem/types.js';
import { unaryEnergies } from '../../../src/reference/unary.js';
import { randomNumbers } from '../../support/random.js';
import { type GivenImage, imageBytes, imageInput } from '../given/images.js';
import { type GivenParameters, parametersOf } from '../given/parameters.js';
import { type GivenUnary, unaryInput, unarySource } from '../given/unaries.js';
import type { FuzzBackend } from '../suite.js';
import { heard, type Outcome, ofEnergy, said } from './outcomes.js';
import { badCounts, badInputs, type Step } from './steps.js';

/** Makes the arguments of calls and remembers their arrays, to overwrite them afterwards as callers do. */
export class Caller {
  private inputs: { fill(value: number): unknown }[] = [];
  private features: Float32Array[] = [];

  constructor(
    readonly size: ProblemSize,
    /** Adds about as much to each energy as rounding may; 0 for none. */
    private readonly shake = 0,
  ) {}

  parameters(given: GivenParameters): CrfParameters {
    const parameters = parametersOf(given, this.size);
    for (const kernel of parameters.kernels) if (kernel.type === 'features') this.features.push(kernel.features);
    return parameters;
  }

  input(image: GivenImage | null, unary: GivenUnary | null, warmStart: boolean): RefineInput {
    return {
      ...(image ? { image: this.image(image) } : undefined),
      ...(unary ? { unary: this.unary(unary) } : undefined),
      ...(warmStart ? { warmStart } : undefined),
    };
  }

  overwrite(what: 'nothing' | 'inputs' | 'features'): void {
    if (what === 'nothing') return;
    for (const values of this.inputs) values.fill(1);
    if (what === 'features') for (const values of this.features) values.fill(0.25);
  }

  private image(given: GivenImage) {
    const bytes = imageBytes(given, this.size);
    const input = imageInput(given, bytes, this.size, undefined, []) as { data: Uint8Array };
    this.inputs.push(input.data);
    return input as RefineInput['image'] & object;
  }

  private unary(given: GivenUnary) {
    const input = unaryInput(given, this.size);
    const source = unarySource(given, this.shake > 0 ? this.shaken(input) : input, undefined, []);
    const [values] = Object.values(source).filter((value) => ArrayBuffer.isView(value));
    this.inputs.push(values as unknown as Float32Array);
    return source;
  }

  private shaken(input: UnaryInput): UnaryInput {
    const random = randomNumbers(this.shake);
    const energies = unaryEnergies(resolveUnary(input, this.size), this.size);
    // Weights are at most 4 together.
    const unary = energies.map((energy) => energy + (Math.abs(energy) + 4) * 2 ** -21 * (2 * random() - 1));
    return { unary };
  }
}

/** A unary that was shaken is energies, whatever its form was. */
export async function createEngine(
  caller: Caller,
  parameters: CrfParameters,
  backend: FuzzBackend,
  device: GPUDevice | undefined,
): Promise<Refiner> {
  const { size } = caller;
  return DenseCrf.create({
    ...size,
    parameters,
    backend,
    ...(backend === 'webgpu' && device ? { device } : undefined),
  });
}

/** Makes the call of a step. Steps that are the same on any engine, or need none, are not calls. */
export async function callOf(crf: Refiner, step: Step, caller: Caller): Promise<Outcome> {
  switch (step.call) {
    case 'refine': {
      const { iterations, change, vertexCounts } = await crf.refine(
        caller.input(step.image, step.unary, step.warmStart),
      );
      return heard({ change: [change] }, { iterations, vertexCounts });
    }
    case 'start':
      await crf.start(caller.input(step.image, step.unary, step.warmStart));
      return said();
    case 'step': {
      const { iterations, change, vertexCounts } = await crf.step(...(step.count === undefined ? [] : [step.count]));
      return heard({ change: [change] }, { iterations, vertexCounts });
    }
    case 'setParameters':
      crf.setParameters(caller.parameters(step.parameters));
      return said();
    case 'bad step':
      return said({ ...(await crf.step(badCounts[step.index % badCounts.length] as number)) });
    case 'bad refine':
      return said({ ...(await crf.refine(badInputs[step.index % badInputs.length] as unknown as RefineInput)) });
    case 'bad start':
      await crf.start(badInputs[step.index % badInputs.length] as unknown as RefineInput);
      return said();
    case 'energy':
      return ofEnergy(await crf.energy());
    case 'invalidPixelCount':
      return said({ count: await crf.invalidPixelCount() });
    case 'gpuResults':
      return readResults(crf);
    case 'own fault':
    case 'neighbour':
      return said();
    default:
      return heard({ [step.call]: await crf[step.call]() });
  }
}

/** The buffers' contents, at once after the call: the next one may overwrite them. */
async function readResults(crf: Refiner): Promise<Outcome> {
  const results = await crf.gpuResults();
  if (!('device' in crf)) return said();
  const device = crf.device as GPUDevice;
  const arrays: Record<string, ArrayLike<number>> = {};
  const copies = Object.entries(results).map(([name, buffer]: [string, GPUBuffer]) => {
    const copy = device.createBuffer({ size: buffer.size, usage: 0x1 | 0x8 });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, copy, 0, buffer.size);
    device.queue.submit([encoder.finish()]);
    return { name, copy };
  });
  for (const { name, copy } of copies) {
    await copy.mapAsync(1);
    const bytes = copy.getMappedRange().slice(0);
    arrays[name] = name === 'labelMap' ? new Uint32Array(bytes) : new Float32Array(bytes);
    copy.destroy();
  }
  return heard(arrays);
}
