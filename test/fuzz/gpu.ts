// SPDX-License-Identifier: MIT

/** Devices on the adapter of this process, and what they complain about. */
export class FuzzGpu {
  private shared: Promise<WatchedDevice> | undefined;

  /** One device for all cases: what was compiled for one case serves the next. */
  device(): Promise<WatchedDevice> {
    this.shared ??= this.another();
    return this.shared;
  }

  /** The shared device goes; others went with their cases. */
  async close(): Promise<void> {
    (await this.shared)?.device.destroy();
    this.shared = undefined;
  }

  /** A device for a case that loses it or needs a second one. */
  async another(): Promise<WatchedDevice> {
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) throw new Error('No WebGPU adapter.');
    const requiredLimits: Record<string, number> = {};
    // The limits are getters of the prototype, where Object.entries doesn't look.
    for (const name in adapter.limits) {
      const value = adapter.limits[name as keyof GPUSupportedLimits];
      if (typeof value === 'number') requiredLimits[name] = value;
    }
    return new WatchedDevice(await adapter.requestDevice({ label: 'fuzz', requiredLimits }));
  }
}

const filters: readonly GPUErrorFilter[] = ['validation', 'out-of-memory', 'internal'];

/** A device whose errors are told to whoever asks. */
export class WatchedDevice {
  private errors: string[] = [];

  constructor(readonly device: GPUDevice) {
    device.addEventListener('uncapturederror', (event) => this.errors.push(event.error.message));
  }

  /** What the device complained about while `work` ran, outside of scopes that `work` pushed. */
  async errorsOf(work: () => Promise<void>): Promise<string[]> {
    const { device } = this;
    this.errors = [];
    for (const filter of filters) device.pushErrorScope(filter);
    try {
      await work();
    } finally {
      for (const _ of filters) {
        const error = await device.popErrorScope().catch(() => null);
        if (error) this.errors.push(error.message);
      }
    }
    return this.errors;
  }
}
