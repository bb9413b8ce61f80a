// SPDX-License-Identifier: MIT

import { checkNumber } from '../../problem/checks.js';
import { readOptions } from '../../problem/reading.js';

/** How much of the frames before goes into a frame. */
export interface TemporalParameters {
  /** Weight of the frames before where nothing changed: 0 (none) to 1, 1 excluded. Default 0.8: a mean over about 5 frames. */
  strength?: number;
  /** By how much a colour may change until the past counts less, on 0..255, 1e-6..1e6. Noise is allowed for besides. Default 10. */
  colourSigma?: number;
  /** By how much another label's probability must be above the shown one's where nothing changed, 0..1. Default 0.2. */
  hysteresis?: number;
}

/** What `TemporalParameters` leaves out. */
export const defaultTemporalParameters: Required<TemporalParameters> = {
  strength: 0.8,
  colourSigma: 10,
  hysteresis: 0.2,
};

/** Throws ArgumentError for what can't be; fills in what is left out. */
export function resolveTemporalParameters(parameters: unknown): Required<TemporalParameters> {
  const usual = defaultTemporalParameters;
  const {
    strength = usual.strength,
    colourSigma = usual.colourSigma,
    hysteresis = usual.hysteresis,
  } = readOptions('parameters', parameters, ['strength', 'colourSigma', 'hysteresis']);
  return {
    strength: checkNumber('parameters.strength', strength, { from: 0, below: 1, float32: true }),
    // Its square is inverted in float32.
    colourSigma: checkNumber('parameters.colourSigma', colourSigma, { from: 1e-6, to: 1e6 }),
    hysteresis: checkNumber('parameters.hysteresis', hysteresis, { from: 0, to: 1 }),
  };
}
