// SPDX-License-Identifier: MIT

// Runs in a page: frames of every kind, made from one picture, and what a capture makes of them.

import { ProgramCache } from '../../src/gpu/program.js';
import { FrameReader } from '../../src/pipeline/cpu/frame-reader.js';
import { FrameCapture, type FrameSource } from '../../src/pipeline/frames/frame-capture.js';
import { type BrowserGaps, withGaps } from './browser-gaps.js';
import { createTestDevice, type DeviceCounts, type TestDevice } from './device.js';

/** RGBA bytes as plain numbers: what a page can hand to a test. */
export interface Pixels {
  data: number[];
  width: number;
  height: number;
}

export interface CaptureOptions extends BrowserGaps {
  /** Captures before the one that is looked at, and what they created, all together. */
  repeat?: number;
}

export interface Captured extends Pixels {
  /** What the captures after the first created. */
  created: Partial<DeviceCounts>;
}

/** Each kind of source, made of one picture. */
export const sources = {
  bytes: (picture: Pixels) => ({ ...picture, data: Uint8Array.from(picture.data) }),
  imageData: imageDataOf,
  /** Not in sRGB: the browser converts it. */
  wideImageData: ({ data, width, height }: Pixels) =>
    new ImageData(Uint8ClampedArray.from(data), width, height, { colorSpace: 'display-p3' }),
  bitmap: (picture: Pixels) => createImageBitmap(imageDataOf(picture), { premultiplyAlpha: 'none' }),
  image: async (picture: Pixels) => {
    const image = new Image();
    image.src = (await canvasOf(picture)).toDataURL();
    await image.decode();
    return image;
  },
  canvas: canvasOf,
  offscreenCanvas: (picture: Pixels) => {
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    canvas.getContext('2d')?.putImageData(imageDataOf(picture), 0, 0);
    return canvas;
  },
  /** RGBA, as a canvas gives it. */
  videoFrame: (picture: Pixels) => {
    const { data, width, height } = picture;
    return new VideoFrame(Uint8Array.from(data), {
      format: 'RGBA',
      codedWidth: width,
      codedHeight: height,
      timestamp: 0,
    });
  },
  video: async (picture: Pixels) => {
    const canvas = await canvasOf(picture);
    const video = document.createElement('video');
    video.muted = true;
    video.srcObject = canvas.captureStream(30);
    // A stream of a canvas has a picture when the canvas is drawn to.
    const drawing = setInterval(() => canvas.getContext('2d')?.putImageData(imageDataOf(picture), 0, 0), 30);
    await video.play();
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    clearInterval(drawing);
    return video;
  },
} satisfies Record<string, (picture: Pixels) => FrameSource | Promise<FrameSource>>;

export type SourceKind = keyof typeof sources;

/** Captures a source of this kind and reads it back; a GPU error or leak throws. */
export async function captured(kind: SourceKind, picture: Pixels, options: CaptureOptions = {}): Promise<Captured> {
  const source = await sources[kind](picture);
  const result = await onTestDevice(options, ({ test, capture }) =>
    capturedFrom(test, capture, source, options.repeat ?? 0),
  );
  if ('close' in source) source.close();
  return result;
}

/** Captures sources of several sizes one after the other with one capture. */
export async function capturedInTurn(kind: SourceKind, pictures: readonly Pixels[]): Promise<Pixels[]> {
  return onTestDevice({}, async ({ test, capture }) => {
    const results: Pixels[] = [];
    for (const picture of pictures) {
      const source = await sources[kind](picture);
      results.push(await capturedFrom(test, capture, source, 0));
      if ('close' in source) source.close();
    }
    return results;
  });
}

/** Captures a texture of this format that holds the picture's bytes, in the format's own channel order. */
export async function capturedTexture(format: GPUTextureFormat, picture: Pixels): Promise<Pixels> {
  return onTestDevice({}, async ({ test, capture }) => {
    const { data, width, height } = picture;
    const texture = test.device.createTexture({
      size: [width, height],
      format,
      usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST,
    });
    test.device.queue.writeTexture({ texture }, Uint8Array.from(data), { bytesPerRow: 4 * width }, [width, height]);
    const result = await capturedFrom(test, capture, texture, 1);
    texture.destroy();
    return result;
  });
}

/** A VideoFrame as a camera's, but for what is said here. */
export interface CameraFrame {
  visibleRect?: DOMRectInit;
  displayWidth?: number;
  displayHeight?: number;
  /** Degrees. */
  rotation?: number;
}

/** What the CPU reads of such a frame of soft colours, drawn on a canvas and as one of many, and whether the latter asked the browser for bytes. */
export async function readOnCpu(init: CameraFrame): Promise<{ drawn: Pixels; read: Pixels; asked: boolean }> {
  const [width, height] = [32, 24];
  const plane = (w: number, h: number, from: number, right: number, down: number) =>
    Array.from({ length: w * h }, (_, i) => from + right * ((i % w) / w) + down * (Math.floor(i / w) / h));
  const planes = [plane(32, 24, 60, 120, 40), plane(16, 12, 90, 60, 0), plane(16, 12, 150, 0, -60)].flat();
  const colorSpace = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false } as const;
  const frame = new VideoFrame(Uint8Array.from(planes), {
    ...{ format: 'I420', codedWidth: width, codedHeight: height, timestamp: 0, colorSpace },
    ...(init as Partial<VideoFrameBufferInit>),
  });
  let asked = false;
  const copyTo = frame.copyTo.bind(frame);
  frame.copyTo = (...given) => {
    asked = true;
    return copyTo(...given);
  };
  const reader = new FrameReader();
  const [drawn, read] = [reader.read(frame), await reader.readFrame(frame)].map((image) => ({
    ...image,
    data: [...image.data],
  }));
  frame.close();
  return { drawn, read, asked };
}

