// SPDX-License-Identifier: MIT

import type { Instances, Picture, Result, Segmentation } from '../engine/protocol.js';
import type { Photo } from '../photo/photo.js';
import type { ShownLabel } from '../state/labels.js';
import { type Backdrop, blurredBackground, drawBackdrop } from './backdrop.js';
import { type Enlarged, enlarge, type Part, shownSums } from './enlarge.js';
import { paint, type ViewName } from './paint.js';
import type { Size } from './viewport.js';

/** Zoomed in, from so many pixels of the screen to one of the photo on, its pixels are seen as squares. */
const squaresFrom = 4;

/** Milliseconds that the picture stands still before it is painted sharp again. */
const rest = 120;

/** What is shown of a photo. */
export interface Scene {
  photo: Photo;
  /** Whether all pixels of the photo are there, and not only the reduced ones. */
  hasAllPixels: boolean;
  /** What the CRF worked on. */
  working: Picture;
  /** Undefined: the photo alone is shown. */
  result: Result | undefined;
  view: ViewName;
  labels: readonly ShownLabel[];
  isIsolated: boolean;
  instances: Instances | undefined;
  /** Behind a cut-out. */
  backdrop: Backdrop;
  /** Left of this place, 0..1 of what is seen, is what was before the CRF; null without comparison. */
  divider: number | null;
  /** How thick outlines are, in pixels of the screen. */
  outline: number;
}

/** What is seen of the photo, on how many pixels of the screen. */
export interface Frame {
  part: Part;
  size: Size;
}

/**
 * Paints what is seen of a photo, at the screen's own resolution: the photo's pixels, and the result along the edges that they show. While one moves
 * and zooms, what was painted last is moved and scaled.
 */
export class StagePainter {
  private memory = new Memory();
  /** Of what was painted last. */
  private frame: Frame | undefined;
  /** What is moved. */
  private last: { frame: Frame; image: OffscreenCanvas; view: ViewName } | undefined;

  private photo: Photo | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private repaint: () => void = () => undefined;

  /** @param tell whether what is painted now is sharp */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly tell: (isSharp: boolean) => void,
  ) {
    // With the GPU goes what a browser drew by it.
    canvas.addEventListener('contextrestored', () => {
      this.memory = new Memory();
      this.repaint();
    });
  }

  show(scene: Scene, frame: Frame): void {
    const isMoved = this.photo === scene.photo && this.frame !== undefined && !areSame(this.frame, frame);
    this.stop();
    this.photo = scene.photo;
    this.repaint = () => this.paint(scene, frame);
    if (isMoved) {
      this.move(scene, frame);
      this.tell(false);
      this.timer = setTimeout(this.repaint, rest);
    } else this.repaint();
  }

  /** Nothing is painted any more. */
  stop(): void {
    clearTimeout(this.timer);
  }

  /** Sharp, and as slow as that is. */
  private paint(scene: Scene, frame: Frame): void {
    this.last = undefined;
    this.frame = frame;
    const context = this.contextFor(frame.size);
    if (!context) return;
    this.tell(scene.hasAllPixels || isReducedEnough(scene.photo, frame));
    const { width, height } = frame.size;
    const { result, divider, view } = scene;
    const middle = divider === null || !result ? 0 : Math.round(divider * width);
    if (!result) {
      drawPhoto(context, scene.photo, frame);
      return;
    }
    // Only the result's instances are counted: beside them is the photo.
    if (middle > 0 && view === 'instances') drawPhoto(context, scene.photo, frame);
    else if (middle > 0) context.putImageData(this.side(scene, result, 'before', frame), 0, 0, 0, 0, middle, height);
    if (middle < width) {
      context.putImageData(this.side(scene, result, 'after', frame), 0, 0, middle, 0, width - middle, height);
    }
    if (view !== 'cut-out') return;
    const { backdrop, photo } = scene;
    drawBackdrop(context, backdrop, () => this.blurred(scene, result, backdrop), frame.part, photo);
  }

  /** At once: what was painted last, moved to where it belongs. What was not seen before is the photo for a moment. */
  private move(scene: Scene, frame: Frame): void {
    this.last ??= this.copy(scene.view);
    const context = this.contextFor(frame.size);
    const { last } = this;
    if (!context || !last) return;
    context.clearRect(0, 0, frame.size.width, frame.size.height);
    if (!scene.result || last.view === 'overlay') drawPhoto(context, scene.photo, frame);
    const [from, to] = [last.frame.part, frame.part];
    const [x, y] = [frame.size.width / to.width, frame.size.height / to.height];
    context.imageSmoothingEnabled = true;
    context.drawImage(last.image, (from.left - to.left) * x, (from.top - to.top) * y, from.width * x, from.height * y);
  }

  private copy(view: ViewName): StagePainter['last'] {
    const { width, height } = this.canvas;
    if (!this.frame) return undefined;
    const image = new OffscreenCanvas(width, height);
    image.getContext('2d')?.drawImage(this.canvas, 0, 0);
    return { frame: this.frame, image, view };
  }

  private contextFor({ width, height }: Size): CanvasRenderingContext2D | null {
    const { canvas } = this;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    return canvas.getContext('2d');
  }

  private side(scene: Scene, result: Result, side: 'before' | 'after', frame: Frame): ImageData {
    const { view, labels, isIsolated, instances, outline } = scene;
    const { size } = frame;
    return this.memory.get(
      side,
      [result, scene.photo.full.peek(), view, labels, isIsolated, instances, outline, ...placeOf(frame)],
      () => {
        // That view is of nothing else.
        const shown = view === 'before' ? 'before' : side;
        const layer = this.layer(scene, result[shown], shown, frame);
        const painted = paint(view, {
          picture: this.seen(scene.photo, frame),
          layer,
          before: view === 'edges' ? this.layer(scene, result.before, 'before', frame) : layer,
          labels,
          labelCount: result.labelCount,
          isIsolated,
          instances: instances && idsSeen(instances, frame),
          outline,
        });
        return new ImageData(painted, size.width, size.height);
      },
    );
  }

  /** What was found, on what is seen. What was before the CRF keeps its soft edges. */
  private layer(scene: Scene, segmentation: Segmentation, side: 'before' | 'after', frame: Frame): Enlarged {
    const isShown = whatIsShown(scene);
    return this.memory.get(
      `${side} layer`,
      [segmentation, scene.photo.full.peek(), isShown.join(), ...placeOf(frame)],
      () =>
        enlarge({
          full: this.seen(scene.photo, frame),
          part: frame.part,
          working: scene.working,
          segmentation,
          isShown,
          followsColours: side === 'after',
        }),
    );
  }

  private blurred(scene: Scene, { after }: Result, backdrop: Backdrop): OffscreenCanvas {
    const { working } = scene;
    const isShown = whatIsShown(scene);
    const sigma = backdrop.kind === 'blur' ? backdrop.sigma : 0;
    return this.memory.get('blurred', [working, after, isShown.join(), sigma], () =>
      blurredBackground(working, shownSums(after, isShown), sigma),
    );
  }

  private seen(photo: Photo, frame: Frame): Picture {
    const { width, height } = frame.size;
    return this.memory.get('photo', [photo, photo.full.peek(), ...placeOf(frame)], () => {
      const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
      if (!context) return { width, height, pixels: new Uint8ClampedArray(4 * width * height) };
      drawPhoto(context, photo, frame);
      return { width, height, pixels: context.getImageData(0, 0, width, height).data };
    });
  }
}

