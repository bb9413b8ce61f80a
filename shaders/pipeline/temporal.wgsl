// Q' = (1 - w)·Q + w·Q'before, and a label map that changes only for a reason: smoothing over time that follows colour.
//
// w = strength·still, still = exp(-change/(2·colourSigma²)). `change` is how far the image's colours around a pixel moved from their running
// mean, beyond what noise explains. With d the difference of image and mean, and b = [1 4 1]⊗[1 4 1]/36 a window of 3×3:
// change = max(|Σ b·d|² - Σb²·Σ b·|d|², 0). For independent noise both terms have the same expectation, however strong the noise is.
// Where all of the window changed alike, |Σ b·d|² is Σ b·|d|² and three quarters of it count; where its centre alone changed, 9 %.
// The mean takes the image in by 1 - w, as Q' takes Q: where something moved, both begin anew.
//
// The label changes where another one's Q' is above its own by more than hysteresis·still. One invocation a pixel.

// @import invocation

struct Temporal {
  width: u32,
  height: u32,
  labelCount: u32,
  // 1: there is no past.
  isFirst: u32,
  // 0..1
  strength: f32,
  // 1/(2·colourSigma²), colours on 0..255.
  falloff: f32,
  // 0..1
  hysteresis: f32,
}

@group(0) @binding(0) var<uniform> temporal: Temporal;
// RGBA bytes, [height, width]
@group(0) @binding(1) var<storage, read> image: array<u32>;
// Running mean of the image, 16 bits a channel, [height, width]
@group(0) @binding(2) var<storage, read> pastMean: array<vec2u>;
// [labelCount, height, width]
@group(0) @binding(3) var<storage, read> marginals: array<f32>;
// As `pastMean`, with this image in it.
@group(0) @binding(4) var<storage, read_write> presentMean: array<vec2u>;
// Q' of the frame before, then of this one, [labelCount, height, width]
@group(0) @binding(5) var<storage, read_write> smoothed: array<f32>;
// Of the frame before, then of this one, [height, width]
@group(0) @binding(6) var<storage, read_write> labelMap: array<u32>;

// Σb²: ((1 + 16 + 1)/36)²
const noiseShare = 0.25;

// On 0..255.
fn imageAt(pixel: u32) -> vec3f {
  return 255.0 * unpack4x8unorm(image[pixel]).rgb;
}

fn pastAt(pixel: u32) -> vec3f {
  let words = pastMean[pixel];
  return 255.0 * vec3f(unpack2x16unorm(words.x), unpack2x16unorm(words.y).x);
}

fn changeAt(pixel: u32) -> f32 {
  let size = vec2i(i32(temporal.width), i32(temporal.height));
  let at = vec2i(i32(pixel % temporal.width), i32(pixel / temporal.width));
  var mean = vec3f(0.0);
  var square = 0.0;
  for (var y = -1; y <= 1; y++) {
    for (var x = -1; x <= 1; x++) {
      let near = clamp(at + vec2i(x, y), vec2i(0), size - 1);
      let index = u32(near.y * size.x + near.x);
      let weight = f32((4 - 3 * abs(x)) * (4 - 3 * abs(y))) / 36.0;
      let difference = imageAt(index) - pastAt(index);
      mean += weight * difference;
      square += weight * dot(difference, difference);
    }
  }
  return max(dot(mean, mean) - noiseShare * square, 0.0);
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  let pixelCount = temporal.width * temporal.height;
  if (pixel >= pixelCount) { return; }
  var still = 0.0;
  var mean = imageAt(pixel);
  if (temporal.isFirst == 0u) {
    still = exp(-changeAt(pixel) * temporal.falloff);
    mean = mix(mean, pastAt(pixel), temporal.strength * still);
  }
  presentMean[pixel] = vec2u(pack2x16unorm(mean.rg / 255.0), pack2x16unorm(vec2f(mean.b / 255.0, 0.0)));

  let weight = temporal.strength * still;
  var best = -1.0;
  var label = 0u;
  for (var other = 0u; other < temporal.labelCount; other++) {
    let index = other * pixelCount + pixel;
    var probability = marginals[index];
    // What the buffer held before the first frame must not matter.
    if (weight > 0.0) { probability = (1.0 - weight) * probability + weight * smoothed[index]; }
    smoothed[index] = probability;
    if (probability > best) {
      best = probability;
      label = other;
    }
  }
  if (temporal.isFirst == 0u) {
    let before = labelMap[pixel];
    if (best - smoothed[before * pixelCount + pixel] <= temporal.hysteresis * still) { label = before; }
  }
  labelMap[pixel] = label;
}
