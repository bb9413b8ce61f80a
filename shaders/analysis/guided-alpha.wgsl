// Guided filter, last step: alpha = mean(a)·I + mean(b) over the window, kept in 0..1; a trimap's sure pixels (`hasTrimap`) are 0 or 1.
// One invocation a pixel.

// @import invocation
// @import extent

struct Guide {
  radius: u32,
  epsilon: f32,
}

@group(0) @binding(1) var<uniform> settings: Guide;
// RGBA bytes; [pixelCount].
@group(0) @binding(2) var<storage, read> image: array<u32>;
// Means of a and b along rows; [pixelCount].
@group(0) @binding(3) var<storage, read> rowMeans: array<vec4f>;
// 0, 1 (undecided) or 2; [pixelCount].
@group(0) @binding(4) var<storage, read> trimap: array<u32>;
// [pixelCount]
@group(0) @binding(5) var<storage, read_write> alpha: array<f32>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  let x = pixel % extent.width;
  let y = pixel / extent.width;
  let first = y - min(y, settings.radius);
  let end = min(extent.height, y + settings.radius + 1u);
  var sum = vec4f();
  for (var i = first; i < end; i++) { sum += rowMeans[i * extent.width + x]; }
  let model = sum / f32(end - first);
  var result = clamp(dot(model.xyz, unpack4x8unorm(image[pixel]).xyz) + model.w, 0.0, 1.0);
  if (hasTrimap) {
    if (trimap[pixel] == 0u) { result = 0.0; }
    if (trimap[pixel] == 2u) { result = 1.0; }
  }
  alpha[pixel] = result;
}
