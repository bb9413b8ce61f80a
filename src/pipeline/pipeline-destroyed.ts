// SPDX-License-Identifier: MIT

import { DeviceError } from '../problem/errors.js';

/** The error of calls on a pipeline that is no more. */
export function destroyedError(): DeviceError {
  return new DeviceError('this pipeline was destroyed');
}
