// SPDX-License-Identifier: MIT

/**
 * Counts the bytes that the processor reads from the GPU, whoever reads them: every byte passes through a buffer that
 * is mapped for reading. So what the page says of readback is counted, not claimed.
 */
export class ReadbackMeter {
  private total = 0;

  constructor() {
    const meter = this;
    const { prototype } = globalThis.GPUBuffer ?? {};
    if (!prototype) return;
    const { mapAsync } = prototype;
    prototype.mapAsync = function (mode, offset, size) {
      if (mode & GPUMapMode.READ) meter.total += size ?? this.size - (offset ?? 0);
      return mapAsync.call(this, mode, offset, size);
    };
  }

  /** Bytes since the call before. */
  take(): number {
    const { total } = this;
    this.total = 0;
    return total;
  }
}
