// Mask of the values up to a limit (`within`), or of those above it. One invocation a pixel. Dilation is the pixels within a distance
// of the mask, erosion those that are farther than it from the rest.

// @import invocation
// @import extent

struct Threshold {
  limit: u32,
}

@group(0) @binding(1) var<uniform> settings: Threshold;
// [pixelCount]
@group(0) @binding(2) var<storage, read> values: array<u32>;
// 0 or 1; [pixelCount].
@group(0) @binding(3) var<storage, read_write> mask: array<u32>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  mask[pixel] = u32((values[pixel] <= settings.limit) == within);
}
