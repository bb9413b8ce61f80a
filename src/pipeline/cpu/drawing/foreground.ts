// SPDX-License-Identifier: MIT

import type { RgbaImage } from '../../../problem/types.js';
import { Edges } from './edges.js';
import { Guide } from './guide.js';
import { type CpuScene, floatsOf, type Layer } from './scene.js';

// As shaders/pipeline/draw-foreground.wgsl has them: working pixels, and colours on 0..1.
const radius = 3;
const spatialFalloff = 1 / (2 * 1.5 ** 2);
const colourFalloff = 1 / (2 * 0.1 ** 2);
const lineContrast = 0.1 ** 2;
const lineFalloff = 1 / (2 * 0.1 ** 2);
const trace = 1e-3;
const margin = 0.02;

/** The foreground at the frame's size, along the frame's edges, its colours free of the background's. */
export class Foreground {
  private readonly guide = new Guide();
  private readonly edges = new Edges();
  private pixels: Float32Array<ArrayBuffer> | undefined;
  private columns: Windows | undefined;
  private rows: Windows | undefined;

  /** @param isForeground by label */
  draw({ frame, labels }: CpuScene, isForeground: readonly boolean[], refineEdges: boolean): Layer {
    const { width, height } = labels;
    this.guide.take(frame, labels, isForeground);
    this.edges.take(this.guide.pixels, width, height);
    this.pixels = floatsOf(4 * frame.width * frame.height, this.pixels);
    const layer = { width: frame.width, height: frame.height, pixels: this.pixels };
    if (refineEdges) this.refine(frame, layer, width, height);
    else this.upsample(frame, layer, width, height);
    return layer;
  }

  private upsample(frame: RgbaImage, { pixels }: Layer, width: number, height: number): void {
    for (let pixel = 0, i = 0; i < pixels.length; pixel++, i += 4) {
      const x = (((pixel % frame.width) + 0.5) * width) / frame.width - 0.5;
      const y = ((Math.floor(pixel / frame.width) + 0.5) * height) / frame.height - 0.5;
      write(pixels, i, frame.data, bilinear(this.guide.pixels, 3, x, y, width, height));
    }
  }

  private refine(frame: RgbaImage, { pixels }: Layer, width: number, height: number): void {
    const { data } = frame;
    const edges = this.edges.pixels;
    this.columns = windowsOf(frame.width, width, this.columns);
    this.rows = windowsOf(frame.height, height, this.rows);
    const { nearest: nearestX } = this.columns;
    const { nearest: nearestY } = this.rows;
    for (let frameY = 0, i = 0; frameY < frame.height; frameY++) {
      const line = nearestY[frameY] * width;
      for (let frameX = 0; frameX < frame.width; frameX++, i += 4) {
        const nearest = 4 * (line + nearestX[frameX]);
        if (edges[nearest + 2] >= 1 - margin) write(pixels, i, data, 1);
        else if (edges[nearest + 3] <= margin) pixels[i] = pixels[i + 1] = pixels[i + 2] = pixels[i + 3] = 0;
        else this.refineAt(pixels, i, data, frameX, frameY, this.columns, this.rows);
      }
    }
  }

  private refineAt(
    pixels: Float32Array,
    i: number,
    data: RgbaImage['data'],
    frameX: number,
    frameY: number,
    columns: Windows,
    rows: Windows,
  ): void {
    const guide = this.guide.pixels;
    const edges = this.edges.pixels;
    const width = columns.length;
    const red = data[i] / 255;
    const green = data[i + 1] / 255;
    const blue = data[i + 2] / 255;
    const left = columns.starts[frameX];
    const right = columns.ends[frameX];
    const bottom = rows.ends[frameY];
    const across = columns.weights;
    const down = rows.weights;
    const firstAcross = windowSize * frameX - left;
    const firstDown = windowSize * frameY - rows.starts[frameY];
    let upsampled = 0;
    let weights = 0;
    let foreRed = trace * red;
    let foreGreen = trace * green;
    let foreBlue = trace * blue;
    let foreWeight = 0;
    let backRed = foreRed;
    let backGreen = foreGreen;
    let backBlue = foreBlue;
    let backWeight = 0;
    for (let atY = rows.starts[frameY]; atY <= bottom; atY++) {
      const weight = down[firstDown + atY];
      for (let atX = left, from = 4 * (atY * width + left); atX <= right; atX++, from += 4) {
        const r = guide[from];
        const g = guide[from + 1];
        const b = guide[from + 2];
        const spatial = weight * across[firstAcross + atX];
        const away = (red - r) * (red - r) + (green - g) * (green - g) + (blue - b) * (blue - b);
        const alike = spatial * (falloffAt(away * colourFalloff) + trace);
        upsampled += alike * guide[from + 3];
        weights += alike;
        const fore = spatial * edges[from];
        if (fore > 0) {
          foreRed += fore * r;
          foreGreen += fore * g;
          foreBlue += fore * b;
          foreWeight += fore;
        }
        const back = spatial * edges[from + 1];
        if (back > 0) {
          backRed += back * r;
          backGreen += back * g;
          backBlue += back * b;
          backWeight += back;
        }
      }
    }
    foreRed /= foreWeight + trace;
    foreGreen /= foreWeight + trace;
    foreBlue /= foreWeight + trace;
    backRed /= backWeight + trace;
    backGreen /= backWeight + trace;
    backBlue /= backWeight + trace;
    const [lineRed, lineGreen, lineBlue] = [foreRed - backRed, foreGreen - backGreen, foreBlue - backBlue];
    const contrast = lineRed * lineRed + lineGreen * lineGreen + lineBlue * lineBlue;
    const along = (red - backRed) * lineRed + (green - backGreen) * lineGreen + (blue - backBlue) * lineBlue;
    const place = Math.min(Math.max(along / Math.max(contrast, 1e-6), 0), 1);
    const offLine =
      (red - backRed - place * lineRed) ** 2 +
      (green - backGreen - place * lineGreen) ** 2 +
      (blue - backBlue - place * lineBlue) ** 2;
    const known = Math.min(foreWeight, backWeight);
    const x = columns.positions[frameX];
    const y = rows.positions[frameY];
    const sure = Math.max(bilinear(edges, 0, x, y, width, rows.length), bilinear(edges, 1, x, y, width, rows.length));
    const trust =
      (((1 - sure) * known) / (known + 10 * trace)) *
      (contrast / (contrast + lineContrast)) *
      Math.exp(-offLine * lineFalloff);
    const coarse = upsampled / weights;
    const opacity = Math.min(Math.max((coarse + trust * (place - coarse) - margin) / (1 - 2 * margin), 0), 1);
    const alpha = (opacity * data[i + 3]) / 255;
    pixels[i] = alpha * clamped(foreRed + opacity * (red - backRed - opacity * lineRed));
    pixels[i + 1] = alpha * clamped(foreGreen + opacity * (green - backGreen - opacity * lineGreen));
    pixels[i + 2] = alpha * clamped(foreBlue + opacity * (blue - backBlue - opacity * lineBlue));
    pixels[i + 3] = alpha;
  }
}

