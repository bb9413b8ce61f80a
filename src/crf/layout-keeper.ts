// SPDX-License-Identifier: MIT

import { gpuErrorOf } from '../gpu/error-scopes.js';
import { DeviceError } from '../problem/errors.js';
import { ImageSource } from './image-source.js';
import type { EngineContext } from './kernel-filter.js';
import { MeanField } from './mean-field.js';
import type { OwnParameters } from './own-parameters.js';
import { PixelRows } from './pixel-rows.js';
import { type Filled, repackRows } from './repack.js';
import { planRows, type RowLimits, samePlan } from './row-plan.js';
import { UnarySourceStage } from './unary-source.js';
import { type VertexCapacity, VertexRoom } from './vertex-room.js';

/** What there is on the GPU for the parameters in force. */
export interface Layout {
  image: ImageSource;
  rows: PixelRows;
  unarySource: UnarySourceStage;
  meanField: MeanField;
}

/**
 * Keeps what is on the GPU in step with the parameters. Where these, or the room that lattices need, ask for other rows, energies and Q
 * move there. Where that fails, rows stay as they were, and the filters are made again by the next call.
 */
export class LayoutKeeper {
  readonly room: VertexRoom;
  private image: ImageSource | undefined;
  private rows: PixelRows | undefined;
  private unarySource: UnarySourceStage | undefined;
  private meanField: MeanField | undefined;
  /** What `meanField` is for. */
  private fitted: OwnParameters | undefined;

  constructor(
    private readonly context: EngineContext,
    private readonly limits: RowLimits,
    capacity: VertexCapacity,
  ) {
    this.room = new VertexRoom(context.size.width * context.size.height, capacity);
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    const parts = [this.image, this.rows, this.unarySource, this.meanField];
    return parts.reduce((sum, part) => sum + (part?.bytes ?? 0), 0);
  }

  /** Undefined before the first `fit`, and after one that failed. */
  get current(): Layout | undefined {
    const { image, rows, unarySource, meanField } = this;
    return image && rows && unarySource && meanField ? { image, rows, unarySource, meanField } : undefined;
  }

  /** Where Q is; undefined before the first `fit`. */
  get pixelRows(): PixelRows | undefined {
    return this.rows;
  }

  /** u32: see UnarySourceStage. */
  get invalidPixelCount(): GPUBuffer | undefined {
    return this.unarySource?.invalidPixelCount;
  }

  /** Buffers, programs and bind groups for these parameters; nothing is created where nothing changed. Throws DeviceError. */
  async fit(parameters: OwnParameters, filled: Filled): Promise<Layout> {
    if (parameters !== this.fitted || !this.current) await this.refit(parameters, filled);
    const { current } = this;
    if (!current) throw new Error('LayoutKeeper.fit left nothing');
    return current;
  }

  /** The same after `room` has grown. */
  async refit(parameters: OwnParameters, filled: Filled): Promise<void> {
    const { kernels } = parameters;
    this.room.keep(kernels);
    const { size, tuning } = this.context;
    const plan = planRows(size, kernels, this.limits, tuning, this.room.rowsFor(kernels));
    const before = this.rows;
    let after = before && samePlan(before.plan, plan) ? before : undefined;
    const hadImage = this.image !== undefined;
    this.fitted = undefined;
    try {
      await this.reportingGpuErrors(async () => {
        this.image ??= new ImageSource({ ...this.context });
        if (!after) {
          // Lattices go first, so that those to come have their memory.
          this.forgetFilters();
          after = new PixelRows({ ...this.context, rows: plan });
          if (before) await repackRows(before, after, filled);
        }
        await this.makeFilters(parameters, after, this.image.pixels);
      });
    } catch (error) {
      this.forgetFilters();
      if (after !== before) after?.destroy();
      if (!hadImage) this.forgetImage();
      throw error;
    }
    if (after && after !== before) this.replaceRows(after);
    this.fitted = parameters;
  }

  /** Nothing may be called any more. */
  destroy(): void {
    this.forgetFilters();
    this.forgetImage();
    this.unarySource?.destroy();
    this.rows?.destroy();
    this.unarySource = undefined;
    this.rows = undefined;
  }

  private async makeFilters(parameters: OwnParameters, rows: PixelRows, image: GPUBuffer): Promise<void> {
    if (this.meanField) this.meanField.setParameters(parameters);
    else this.meanField = new MeanField(rows, image, parameters, this.room);
    this.meanField.fitRoom();
    await this.meanField.prepare();
  }

  private replaceRows(rows: PixelRows): void {
    const { unarySource } = this;
    const next = new UnarySourceStage(rows.context, rows.unary, rows.lastUnary);
    if (unarySource) {
      const { device } = this.context;
      const encoder = device.createCommandEncoder({ label: 'LayoutKeeper' });
      encoder.copyBufferToBuffer(unarySource.invalidPixelCount, 0, next.invalidPixelCount, 0, 4);
      device.queue.submit([encoder.finish()]);
      unarySource.destroy();
    }
    this.unarySource = next;
    this.rows?.destroy();
    this.rows = rows;
  }

  private forgetFilters(): void {
    this.meanField?.destroy();
    this.meanField = undefined;
    this.fitted = undefined;
  }

  private forgetImage(): void {
    this.image?.destroy();
    this.image = undefined;
  }

  /** What the device says of memory and validation is the cause of whatever else was thrown. */
  private async reportingGpuErrors(work: () => Promise<void>): Promise<void> {
    const { outcome, error } = await gpuErrorOf(this.context.device, work);
    if (error) throw new DeviceError(`the GPU refused what this size and these parameters need: ${error.message}`);
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}
