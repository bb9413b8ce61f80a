// Values inside a mask, 0 outside it. One invocation a pixel.

// @import invocation
// @import extent

// [pixelCount]
@group(0) @binding(1) var<storage, read> values: array<u32>;
// [pixelCount]
@group(0) @binding(2) var<storage, read> mask: array<u32>;
// [pixelCount]
@group(0) @binding(3) var<storage, read_write> restricted: array<u32>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  restricted[pixel] = select(0u, values[pixel], mask[pixel] != 0u);
}
