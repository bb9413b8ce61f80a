// What the edge of the foreground is refined by, at the working size: the mean colour of the frame under each working pixel, every
// frame pixel weighted by how much of it the working pixel covers, and the foreground's coarse opacity,
// smoothstep(0.15, 0.85, Σ Q over its labels): a network that is only fairly sure of a person must not make a ghost of it.
// One invocation a working pixel.

// @import invocation
// @import drawing

// [frameHeight, frameWidth], straight alpha
@group(0) @binding(1) var frame: texture_2d<f32>;
// [labelCount, height, width]
@group(0) @binding(2) var<storage, read> marginals: array<f32>;
// 1 where the label is foreground, [labelCount]
@group(0) @binding(3) var<storage, read> isForeground: array<u32>;
// (red, green, blue, coarse opacity), each 0..1, [height, width]
@group(0) @binding(4) var<storage, read_write> guide: array<vec4f>;

// The part of frame pixel `at` in `low`..`high`.
fn overlap(at: u32, low: f32, high: f32) -> f32 {
  return max(min(f32(at) + 1.0, high) - max(f32(at), low), 0.0);
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  let pixelCount = drawing.width * drawing.height;
  if (pixel >= pixelCount) { return; }
  let at = vec2u(pixel % drawing.width, pixel / drawing.width);
  let frameSize = vec2u(drawing.frameWidth, drawing.frameHeight);
  let cell = vec2f(frameSize) / vec2f(f32(drawing.width), f32(drawing.height));
  let start = vec2f(at) * cell;
  let end = vec2f(at + 1u) * cell;
  let last = min(vec2u(ceil(end)), frameSize);
  var sum = vec3f(0.0);
  var weights = 0.0;
  for (var y = u32(start.y); y < last.y; y++) {
    let rowWeight = overlap(y, start.y, end.y);
    for (var x = u32(start.x); x < last.x; x++) {
      let weight = rowWeight * overlap(x, start.x, end.x);
      sum += weight * textureLoad(frame, vec2u(x, y), 0).rgb;
      weights += weight;
    }
  }
  var probability = 0.0;
  for (var label = 0u; label < drawing.labelCount; label++) {
    if (isForeground[label] != 0u) { probability += marginals[label * pixelCount + pixel]; }
  }
  guide[pixel] = vec4f(sum / weights, smoothstep(0.15, 0.85, probability));
}