function areSame(a: Frame, b: Frame): boolean {
  const place = placeOf(b);
  return placeOf(a).every((value, i) => value === place[i]);
}

function placeOf({ part, size }: Frame): number[] {
  return [part.left, part.top, part.width, part.height, size.width, size.height];
}

function whatIsShown({ labels }: Scene): boolean[] {
  return labels.map(({ isShown }) => isShown);
}

/** Keeps what was made last under a name, as long as it is made of the same. */
class Memory {
  private readonly kept = new Map<string, { from: readonly unknown[]; value: unknown }>();

  get<Value>(name: string, from: readonly unknown[], make: () => Value): Value {
    const known = this.kept.get(name);
    if (known?.from.every((one, i) => one === from[i])) return known.value as Value;
    const value = make();
    this.kept.set(name, { from, value });
    return value;
  }
}

/** Pixels of the screen to one of the photo. */
function scaleOf({ width }: Photo, { part, size }: Frame): number {
  return size.width / (part.width * width);
}

function isReducedEnough(photo: Photo, frame: Frame): boolean {
  return scaleOf(photo, frame) * photo.width <= photo.reduced.width;
}

function drawPhoto(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  photo: Photo,
  frame: Frame,
): void {
  const { part, size } = frame;
  const { width, height } = size;
  const scale = scaleOf(photo, frame);
  const { reduced } = photo;
  // The reduced one has been smoothed well, and is read faster.
  const full = photo.full.peek();
  const source = isReducedEnough(photo, frame) || !full ? reduced : full;
  context.imageSmoothingEnabled = scale < squaresFrom || part.width * part.height === 1;
  context.imageSmoothingQuality = 'high';
  context.fillStyle = 'white';
  // Where a picture is transparent.
  context.fillRect(0, 0, width, height);
  const [x, y] = [source.width, source.height];
  context.drawImage(source, part.left * x, part.top * y, part.width * x, part.height * y, 0, 0, width, height);
}

/** Of the nearest pixels that the ids are known of. */
function idsSeen({ ids, width, height }: Instances, { part, size }: Frame): Uint32Array {
  const seen = new Uint32Array(size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    const row = Math.min(height - 1, Math.floor((part.top + (part.height * (y + 0.5)) / size.height) * height));
    for (let x = 0; x < size.width; x++) {
      const column = Math.min(width - 1, Math.floor((part.left + (part.width * (x + 0.5)) / size.width) * width));
      seen[y * size.width + x] = ids[row * width + column];
    }
  }
  return seen;
}
