// SPDX-License-Identifier: MIT

import { tapsFor } from '../../drawing/placement.js';
import { behind, entryPointOf, type ResolvedView } from '../../drawing/view.js';
import { Background } from './background.js';
import { Contours } from './contours.js';
import { Foreground } from './foreground.js';
import { LabelSampler } from './label-sampler.js';
import { Picture, writeStraight } from './picture.js';
import { type Axis, axisOf, sampleLayer } from './sampling.js';
import { type CpuLabels, type CpuScene, floatsOf, type Layer, layerOf } from './scene.js';

type View = ResolvedView<Layer>;
type Bytes = Uint8ClampedArray<ArrayBuffer>;

/** Working pixels: what contours are smoothed by lies within. */
const leastReach = 3;

/** Adds what lies behind a pixel to `sum`, weighed by what the foreground leaves. */
type AddBehind = (x: number, y: number, share: number, sum: Float32Array) => void;

/**
 * Draws views on the CPU: what `Painter` draws on a GPU, up to rounding. shaders/pipeline/draw.wgsl has the formulas. What it needs is kept
 * from call to call.
 */
export class CpuPainter {
  private readonly foreground = new Foreground();
  private readonly background = new Background();
  private readonly contours = new Contours();
  private framePixels: Float32Array<ArrayBuffer> | undefined;
  private probabilities: Float32Array<ArrayBuffer> | undefined;
  private placed: { key: string; picture: Picture } | undefined;
  private readonly colour = new Float32Array(4);
  private readonly rest = new Float32Array(4);

  /** The view at any size, RGBA bytes with straight alpha, [height, width, 4]. Written into `bytes` where that has the length. */
  paint(scene: CpuScene, view: View, size: { width: number; height: number }, bytes?: Bytes): Bytes {
    const length = 4 * size.width * size.height;
    const target = bytes?.length === length ? bytes : new Uint8ClampedArray(length);
    const picture = this.pictureOf(scene, view, size);
    switch (entryPointOf(view.kind)) {
      case 'original':
        picture.fill(target, Number.POSITIVE_INFINITY, this.frameOf(scene), () => undefined);
        break;
      case 'overlay':
        this.paintOverlay(scene, view, picture, target);
        break;
      case 'confidence':
        this.paintConfidence(scene, view, picture, target);
        break;
      case 'composite':
        this.paintComposite(scene, view, picture, target);
        break;
    }
    return target;
  }

  private pictureOf(
    { frame }: CpuScene,
    { fit, mirror }: View,
    { width, height }: { width: number; height: number },
  ): Picture {
    const key = [frame.width, frame.height, width, height, fit, mirror].join();
    if (this.placed?.key !== key) {
      const extent = { width: frame.width, height: frame.height };
      this.placed = { key, picture: new Picture(extent, { width, height }, { fit, mirror }) };
    }
    return this.placed.picture;
  }

  private frameOf({ frame }: CpuScene): Layer {
    const layer = layerOf(frame, this.framePixels);
    this.framePixels = layer.pixels;
    return layer;
  }

  private paintComposite(scene: CpuScene, view: View, picture: Picture, target: Bytes): void {
    const { labelCount } = scene.labels;
    const isForeground = Array.from({ length: labelCount }, (_, label) =>
      view.foreground ? view.foreground.includes(label) : label !== 0,
    );
    const layer = this.foreground.draw(scene, isForeground, view.refineEdges);
    const addBehind = this.behindOf(scene, view, picture, layer);
    const { columns, rows } = picture;
    const { colour } = this;
    const split = view.split * picture.target.width;
    picture.fill(target, split, split > 0 ? this.frameOf(scene) : undefined, (x, y, to) => {
      sampleLayer(layer, columns, rows, x, y, colour);
      const share = 1 - colour[3];
      if (share > 0) addBehind(x, y, share, colour);
      writeStraight(colour, target, to);
    });
  }

  private behindOf(scene: CpuScene, view: View, picture: Picture, foreground: Layer): AddBehind {
    if (view.behind === behind.colour) {
      const [red, green, blue, alpha] = view.colour;
      return (_x, _y, share, sum) => {
        sum[0] += share * alpha * red;
        sum[1] += share * alpha * green;
        sum[2] += share * alpha * blue;
        sum[3] += share * alpha;
      };
    }
    if (view.behind === behind.blur) return this.blurOf(scene, view, picture, foreground);
    if (view.behind === behind.image && view.image) return this.imageOf(scene, view.image, picture);
    return () => undefined;
  }

  /** Opaque, as it goes on behind the foreground. */
  private blurOf({ frame }: CpuScene, view: View, picture: Picture, foreground: Layer): AddBehind {
    const blurred = this.background.blur(frame, foreground, view.sigmaXY);
    const { columns, rows } = picture.axesOf(blurred, 0, 0, 1 / blurred.scale, 1);
    const { rest } = this;
    return (x, y, share, sum) => {
      sampleLayer(blurred, columns, rows, x, y, rest);
      if (rest[3] <= 0) return;
      const factor = share / rest[3];
      sum[0] += factor * rest[0];
      sum[1] += factor * rest[1];
      sum[2] += factor * rest[2];
      sum[3] += share;
    };
  }

