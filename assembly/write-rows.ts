// SPDX-License-Identifier: MIT

/**
 * Rows from planes, [label, pixel] to [pixel, channel], and every value times a factor. Channels past the labels are left alone. Four
 * labels of four pixels at a time.
 *
 * @param planes f32 [labelCount, planeLength]
 * @param rows f32 [pixelCount, channels]
 * @param from first pixel
 * @param to after the last one
 */
export function writeRows(
  planes: usize,
  planeLength: usize,
  labelCount: usize,
  factor: f32,
  rows: usize,
  channels: usize,
  from: usize,
  to: usize,
): void {
  const planeBytes = planeLength << 2;
  const rowBytes = channels << 2;
  const fours = from + ((to - from) & ~3);
  const whole = labelCount & ~3;
  for (let pixel = from; pixel < fours; pixel += 4) {
    const at = planes + (pixel << 2);
    const row = rows + pixel * rowBytes;
    for (let label: usize = 0; label < whole; label += 4) {
      transpose(at + label * planeBytes, planeBytes, factor, row + (label << 2), rowBytes);
    }
  }
  // The labels that are left over, then the pixels.
  writeOneByOne(planes, planeBytes, whole, labelCount, factor, rows, rowBytes, from, fours);
  writeOneByOne(planes, planeBytes, 0, labelCount, factor, rows, rowBytes, fours, to);
}

function transpose(planes: usize, planeBytes: usize, factor: f32, rows: usize, rowBytes: usize): void {
  const factors = f32x4.splat(factor);
  const a = f32x4.mul(factors, v128.load(planes));
  const b = f32x4.mul(factors, v128.load(planes + planeBytes));
  const c = f32x4.mul(factors, v128.load(planes + 2 * planeBytes));
  const d = f32x4.mul(factors, v128.load(planes + 3 * planeBytes));
  const firstAb = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const firstCd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const lastAb = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const lastCd = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(rows, v128.shuffle<i64>(firstAb, firstCd, 0, 2));
  v128.store(rows + rowBytes, v128.shuffle<i64>(firstAb, firstCd, 1, 3));
  v128.store(rows + 2 * rowBytes, v128.shuffle<i64>(lastAb, lastCd, 0, 2));
  v128.store(rows + 3 * rowBytes, v128.shuffle<i64>(lastAb, lastCd, 1, 3));
}

function writeOneByOne(
  planes: usize,
  planeBytes: usize,
  firstLabel: usize,
  endLabel: usize,
  factor: f32,
  rows: usize,
  rowBytes: usize,
  from: usize,
  to: usize,
): void {
  for (let label = firstLabel; label < endLabel; label++) {
    const plane = planes + label * planeBytes;
    const channel = rows + (label << 2);
    for (let pixel = from; pixel < to; pixel++) {
      store<f32>(channel + pixel * rowBytes, factor * load<f32>(plane + (pixel << 2)));
    }
  }
}