const windowSize = 2 * radius + 1;

/** Along one axis, the working pixels around each frame pixel, and their spatial weights. */
interface Windows {
  /** Working pixels, and frame pixels. */
  length: number;
  frameLength: number;
  /** Of a frame pixel in working pixels, 0 at the first one's centre; of the nearest working pixel; of the first and last in the window. */
  positions: Float64Array;
  nearest: Int32Array;
  starts: Int32Array;
  ends: Int32Array;
  /** exp(-d²·falloff) of the window's pixels, [frameLength, windowSize]. */
  weights: Float64Array;
}

/** The one before, where it has the sizes. */
function windowsOf(frameLength: number, length: number, before: Windows | undefined): Windows {
  if (before?.frameLength === frameLength && before.length === length) return before;
  const integers = () => new Int32Array(frameLength);
  const positions = Float64Array.from({ length: frameLength }, (_, i) => ((i + 0.5) * length) / frameLength - 0.5);
  const [nearest, starts, ends] = [integers(), integers(), integers()];
  const weights = new Float64Array(windowSize * frameLength);
  positions.forEach((position, i) => {
    nearest[i] = Math.min(Math.max(Math.floor(position + 0.5), 0), length - 1);
    starts[i] = Math.max(nearest[i] - radius, 0);
    ends[i] = Math.min(nearest[i] + radius, length - 1);
    for (let at = starts[i]; at <= ends[i]; at++) {
      weights[windowSize * i + at - starts[i]] = Math.exp(-((at - position) ** 2) * spatialFalloff);
    }
  });
  return { length, frameLength, positions, nearest, starts, ends, weights };
}

/** exp(-x) at x = i / stepsPerUnit: between two of them a line is off by 2e-6 at most. */
const stepsPerUnit = 256;
const farthest = 16;
const falloffs = Float64Array.from({ length: stepsPerUnit * farthest + 1 }, (_, i) => Math.exp(-i / stepsPerUnit));

/** exp(-x), where x is not negative, within 2e-6. */
function falloffAt(x: number): number {
  if (x >= farthest) return 0;
  const place = x * stepsPerUnit;
  const at = place | 0;
  const low = falloffs[at];
  return low + (place - at) * (falloffs[at + 1] - low);
}

/** The frame's own colour at this opacity, premultiplied. */
function write(pixels: Float32Array, i: number, data: RgbaImage['data'], opacity: number): void {
  const alpha = (opacity * data[i + 3]) / 255;
  const factor = alpha / 255;
  pixels[i] = data[i] * factor;
  pixels[i + 1] = data[i + 1] * factor;
  pixels[i + 2] = data[i + 2] * factor;
  pixels[i + 3] = alpha;
}

/** One channel of [height, width, 4]. */
function bilinear(values: Float32Array, channel: number, x: number, y: number, width: number, height: number): number {
  const [baseX, baseY] = [Math.floor(x), Math.floor(y)];
  const left = Math.min(Math.max(baseX, 0), width - 1);
  const right = Math.min(Math.max(baseX + 1, 0), width - 1);
  const top = Math.min(Math.max(baseY, 0), height - 1) * width;
  const bottom = Math.min(Math.max(baseY + 1, 0), height - 1) * width;
  const [partX, partY] = [x - baseX, y - baseY];
  const at = (pixel: number) => values[4 * pixel + channel];
  const above = at(top + left) + partX * (at(top + right) - at(top + left));
  const below = at(bottom + left) + partX * (at(bottom + right) - at(bottom + left));
  return above + partY * (below - above);
}

function clamped(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
