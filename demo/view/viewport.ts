// SPDX-License-Identifier: MIT

import { batch, computed, signal } from '@preact/signals';
import type { Point } from '../marks/stroke.js';
import { type Part, wholePhoto } from './enlarge.js';

/** Pixels of the screen that a pixel of the photo takes at most. */
const mostPixels = 16;

export interface Size {
  width: number;
  height: number;
}

/** Which part of a photo is seen, and how large. Until it is told of a photo and of the room for it, all is seen. */
export class Viewport {
  /** Of the photo, in its own pixels. */
  readonly photo = signal<Size | undefined>(undefined);
  /** Of what it is shown in, in CSS pixels, and how many pixels of the screen one of those has. */
  readonly room = signal<Size & { density: number }>({ width: 0, height: 0, density: 1 });
  /** 1 where all of the photo is seen. */
  readonly zoom = signal(1);
  private readonly centre = signal<Point>({ x: 0.5, y: 0.5 });

  /** Pixels of the screen to a pixel of the photo where all of it is seen; undefined until both are known. */
  private readonly fitting = computed(() => {
    const photo = this.photo.value;
    const { width, height, density } = this.room.value;
    if (!photo || width === 0 || height === 0) return undefined;
    return density * Math.min(width / photo.width, height / photo.height);
  });

  /** Pixels of the screen to a pixel of the photo. */
  readonly scale = computed(() => (this.fitting.value ?? 1) * this.zoom.value);

  readonly mostZoom = computed(() => Math.max(1, mostPixels / (this.fitting.value ?? mostPixels)));

  /** The zoom at which a pixel of the photo is one of the screen; less than 1 where the photo is smaller than its room. */
  readonly ownSize = computed(() => 1 / (this.fitting.value ?? 1));

  /** Of what is seen, in whole pixels of the screen; undefined until it is known. */
  readonly size = computed<Size | undefined>(() => {
    const photo = this.photo.value;
    const { width, height, density } = this.room.value;
    if (!photo || this.fitting.value === undefined) return undefined;
    const along = (room: number, pixels: number) =>
      Math.max(1, Math.min(Math.floor(room * density), Math.round(pixels * this.scale.value)));
    return { width: along(width, photo.width), height: along(height, photo.height) };
  });

  /** What is seen. At a photo's own size its pixels are the screen's. */
  readonly part = computed<Part>(() => {
    const photo = this.photo.value;
    const size = this.size.value;
    if (!photo || !size) return wholePhoto;
    const [left, width] = this.along(photo.width, size.width, this.centre.value.x);
    const [top, height] = this.along(photo.height, size.height, this.centre.value.y);
    return { left, top, width, height };
  });

  private along(pixels: number, seen: number, centre: number): [start: number, length: number] {
    const scale = this.scale.value;
    const length = seen / (scale * pixels);
    // Rounding to whole pixels of the screen left a little over.
    if (this.zoom.value === 1 || length > 1 - 0.5 / (scale * pixels)) return [0, 1];
    const start = Math.min(1 - length, Math.max(0, centre - length / 2));
    return [Math.round(start * pixels * scale) / (pixels * scale), length];
  }

  /** All of a photo is seen. */
  show(photo: Size): void {
    batch(() => {
      this.photo.value = photo;
      this.fit();
    });
  }

  fit(): void {
    batch(() => {
      this.zoom.value = 1;
      this.centre.value = { x: 0.5, y: 0.5 };
    });
  }

  /** @param at stays where it is on the screen, a place on the photo; the middle unless told otherwise */
  zoomTo(zoom: number, at: Point = this.middle()): void {
    const before = this.toScreen(at);
    const size = this.size.value;
    batch(() => {
      this.zoom.value = Math.min(this.mostZoom.value, Math.max(1, zoom));
      const now = this.size.value;
      if (!size || !now) return;
      // What is seen may have grown, around its middle.
      const x = (0.5 - before.x) * (size.width / now.width);
      const y = (0.5 - before.y) * (size.height / now.height);
      const { width, height } = this.part.value;
      this.centre.value = this.within({ x: at.x + x * width, y: at.y + y * height });
    });
  }

  zoomBy(factor: number, at?: Point): void {
    this.zoomTo(this.zoom.value * factor, at);
  }

  /** @param by in parts of what is seen; the photo goes that way */
  pan(by: Point): void {
    const { width, height } = this.part.value;
    const { x, y } = this.middle();
    this.centre.value = this.within({ x: x - by.x * width, y: y - by.y * height });
  }

  /** Pans as far as is needed for a place on the photo to be seen. */
  reveal({ x, y }: Point): void {
    const { left, top, width, height } = this.part.value;
    const margin = 0.05;
    const shift = (place: number, start: number, length: number) =>
      Math.min(0, place - start - margin * length) + Math.max(0, place - start - (1 - margin) * length);
    const middle = this.middle();
    this.centre.value = this.within({ x: middle.x + shift(x, left, width), y: middle.y + shift(y, top, height) });
  }

  /** A place on the photo from one on what is seen, and the other way round; both 0..1 along each side. */
  toPhoto({ x, y }: Point): Point {
    const { left, top, width, height } = this.part.value;
    return { x: left + x * width, y: top + y * height };
  }

  toScreen({ x, y }: Point): Point {
    const { left, top, width, height } = this.part.value;
    return { x: (x - left) / width, y: (y - top) / height };
  }

  private middle(): Point {
    return this.toPhoto({ x: 0.5, y: 0.5 });
  }

  private within({ x, y }: Point): Point {
    const { width, height } = this.part.value;
    const clamp = (place: number, length: number) => Math.min(1 - length / 2, Math.max(length / 2, place));
    return { x: clamp(x, width), y: clamp(y, height) };
  }
}
