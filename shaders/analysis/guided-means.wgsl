// Guided filter, third step: each model's mean over the part of its row that is within `radius`. One invocation a pixel; sums of floats do
// not slide, as they would gather rounding errors.

// @import invocation
// @import extent

struct Guide {
  radius: u32,
  epsilon: f32,
}

@group(0) @binding(1) var<uniform> settings: Guide;
// a and b; [pixelCount].
@group(0) @binding(2) var<storage, read> models: array<vec4f>;
// [pixelCount]
@group(0) @binding(3) var<storage, read_write> rowMeans: array<vec4f>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  let x = pixel % extent.width;
  let row = pixel - x;
  let first = x - min(x, settings.radius);
  let end = min(extent.width, x + settings.radius + 1u);
  var sum = vec4f();
  for (var i = first; i < end; i++) { sum += models[row + i]; }
  rowMeans[pixel] = sum / f32(end - first);
}
