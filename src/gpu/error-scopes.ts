// SPDX-License-Identifier: MIT

/**
 * What the device says of validation and memory while `work` creates and submits; undefined where it says nothing.
 * A device's error scopes are one stack: what others do on it meanwhile is heard, too.
 */
export async function gpuErrorOf<Result>(
  device: GPUDevice,
  work: () => Promise<Result>,
): Promise<{ outcome: PromiseSettledResult<Result>; error: GPUError | undefined }> {
  const filters: GPUErrorFilter[] = ['out-of-memory', 'validation'];
  for (const filter of filters) device.pushErrorScope(filter);
  const [outcome] = await Promise.allSettled([work()]);
  const errors = await Promise.all(filters.map(() => device.popErrorScope().catch(() => null)));
  return { outcome, error: errors.find((one) => one !== null) ?? undefined };
}
