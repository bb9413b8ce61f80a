// SPDX-License-Identifier: MIT

/**
 * Q <- (1 - damping)·softmax(scores) + damping·Q, row by row. A channel that is no label has a score of -∞ and so gets 0.
 *
 * @param source -unary + messages, f32 [pixelCount, channels]. Channels are 2, or a multiple of 4
 * @param scores of the same size, to work in; may be `source`, which then is void
 * @param marginals Q, f32 [pixelCount, channels], updated in place
 * @param from first pixel
 * @param to after the last one
 * @returns max |ΔQ|
 */
export function softmax(
  source: usize,
  scores: usize,
  channels: usize,
  damping: f32,
  marginals: usize,
  from: usize,
  to: usize,
): f32 {
  const rowBytes = channels << 2;
  const first = from * rowBytes;
  if (channels === 2) return softmaxPairs(source + first, to - from, damping, marginals + first);
  const end = source + to * rowBytes;
  const dampings = f32x4.splat(damping);
  let change = f32x4.splat(0);
  // All rows' exponentials take the place of the first row's, which stays in the cache.
  const values = scores + first;
  let q = marginals + first;
  for (let given = source + first; given < end; given += rowBytes) {
    let highest = v128.load(given);
    for (let offset: usize = 16; offset < rowBytes; offset += 16)
      highest = f32x4.pmax(highest, v128.load(given + offset));
    const maximum = f32x4.splat(largestOf(highest));
    let total = f32x4.splat(0);
    for (let offset: usize = 0; offset < rowBytes; offset += 16) {
      const value = exponential(f32x4.sub(v128.load(given + offset), maximum));
      v128.store(values + offset, value);
      total = f32x4.add(total, value);
    }
    const factor = f32x4.splat((1 - damping) / sumOf(total));
    for (let offset: usize = 0; offset < rowBytes; offset += 16) {
      const before = v128.load(q + offset);
      const after = f32x4.add(f32x4.mul(factor, v128.load(values + offset)), f32x4.mul(dampings, before));
      change = f32x4.pmax(change, f32x4.abs(f32x4.sub(after, before)));
      v128.store(q + offset, after);
    }
    q += rowBytes;
  }
  return largestOf(change);
}

/** Rows of two channels, four pixels at a time: one of two exponentials is 1. */
function softmaxPairs(scores: usize, pixelCount: usize, damping: f32, marginals: usize): f32 {
  const bytes = pixelCount << 3;
  const whole = bytes & ~31;
  const undamped = f32x4.splat(1 - damping);
  const dampings = f32x4.splat(damping);
  let change = f32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += at < whole ? 32 : 8) {
    // Past the last four pixels one stands for four.
    const given = scores + at;
    const q = marginals + at;
    const left = at < whole ? v128.load(given) : v128.load64_splat(given);
    const right = at < whole ? v128.load(given, 16) : left;
    const first = v128.shuffle<f32>(left, right, 0, 2, 4, 6);
    const second = v128.shuffle<f32>(left, right, 1, 3, 5, 7);
    const smaller = exponential(f32x4.neg(f32x4.abs(f32x4.sub(first, second))));
    const most = f32x4.div(undamped, f32x4.add(f32x4.splat(1), smaller));
    const least = f32x4.mul(most, smaller);
    const firstIsMost = f32x4.ge(first, second);
    const ofFirst = v128.bitselect(most, least, firstIsMost);
    const ofSecond = v128.bitselect(least, most, firstIsMost);
    const before = at < whole ? v128.load(q) : v128.load64_splat(q);
    const after = f32x4.add(v128.shuffle<f32>(ofFirst, ofSecond, 0, 4, 1, 5), f32x4.mul(dampings, before));
    change = f32x4.pmax(change, f32x4.abs(f32x4.sub(after, before)));
    if (at < whole) {
      const beforeRight = v128.load(q, 16);
      const afterRight = f32x4.add(v128.shuffle<f32>(ofFirst, ofSecond, 2, 6, 3, 7), f32x4.mul(dampings, beforeRight));
      change = f32x4.pmax(change, f32x4.abs(f32x4.sub(afterRight, beforeRight)));
      v128.store(q, after);
      v128.store(q, afterRight, 16);
    } else {
      v128.store64_lane(q, after, 0);
    }
  }
  return largestOf(change);
}

function largestOf(lanes: v128): f32 {
  const halves = f32x4.pmax(lanes, v128.shuffle<f32>(lanes, lanes, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.pmax(halves, v128.shuffle<f32>(halves, halves, 1, 0, 3, 2)), 0);
}

function sumOf(lanes: v128): f32 {
  const halves = f32x4.add(lanes, v128.shuffle<f32>(lanes, lanes, 2, 3, 0, 1));
  return f32x4.extract_lane(f32x4.add(halves, v128.shuffle<f32>(halves, halves, 1, 0, 3, 2)), 0);
}

/** ln 2 in two parts: a multiple of the first, which has 12 bits, is exact, so that x - k·ln 2 loses nothing. */
const ln2High: f32 = 0.693115234375;
const ln2Low: f32 = 3.19461832987e-5;

/** Below this e^x is no normal float32 any more; the result is 0. */
const smallestExponent: f32 = -87.3;

/**
 * e^x for x <= 0 to a relative error of 2e-7, or 0 below -87.3: x = k·ln 2 + r with |r| <= 0.35, and the exponential series of r
 * to its seventh power.
 */
function exponential(x: v128): v128 {
  const representable = f32x4.gt(x, f32x4.splat(smallestExponent));
  const clamped = f32x4.pmax(f32x4.splat(smallestExponent), x);
  const k = f32x4.nearest(f32x4.mul(clamped, f32x4.splat(Mathf.LOG2E)));
  const r = f32x4.sub(f32x4.sub(clamped, f32x4.mul(k, f32x4.splat(ln2High))), f32x4.mul(k, f32x4.splat(ln2Low)));
  let series = f32x4.splat(1.0 / 5040.0);
  series = f32x4.add(f32x4.splat(1.0 / 720.0), f32x4.mul(r, series));
  series = f32x4.add(f32x4.splat(1.0 / 120.0), f32x4.mul(r, series));
  series = f32x4.add(f32x4.splat(1.0 / 24.0), f32x4.mul(r, series));
  series = f32x4.add(f32x4.splat(1.0 / 6.0), f32x4.mul(r, series));
  series = f32x4.add(f32x4.splat(0.5), f32x4.mul(r, series));
  series = f32x4.add(f32x4.splat(1.0), f32x4.mul(r, series));
  series = f32x4.add(f32x4.splat(1.0), f32x4.mul(r, series));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(127)), 23);
  return v128.and(representable, f32x4.mul(series, power));
}
