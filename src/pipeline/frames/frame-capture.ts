// SPDX-License-Identifier: MIT

import { ImageUpload } from '../../gpu/image-upload.js';
import { foldedGrid, type Grid, type Program } from '../../gpu/program.js';
import type { ScopedDevice } from '../../gpu/scoped-device.js';
import { DeviceError } from '../../problem/errors.js';
import { captureTexture } from '../../stages/pipeline/capture-texture.js';
import { captureVideo } from '../../stages/pipeline/capture-video.js';
import { type CheckedFrame, checkFrame, type FrameSource } from './frame-source.js';
import type { StageContext } from './stage-context.js';

export type { FrameSource };

/**
 * Brings frames of any kind into one rgba8unorm texture of its own: bytes as they are, sRGB-encoded, alpha straight.
 *
 * Videos are imported as external textures where the browser and its shader compiler can, read on the GPU without a copy of their
 * planes; else, like images and canvases, copied by the browser. A steady stream of one size and kind creates nothing but the bind group that each
 * external texture forces.
 *
 *   await capture.prepare(video);
 *   const frame = capture.encode(encoder, video);   // and submit in the same task: an imported picture expires with it
 */
export class FrameCapture {
  private readonly device: ScopedDevice;
  private readonly sampler: GPUSampler;
  private frame: GPUTexture | undefined;
  private frameView: GPUTextureView | undefined;
  private grid: Grid = [1, 1, 1];
  private readonly programs: {
    video?: Program<typeof captureVideo.layout>;
    encoded?: Program<typeof captureTexture.layout>;
    linear?: Program<typeof captureTexture.layout>;
  } = {};
  private readonly upload: ImageUpload;
  private importsVideos: boolean;
  private changeCount = 0;
  /** Bind groups by the user's texture, for the frame texture there is now. */
  private groups = new WeakMap<GPUTexture, GPUBindGroup>();

  /** @param argument the name of sources in errors */
  constructor(
    private readonly context: StageContext,
    private readonly argument = 'frame',
  ) {
    this.device = context.device;
    this.upload = new ImageUpload(context.device);
    this.importsVideos = context.device.importsVideos;
    this.sampler = context.device.createSampler({ label: 'FrameCapture', minFilter: 'linear', magFilter: 'linear' });
  }

  /** The last frame, or the one before while nothing was encoded. Another object once the size has changed. */
  get texture(): GPUTexture {
    if (!this.frame) throw new Error('FrameCapture.texture before encode');
    return this.frame;
  }

  /** How often `texture` has changed: tells whether it still holds the frame that it held. */
  get changes(): number {
    return this.changeCount;
  }

  /** Bytes of GPU memory held. */
  get bytes(): number {
    return this.frame ? 4 * this.frame.width * this.frame.height : 0;
  }

  /**
   * Compiles what sources of this kind need, and makes room for one of this size. Sizes and sources may change from call to call of `encode`, the
   * kind may not without another `prepare`: 'video' (HTMLVideoElement, VideoFrame), texture (encoded or -srgb), and all the rest, which need nothing.
   *
   * Throws ArgumentError for a source without a picture or too large, DeviceError if a shader is refused.
   */
  async prepare(source: FrameSource): Promise<void> {
    const checked = this.check(source);
    const { programs, workgroupSize } = this.context;
    if (checked.kind === 'video' && this.importsVideos) {
      await this.prepareImport();
    } else if (checked.kind === 'texture') {
      const form = textureForm(checked.source);
      this.programs[form] ??= await programs.get(captureTexture, { workgroupSize, linear: form === 'linear' });
    }
    this.ownTexture(checked);
  }

