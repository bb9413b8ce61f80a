// Resizes a frame and lays it out as a network or the CRF wants it, in one pass. One invocation writes one or two pixels, or a word.
//
//   out(i) = Σ_k w_k·in(k) / Σ_k w_k    w_k = max(0, 1 - |k + ½ - (i + ½)·in/out| / max(in/out, 1))    along both axes
//
// Bilinear where the picture grows; where it shrinks, a triangle as wide as the ratio (PIL's BILINEAR with its support, torch's
// `antialias=True`); half-pixel centres. Distances are whole numbers of 1/(2·out) of a frame's pixel, so weights carry no rounding.
// The picture lies in a window of the target; around it is the fill. All of the target may be mirrored, left to right.
//
// Cost: up to (2·max(in/out, 1))² loads a pixel.

// @import invocation

struct Resize {
  // Picture's window in the target, whole pixels: x, y, width, height.
  window: vec4u,
  frameSize: vec2u,
  targetSize: vec2u,
  // value = byte·factor + offset, bytes 0..255, in the target's channel order. The fourth factor is 1 where the target is mirrored, else 0.
  factor: vec4f,
  offset: vec4f,
  // Bytes around the window, in the frame's channel order.
  fill: vec4f,
}

@group(0) @binding(0) var<uniform> resizeOf: Resize;
// RGBA, 8 bits a channel.
@group(0) @binding(1) var frame: texture_2d<f32>;
// packed: RGBA bytes, u32 [y, x].  Else float32, or float16 two a word: [y, x, 3] (interleaved) or [3, y, x].
@group(0) @binding(2) var<storage, read_write> resized: array<u32>;

// Means of bytes often lie half way between two: a little more, and rounding errors do not decide which of them it is.
const tieBreak = 1.0 / 512.0;

// Frame pixels first..end - 1 under the triangle of a target pixel. Weights count in units of 1/(2·unit) and are whole numbers.
struct Taps {
  first: u32,
  end: u32,
  // The triangle's middle and half width, and a frame's pixel, in units of 1/(2·out).
  middle: i32,
  reach: i32,
  step: i32,
}

fn tapsOf(index: u32, inSize: u32, outSize: u32) -> Taps {
  let middle = (2u * index + 1u) * inSize;
  let reach = 2u * max(inSize, outSize);
  let step = 2u * outSize;
  // Pixel k has its centre at k·step + outSize: from the first centre inside the triangle to the last.
  let low = select(0u, (middle - reach - outSize) / step + 1u, middle >= reach + outSize);
  let high = (middle + reach + outSize - 1u) / step;
  return Taps(low, min(high, inSize), i32(middle), i32(reach), i32(step));
}

fn weightOf(taps: Taps, index: u32) -> f32 {
  let centre = i32(index) * taps.step + taps.step / 2;
  return f32(taps.reach - abs(centre - taps.middle));
}

// Bytes 0..255 of a target pixel, in the frame's channel order.
fn bytesOf(pixel: u32) -> vec4f {
  let place = vec2u(pixel % resizeOf.targetSize.x, pixel / resizeOf.targetSize.x);
  let at = vec2u(select(place.x, resizeOf.targetSize.x - 1u - place.x, resizeOf.factor.w != 0.0), place.y);
  let low = resizeOf.window.xy;
  let size = resizeOf.window.zw;
  if (any(at < low) || any(at >= low + size)) { return resizeOf.fill; }
  let columns = tapsOf(at.x - low.x, resizeOf.frameSize.x, size.x);
  let lines = tapsOf(at.y - low.y, resizeOf.frameSize.y, size.y);
  var sum = vec4f(0.0);
  var weights = 0.0;
  for (var y = lines.first; y < lines.end; y++) {
    var lineSum = vec4f(0.0);
    var lineWeights = 0.0;
    for (var x = columns.first; x < columns.end; x++) {
      let weight = weightOf(columns, x);
      lineSum += weight * textureLoad(frame, vec2u(x, y), 0);
      lineWeights += weight;
    }
    // Each line's mean first: sums stay near the bytes' own size.
    sum += weightOf(lines, y) * (lineSum / lineWeights);
    weights += weightOf(lines, y);
  }
  return 255.0 * (sum / weights);
}

// A target pixel's three channels as the network sees them.
fn valuesOf(pixel: u32) -> vec3f {
  let bytes = bytesOf(pixel);
  let channels = select(bytes.rgb, bytes.bgr, bgr);
  return channels * resizeOf.factor.xyz + resizeOf.offset.xyz;
}

// Value of an element of [3, y, x].
fn planarValue(element: u32, pixelCount: u32) -> f32 {
  let values = valuesOf(element % pixelCount);
  let channel = element / pixelCount;
  return select(select(values.x, values.y, channel == 1u), values.z, channel == 2u);
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let item = itemIndex(workgroup, invocation);
  let pixelCount = resizeOf.targetSize.x * resizeOf.targetSize.y;

  if (packed) {
    if (item >= pixelCount) { return; }
    resized[item] = pack4x8unorm((bytesOf(item) + tieBreak) / 255.0);
    return;
  }

  if (!halves) {
    if (item >= pixelCount) { return; }
    let values = bitcast<vec3u>(valuesOf(item));
    let first = select(item, 3u * item, interleaved);
    let stride = select(pixelCount, 1u, interleaved);
    resized[first] = values.x;
    resized[first + stride] = values.y;
    resized[first + 2u * stride] = values.z;
    return;
  }

  // Planes of an odd number of halves: a word may hold the end of one plane and the start of the next.
  let straddles = !interleaved && pixelCount % 2u == 1u;
  if (straddles) {
    if (2u * item >= 3u * pixelCount) { return; }
    let high = min(2u * item + 1u, 3u * pixelCount - 1u);
    let pair = vec2f(planarValue(2u * item, pixelCount), select(0.0, planarValue(high, pixelCount), high == 2u * item + 1u));
    resized[item] = pack2x16float(pair);
    return;
  }

  let first = 2u * item;
  if (first >= pixelCount) { return; }
  let even = valuesOf(first);
  var odd = vec3f(0.0);
  let paired = first + 1u < pixelCount;
  if (paired) { odd = valuesOf(first + 1u); }
  if (interleaved) {
    resized[3u * item] = pack2x16float(even.xy);
    resized[3u * item + 1u] = pack2x16float(vec2f(even.z, odd.x));
    if (paired) { resized[3u * item + 2u] = pack2x16float(odd.yz); }
  } else {
    let plane = pixelCount / 2u;
    resized[item] = pack2x16float(vec2f(even.x, odd.x));
    resized[plane + item] = pack2x16float(vec2f(even.y, odd.y));
    resized[2u * plane + item] = pack2x16float(vec2f(even.z, odd.z));
  }
}