/** Planes of one colour each, 4:2:0, as cameras give them. */
export async function capturedI420(width: number, height: number, yuv: readonly number[]): Promise<Pixels> {
  const halves = Math.ceil(width / 2) * Math.ceil(height / 2);
  const planes = Uint8Array.of(
    ...Array(width * height).fill(yuv[0]),
    ...Array(halves).fill(yuv[1]),
    ...Array(halves).fill(yuv[2]),
  );
  const colorSpace = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false } as const;
  const frame = new VideoFrame(planes, {
    format: 'I420',
    codedWidth: width,
    codedHeight: height,
    timestamp: 0,
    colorSpace,
  });
  const result = await onTestDevice({}, ({ test, capture }) => capturedFrom(test, capture, frame, 0));
  frame.close();
  return result;
}

/** Messages of the errors that unusable sources give. */
export async function refusals(): Promise<Record<string, string>> {
  const picture = { data: Array(4 * 6).fill(9), width: 3, height: 2 };
  const closedBitmap = await sources.bitmap(picture);
  closedBitmap.close();
  const closedFrame = sources.videoFrame(picture);
  closedFrame.close();
  const canvas = document.createElement('canvas');
  canvas.width = 0;
  const wide = document.createElement('canvas');
  wide.width = 10000;
  const broken: Record<string, unknown> = {
    nothing: null,
    number: 7,
    object: {},
    'closed bitmap': closedBitmap,
    'closed frame': closedFrame,
    'video without a picture': document.createElement('video'),
    'image that is not loaded': new Image(),
    'empty canvas': canvas,
    'wide canvas': wide,
    'too few bytes': { data: new Uint8Array(5), width: 3, height: 2 },
    'no size': { data: new Uint8Array(0), width: 0, height: 2 },
  };
  return onTestDevice({}, async ({ test, capture }) => {
    const device = test.device;
    const usage = GPUTextureUsage.TEXTURE_BINDING;
    const textures = {
      'texture of another format': device.createTexture({ size: [1], format: 'r8unorm', usage }),
      'texture that may not be read': device.createTexture({ size: [1], format: 'rgba8unorm', usage: 0x2 }),
      'array of textures': device.createTexture({ size: [1, 1, 2], format: 'rgba8unorm', usage }),
    };
    const messages: Record<string, string> = {};
    for (const [name, source] of Object.entries({ ...broken, ...textures })) {
      const encoder = device.createCommandEncoder();
      try {
        capture.encode(encoder, source as FrameSource);
        messages[name] = 'no error';
      } catch (error) {
        messages[name] = (error as Error).message;
      }
      const prepared = await capture.prepare(source as FrameSource).catch((error: Error) => error.message);
      if (prepared !== messages[name]) messages[name] += `, but prepare: ${prepared}`;
    }
    for (const texture of Object.values(textures)) texture.destroy();
    return messages;
  });
}

/** The message for a picture of another origin, which the page may show but not read. */
export async function refusalOf(address: string): Promise<string> {
  const image = new Image();
  image.src = address;
  await image.decode();
  return onTestDevice({}, async ({ test, capture }) => {
    await capture.prepare(image);
    try {
      capture.encode(test.device.createCommandEncoder(), image);
      return 'no error';
    } catch (error) {
      return (error as Error).message;
    }
  });
}

interface Setup {
  test: TestDevice;
  capture: FrameCapture;
}

async function onTestDevice<Result>(options: CaptureOptions, run: (setup: Setup) => Promise<Result>): Promise<Result> {
  const test = await createTestDevice({ limits: { maxTextureDimension2D: 8192 } });
  withGaps(test.device, options);
  const programs = new ProgramCache(test.device);
  const context = { device: programs.device, programs, workgroupSize: 64 };
  const capture = new FrameCapture(context);
  const result = await run({ test, capture });
  capture.destroy();
  await test.finish();
  return result;
}

async function capturedFrom(
  test: TestDevice,
  capture: FrameCapture,
  source: FrameSource,
  repeat: number,
): Promise<Captured> {
  const { device } = test;
  await capture.prepare(source);
  const encode = () => {
    const encoder = device.createCommandEncoder();
    capture.encode(encoder, source);
    device.queue.submit([encoder.finish()]);
  };
  encode();
  const before = test.counts();
  for (let i = 0; i < repeat; i++) encode();
  const after = test.counts();
  const created = Object.entries(after).map(([name, count]) => [name, count - before[name as keyof DeviceCounts]]);
  return { ...(await pixelsOf(device, capture.texture)), created: Object.fromEntries(created) };
}

async function pixelsOf(device: GPUDevice, texture: GPUTexture): Promise<Pixels> {
  const { width, height } = texture;
  const bytesPerRow = Math.ceil((4 * width) / 256) * 256;
  const buffer = device.createBuffer({
    size: bytesPerRow * height,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyTextureToBuffer({ texture }, { buffer, bytesPerRow }, [width, height]);
  device.queue.submit([encoder.finish()]);
  await buffer.mapAsync(GPUMapMode.READ);
  const padded = new Uint8Array(buffer.getMappedRange());
  const data: number[] = [];
  for (let y = 0; y < height; y++) data.push(...padded.subarray(y * bytesPerRow, y * bytesPerRow + 4 * width));
  buffer.destroy();
  return { data, width, height };
}

function imageDataOf({ data, width, height }: Pixels): ImageData {
  return new ImageData(Uint8ClampedArray.from(data), width, height);
}

async function canvasOf(picture: Pixels): Promise<HTMLCanvasElement> {
  const canvas = document.createElement('canvas');
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext('2d')?.putImageData(imageDataOf(picture), 0, 0);
  return canvas;
}