  /**
   * Encodes the capture of a frame, or uploads it at once where nothing is to be computed. Submit in the same task, and before
   * the next call.
   *
   * @returns `texture`
   *
   * Throws ArgumentError for a source without a picture, too large, or that the browser does not read, as one of another origin without CORS;
   * nothing is encoded then.
   */
  encode(encoder: GPUCommandEncoder, source: FrameSource): GPUTexture {
    const checked = this.check(source);
    const frame = this.ownTexture(checked);
    if (checked.kind === 'bytes') {
      const { width, height } = checked;
      this.device.queue.writeTexture(
        { texture: frame },
        checked.source.data as Uint8Array<ArrayBuffer>,
        { bytesPerRow: 4 * width },
        [width, height],
      );
    } else if (checked.kind === 'texture') {
      this.encodeTexture(encoder, checked.source);
    } else if (checked.kind !== 'video' || !this.importsVideos || !this.encodeVideo(encoder, checked.source)) {
      this.upload.copy(this.argument, checked.source, frame);
    }
    this.changeCount++;
    return frame;
  }

  /** Where the shader is refused videos are copied: not every browser that imports them compiles what reads them. */
  private async prepareImport(): Promise<void> {
    const { programs, workgroupSize } = this.context;
    try {
      this.programs.video ??= await programs.get(captureVideo, { workgroupSize });
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.importsVideos = false;
    }
  }

  destroy(): void {
    this.frame?.destroy();
    this.frame = undefined;
    this.frameView = undefined;
  }

  private check(source: FrameSource): CheckedFrame {
    return checkFrame(source, this.device.limits.maxTextureDimension2D, this.argument);
  }

  private ownTexture({ width, height }: CheckedFrame): GPUTexture {
    if (this.frame?.width === width && this.frame.height === height) return this.frame;
    this.frame?.destroy();
    this.groups = new WeakMap();
    this.changeCount++;
    this.frame = this.device.createTexture({
      label: 'FrameCapture.texture',
      size: [width, height],
      format: 'rgba8unorm',
      // COPY_SRC | COPY_DST | TEXTURE_BINDING | STORAGE_BINDING | RENDER_ATTACHMENT, which copyExternalImageToTexture asks for.
      usage: 0x1 | 0x2 | 0x4 | 0x8 | 0x10,
    });
    this.frameView = this.frame.createView();
    this.grid = foldedGrid(Math.ceil((width * height) / this.context.workgroupSize));
    return this.frame;
  }

  /** Whether the picture could be imported. Where not, it may well be copied. */
  private encodeVideo(encoder: GPUCommandEncoder, source: HTMLVideoElement | VideoFrame): boolean {
    const program = prepared(this.programs.video);
    const picture = this.imported(source);
    if (!picture) return false;
    const group = program.bind({ source: picture, linear: this.sampler, frame: this.frameView as GPUTextureView });
    this.encodeGroup(encoder, program, group);
    return true;
  }

  private imported(source: HTMLVideoElement | VideoFrame): GPUExternalTexture | undefined {
    try {
      return this.device.importExternalTexture({ source, colorSpace: 'srgb' });
    } catch {
      return undefined;
    }
  }

  private encodeTexture(encoder: GPUCommandEncoder, source: GPUTexture): void {
    const program = prepared(this.programs[textureForm(source)]);
    let group = this.groups.get(source);
    if (!group) {
      group = program.bind({ source: source.createView(), frame: this.frameView as GPUTextureView });
      this.groups.set(source, group);
    }
    this.encodeGroup(encoder, program, group);
  }

  private encodeGroup(
    encoder: GPUCommandEncoder,
    program: Program<typeof captureVideo.layout> | Program<typeof captureTexture.layout>,
    group: GPUBindGroup,
  ): void {
    const pass = encoder.beginComputePass({ label: 'capture' });
    program.encode(pass, group, this.grid);
    pass.end();
  }
}

function textureForm(texture: GPUTexture): 'encoded' | 'linear' {
  return texture.format.endsWith('-srgb') ? 'linear' : 'encoded';
}

function prepared<Value>(program: Value | undefined): Value {
  if (!program) throw new Error('FrameCapture.encode before prepare');
  return program;
}
