// SPDX-License-Identifier: MIT

import type { ScopedQueue } from '../../gpu/scoped-device.js';

/** A small buffer whose words go to the GPU only when they change. */
export class Words {
  readonly u32: Uint32Array<ArrayBuffer>;
  readonly f32: Float32Array<ArrayBuffer>;
  private readonly written: Uint32Array<ArrayBuffer>;
  private isWritten = false;

  constructor(
    private readonly device: { readonly queue: Pick<ScopedQueue, 'writeBuffer'> },
    readonly buffer: GPUBuffer,
    count: number,
  ) {
    this.u32 = new Uint32Array(count);
    this.f32 = new Float32Array(this.u32.buffer);
    this.written = new Uint32Array(count);
  }

  /** Sends `u32` and `f32`, two views on the same words, if any is not what was sent last. */
  flush(): void {
    if (this.isWritten && this.u32.every((word, i) => word === this.written[i])) return;
    this.device.queue.writeBuffer(this.buffer, 0, this.u32);
    this.written.set(this.u32);
    this.isWritten = true;
  }
}
