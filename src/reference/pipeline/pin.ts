// SPDX-License-Identifier: MIT

/**
 * Sets what marked pixels have: `pinnedValue` for the label of the mark, `otherValue` for the others.
 *
 * @param planes [label, y, x] at full size
 * @param marks 0, or a label plus 1, [y, x]
 */
export function pin(
  planes: Float32Array,
  marks: ArrayLike<number>,
  pinnedValue: number,
  otherValue: number,
): Float32Array {
  const pixelCount = marks.length;
  return planes.map((value, i) => {
    const mark = marks[i % pixelCount];
    if (mark === 0) return value;
    return Math.floor(i / pixelCount) === mark - 1 ? pinnedValue : otherValue;
  });
}
