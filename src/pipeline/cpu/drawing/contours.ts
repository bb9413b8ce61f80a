// SPDX-License-Identifier: MIT

import { type CpuLabels, floatsOf } from './scene.js';

/** Crossings in neighbouring rows that are not more than this apart are joined by a line, in working pixels. */
const gap = 2;

/** Distances of working pixels to the contour of their label: shaders/pipeline/draw-contours.wgsl says how. */
export class Contours {
  /** From the pixel's centre, in working pixels, at most `reach`, [height, width]. */
  distances = new Float32Array();
  /** Label beyond the nearest contour; the own one where there is none within reach, [height, width]. */
  beyond = new Uint32Array();
  /** Of the crossing in the pixel's row: its place, negative to the left, and the label beyond. */
  private places = new Float32Array();
  private beside = new Uint32Array();

  take(labels: CpuLabels, reach: number): void {
    const { width, height } = labels;
    const pixelCount = width * height;
    this.distances = floatsOf(pixelCount, this.distances);
    this.places = floatsOf(pixelCount, this.places);
    if (this.beyond.length !== pixelCount) {
      this.beyond = new Uint32Array(pixelCount);
      this.beside = new Uint32Array(pixelCount);
    }
    for (let pixel = 0; pixel < pixelCount; pixel++) this.lookAlongRow(labels, pixel, reach);
    for (let pixel = 0; pixel < pixelCount; pixel++) {
      this.distances[pixel] = Math.abs(this.places[pixel]);
      this.beyond[pixel] = this.beside[pixel];
      const y = Math.floor(pixel / width);
      this.lookAlongColumn(labels, pixel, -width, Math.min(reach, y), reach);
      this.lookAlongColumn(labels, pixel, width, Math.min(reach, height - 1 - y), reach);
    }
  }

  private lookAlongRow(labels: CpuLabels, pixel: number, reach: number): void {
    const { labelMap, width } = labels;
    const own = labelMap[pixel];
    const x = pixel % width;
    this.places[pixel] = reach;
    this.beside[pixel] = own;
    for (let step = 1; step <= Math.min(reach, x); step++) {
      const at = pixel - step;
      if (labelMap[at] === own) continue;
      const found = step - 1 + crossing(labels, at + 1, at);
      if (found < this.places[pixel]) {
        this.places[pixel] = -found;
        this.beside[pixel] = labelMap[at];
      }
      break;
    }
    for (let step = 1; step <= Math.min(reach, width - 1 - x); step++) {
      const at = pixel + step;
      if (labelMap[at] === own) continue;
      const found = step - 1 + crossing(labels, at - 1, at);
      if (found < Math.abs(this.places[pixel])) {
        this.places[pixel] = found;
        this.beside[pixel] = labelMap[at];
      }
      break;
    }
  }

  private lookAlongColumn(labels: CpuLabels, pixel: number, stride: number, room: number, reach: number): void {
    const { labelMap } = labels;
    const { places, beside } = this;
    const own = labelMap[pixel];
    let last = pixel;
    let lastPlace = places[pixel];
    for (let step = 1; step <= room; step++) {
      const at = pixel + step * stride;
      if (labelMap[at] !== own) {
        const along = step - 1 + crossing(labels, last, at);
        this.offer(pixel, along, labelMap[at]);
        if (Math.abs(lastPlace) < Math.min(gap, reach)) {
          this.offer(pixel, lineDistance(lastPlace, step - 1, 0, along), labelMap[at]);
        }
        return;
      }
      const place = places[at];
      // Rows without a crossing have it at `reach`, farther than anything that counts.
      if (Math.abs(place) < reach) {
        this.offer(pixel, Math.sqrt(place * place + step * step), beside[at]);
        const isJoined =
          Math.abs(lastPlace) < reach && Math.abs(place - lastPlace) <= gap && place < 0 === lastPlace < 0;
        if (isJoined) this.offer(pixel, lineDistance(lastPlace, step - 1, place, step), beside[at]);
      }
      last = at;
      lastPlace = place;
    }
  }

  private offer(pixel: number, distance: number, label: number): void {
    if (distance >= this.distances[pixel]) return;
    this.distances[pixel] = distance;
    this.beyond[pixel] = label;
  }
}

/** Way from the one pixel's centre to the other's, 0..1, at which the contour is crossed. */
function crossing({ width, height, labelMap, marginals }: CpuLabels, inside: number, outside: number): number {
  const pixelCount = width * height;
  const own = labelMap[inside] * pixelCount;
  const other = labelMap[outside] * pixelCount;
  const here = Math.max(marginals[own + inside] - marginals[other + inside], 0);
  const there = Math.max(marginals[other + outside] - marginals[own + outside], 0);
  return here + there > 0 ? here / (here + there) : 0.5;
}

/** From (0, 0) to the line between two points. */
function lineDistance(fromX: number, fromY: number, toX: number, toY: number): number {
  const [alongX, alongY] = [toX - fromX, toY - fromY];
  const squared = alongX * alongX + alongY * alongY;
  const part = squared > 0 ? Math.min(Math.max(-(fromX * alongX + fromY * alongY) / squared, 0), 1) : 0;
  return Math.hypot(fromX + part * alongX, fromY + part * alongY);
}
