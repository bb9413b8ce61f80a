// SPDX-License-Identifier: MIT

/** Larger than what GPUs keep in caches. */
const bufferBytes = 128 * 2 ** 20;

/** A measurement takes at least so long: what it costs to begin one is little beside it. */
const leastMs = 50;

const measurements = 5;

/** Bytes a second that the GPU reads and writes when it copies one buffer into another; of several measurements the best. */
export async function copyBandwidth(device: GPUDevice): Promise<number> {
  const size = Math.min(bufferBytes, device.limits.maxBufferSize);
  const from = device.createBuffer({ size, usage: GPUBufferUsage.COPY_SRC });
  const to = device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST });
  /** Milliseconds of so many copies. */
  const copy = async (count: number) => {
    const encoder = device.createCommandEncoder();
    for (let done = 0; done < count; done++) encoder.copyBufferToBuffer(from, 0, to, 0, size);
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  };
  try {
    // The first makes the memory, too.
    await copy(1);
    let count = 1;
    while ((await copy(count)) < leastMs) count *= 2;
    let best = Number.POSITIVE_INFINITY;
    for (let done = 0; done < measurements; done++) best = Math.min(best, await copy(count));
    return (2 * size * count) / (best / 1000);
  } finally {
    from.destroy();
    to.destroy();
  }
}
