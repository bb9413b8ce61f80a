// SPDX-License-Identifier: MIT

import { ArgumentError, DeviceError } from './errors.js';
import { checkGivenNumber } from './parameter-checks.js';
import { crfSchema } from './schema.js';
import type { ResolvedKernel } from './types.js';

/** Why calls are refused after `destroy`. */
export const isDestroyed = 'this DenseCrf was destroyed';

/**
 * What a backend was given and has computed so far, and the refusals that follow from it. Both backends ask it, so that they refuse the
 * same calls in the same words.
 */
export class CallState {
  hasImage = false;
  hasUnary = false;
  /** Whether there is a Q. */
  hasStarted = false;
  private end: string | undefined;

  /** From now on every call is refused. The first reason stays. */
  close(reason: string): void {
    this.end ??= reason;
  }

  /** Throws DeviceError where the object was destroyed or its device is lost. */
  checkUsable(): void {
    if (this.end !== undefined) throw new DeviceError(this.end);
  }

  /** Throws ArgumentError, named after the method, where there is no Q yet. */
  checkStarted(method: string): void {
    this.checkUsable();
    if (this.hasStarted) return;
    throw new ArgumentError(method, 'no Q yet', 'a Q to work on. Call refine() or start() first');
  }

  /** Throws ArgumentError where a kernel reads an image and there is none. */
  checkImage(kernels: readonly ResolvedKernel[], isGiven = false): void {
    if (this.hasImage || isGiven) return;
    const index = kernels.findIndex(({ type }) => type === 'bilateral');
    if (index < 0) return;
    throw new ArgumentError(
      'image',
      undefined,
      `an image, as kernels[${index}] is bilateral. Give one to refine() or start()`,
    );
  }

  /** What `refine` and `start` ask of their input beyond its own form. Throws ArgumentError. */
  checkInput(
    { image, unary, warmStart }: { image: unknown; unary: unknown; warmStart: boolean },
    kernels: readonly ResolvedKernel[],
  ): void {
    this.checkUsable();
    if (unary === undefined && !this.hasUnary) {
      throw new ArgumentError(
        'unary',
        undefined,
        'logits, probabilities, unary, labels or foreground in the first call',
      );
    }
    this.checkImage(kernels, image !== undefined);
    if (warmStart && !this.hasStarted) throw new ArgumentError('warmStart', true, 'false in the first call');
  }
}

/** The iterations that `step` is asked for: as many as `iterations` allows. Throws ArgumentError. */
export function checkCount(count: unknown): number {
  return checkGivenNumber('count', count, crfSchema.parameters.iterations);
}