  /** The image fills the frame, its middle in the middle. */
  private imageOf({ frame }: CpuScene, image: Layer, picture: Picture): AddBehind {
    const scale = Math.min(image.width / frame.width, image.height / frame.height);
    const offsetX = (image.width - scale * frame.width) / 2;
    const offsetY = (image.height - scale * frame.height) / 2;
    const { columns, rows } = picture.axesOf(image, offsetX, offsetY, scale, tapsFor(picture.step * scale));
    const { rest } = this;
    return (x, y, share, sum) => {
      sampleLayer(image, columns, rows, x, y, rest);
      for (let c = 0; c < 4; c++) sum[c] += share * rest[c];
    };
  }

  private paintOverlay(scene: CpuScene, view: View, picture: Picture, target: Bytes): void {
    const { labels, frame, colours } = scene;
    const outline = view.outline / 2;
    // Target pixels a working pixel.
    const magnification = Math.sqrt((frame.width / labels.width) * (frame.height / labels.height)) / picture.step;
    this.contours.take(labels, leastReach + Math.ceil((outline + 1) / magnification));
    const sampler = new LabelSampler(labels, this.contours, Math.max((outline + 0.5) / magnification, 0.5));
    const near = { own: 0, other: 0, distance: 0 };
    const shown = this.frameOf(scene);
    const isBare = view.behind === behind.nothing;
    const { columns, rows, xs, ys } = picture;
    const { colour } = this;
    picture.fill(target, view.split * picture.target.width, shown, (x, y, to) => {
      if (isBare) colour.fill(0);
      else sampleLayer(shown, columns, rows, x, y, colour);
      sampler.at((xs[x] * labels.width) / frame.width, (ys[y] * labels.height) / frame.height, near);
      const distance = near.distance * magnification;
      const inside = Math.min(Math.max(0.5 + distance, 0.5), 1);
      const own = colours[near.own];
      const other = colours[near.other];
      const [ownShare, otherShare] = [view.opacity * inside * own[3], view.opacity * (1 - inside) * other[3]];
      const left = 1 - ownShare - otherShare;
      for (let c = 0; c < 3; c++) colour[c] = ownShare * own[c] + otherShare * other[c] + left * colour[c];
      colour[3] = ownShare + otherShare + left * colour[3];
      if (outline > 0 && near.own !== near.other) {
        const strength = Math.min(Math.max(outline + 0.5 - distance, 0), 1);
        if (strength > 0) mixLine(colour, own, other, inside, strength);
      }
      writeStraight(colour, target, to);
    });
  }

  /** From black for 1/labelCount to white for 1. */
  private paintConfidence(scene: CpuScene, view: View, picture: Picture, target: Bytes): void {
    const { labels } = scene;
    const { width, height, labelCount } = labels;
    this.probabilities = floatsOf(width * height, this.probabilities);
    const { probabilities } = this;
    shownProbabilities(labels, probabilities);
    const { columns, rows } = axesAcross(picture, labels);
    const split = view.split * picture.target.width;
    const least = 1 / labelCount;
    picture.fill(target, split, split > 0 ? this.frameOf(scene) : undefined, (x, y, to) => {
      const [top, bottom] = [rows.low[y] * width, rows.high[y] * width];
      const [left, right] = [columns.low[x], columns.high[x]];
      const above = mix(probabilities[top + left], probabilities[top + right], columns.part[x]);
      const below = mix(probabilities[bottom + left], probabilities[bottom + right], columns.part[x]);
      const probability = mix(above, below, rows.part[y]);
      const shade = labelCount > 1 ? Math.min(Math.max((probability - least) / (1 - least), 0), 1) : 1;
      target[to] = target[to + 1] = target[to + 2] = 255 * shade;
      target[to + 3] = 255;
    });
  }
}

/** The probability of the label that is shown, by working pixel. */
function shownProbabilities({ labelMap, marginals }: CpuLabels, into: Float32Array): void {
  const pixelCount = labelMap.length;
  for (let pixel = 0; pixel < pixelCount; pixel++) into[pixel] = marginals[labelMap[pixel] * pixelCount + pixel];
}

/** One sample of the working size a target pixel. */
function axesAcross({ xs, ys, frame }: Picture, labels: CpuLabels): { columns: Axis; rows: Axis } {
  return {
    columns: axisOfPositions(xs, labels.width / frame.width, labels.width),
    rows: axisOfPositions(ys, labels.height / frame.height, labels.height),
  };
}

function axisOfPositions(positions: Float64Array, scale: number, length: number): Axis {
  const step = positions.length > 1 ? positions[1] - positions[0] : 1;
  return axisOf(positions.length, scale * (positions[0] - step / 2), scale * step, 1, length);
}

/** A line between two labels, in the colour of the own one; where only one of the two is visible, in its colour on both sides. */
function mixLine(
  colour: Float32Array,
  own: readonly number[],
  other: readonly number[],
  inside: number,
  strength: number,
): void {
  const ownShare = own[3] > 0 ? inside : 0;
  const otherShare = other[3] > 0 ? 1 - inside : 0;
  if (own[3] <= 0 && other[3] <= 0) return;
  const share = ownShare + otherShare;
  for (let c = 0; c < 3; c++) {
    const alone = own[3] > 0 ? own[c] : other[c];
    const line = share > 1e-6 ? (ownShare * own[c] + otherShare * other[c]) / share : alone;
    colour[c] = mix(colour[c], line, strength);
  }
  colour[3] = mix(colour[3], 1, strength);
}

function mix(a: number, b: number, part: number): number {
  return a + part * (b - a);
}
