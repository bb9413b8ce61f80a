// SPDX-License-Identifier: MIT

/** Where stages are encoded: one compute pass for all, or with a profiler one timed pass a stage. */
export interface StageEncoder {
  readonly encoder: GPUCommandEncoder;
  /** Encodes a stage's dispatches. */
  stage(name: string, encode: (pass: GPUComputePassEncoder) => void): void;
  /** Work that may not stand in a pass: clearing, copying. */
  command(encode: (encoder: GPUCommandEncoder) => void): void;
  end(): void;
}

/** All stages in as few compute passes as there can be. */
export class PlainEncoder implements StageEncoder {
  private pass: GPUComputePassEncoder | undefined;

  constructor(readonly encoder: GPUCommandEncoder) {}

  stage(_name: string, encode: (pass: GPUComputePassEncoder) => void): void {
    this.pass ??= this.encoder.beginComputePass();
    encode(this.pass);
  }

  command(encode: (encoder: GPUCommandEncoder) => void): void {
    this.end();
    encode(this.encoder);
  }

  end(): void {
    this.pass?.end();
    this.pass = undefined;
  }
}
