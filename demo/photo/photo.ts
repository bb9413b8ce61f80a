// SPDX-License-Identifier: MIT

import { type Signal, signal } from '@preact/signals';
import type { Picture } from '../engine/protocol.js';
import { checkHeader, PhotoError } from './header.js';

/** Of what is kept, so that the working size can be changed without the file. */
const keptLongSide = 1600;

export interface Photo {
  name: string;
  /** As the file has it, in pixels. */
  width: number;
  height: number;
  file: Blob;
  /** All its pixels; undefined while nobody looks at it, as they take much memory. */
  full: Signal<ImageBitmap | undefined>;
  /** Reduced to `keptLongSide` at most; on white where it is transparent. */
  reduced: OffscreenCanvas;
}

/** Long sides that can be worked on, in pixels. */
export const workingSizes: readonly number[] = [240, 360, 480, 640, 960];

export const defaultWorkingSize = 480;

/** Throws PhotoError, in words for the person at the screen. */
export async function readPhoto(name: string, blob: Blob): Promise<Photo> {
  await checkHeader(name, blob);
  const full = await decode(name, blob);
  const { width, height } = full;
  const reduced = reduce(full, width, height, keptLongSide);
  return { name, width, height, file: blob, full: signal(full), reduced };
}

/** Nobody looks at it any more. */
export function putAside({ full }: Photo): void {
  full.value?.close();
  full.value = undefined;
}

/**
 * Somebody looks at it again: until all its pixels are there, there is the reduced one.
 *
 * @param isStillSeen when they are
 */
export async function takeOut({ name, file, full }: Photo, isStillSeen: () => boolean): Promise<void> {
  if (full.value) return;
  const bitmap = await decode(name, file);
  if (isStillSeen() && !full.value) full.value = bitmap;
  else bitmap.close();
}

/** A picture that is no photo to work on, reduced to `keptLongSide` at most. Throws PhotoError. */
export async function pictureFile(name: string, blob: Blob): Promise<ImageBitmap> {
  await checkHeader(name, blob);
  const bitmap = await decode(name, blob);
  const reduced = reduce(bitmap, bitmap.width, bitmap.height, keptLongSide);
  bitmap.close();
  return reduced.transferToImageBitmap();
}

/** All pixels of the file. Throws PhotoError. */
export async function readFullSize({ name, file }: Pick<Photo, 'name' | 'file'>): Promise<Picture> {
  const bitmap = await decode(name, file);
  const { width, height, data } = pixelsOf(bitmap);
  return { width, height, pixels: data };
}

/** On white where it is transparent; the bitmap is used up. */
export function pixelsOf(bitmap: ImageBitmap): ImageData {
  const { width, height } = bitmap;
  const canvas = reduce(bitmap, width, height, Math.max(width, height));
  bitmap.close();
  return contextOf(canvas).getImageData(0, 0, width, height);
}

async function decode(name: string, blob: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(blob);
  } catch {
    throw new PhotoError(`${name} is damaged, or of a kind that this browser cannot show.`);
  }
}

/** The picture that is refined: never enlarged. */
export function pictureOf(photo: Photo, longSide: number): Picture {
  const { reduced } = photo;
  const canvas = reduce(reduced, reduced.width, reduced.height, longSide);
  const { width, height } = canvas;
  return { width, height, pixels: contextOf(canvas).getImageData(0, 0, width, height).data };
}

function reduce(source: CanvasImageSource, width: number, height: number, longSide: number): OffscreenCanvas {
  const scale = Math.min(1, longSide / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const context = contextOf(canvas);
  // Where a picture is transparent.
  context.fillStyle = 'white';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new PhotoError('This browser gave no canvas to draw on. Close other tabs and reload.');
  return context;
}
