// SPDX-License-Identifier: MIT

/** Means over 3×3 pixels, [y, x]; at the edge over those that there are. */
export function smoothedPlane(values: Float32Array, width: number): Float32Array {
  return smoothed(smoothed(values, width, 1, width), values.length / width, width, width);
}

/** The mean of each pixel and its two neighbours along one axis, which has `count` pixels that lie `stride` apart. */
function smoothed(values: Float32Array, count: number, stride: number, width: number): Float32Array {
  return values.map((value, pixel) => {
    const place = stride === 1 ? pixel % width : Math.floor(pixel / width);
    let [sum, weight] = [value, 1];
    if (place > 0) [sum, weight] = [sum + values[pixel - stride], weight + 1];
    if (place < count - 1) [sum, weight] = [sum + values[pixel + stride], weight + 1];
    return sum / weight;
  });
}
