// Numbers components 1, 2, … in raster order of their first pixels.
//
//   flag   1 at the first pixel of a component, else 0; then `scan` turns flags into how many there are before
//   main   each pixel takes its component's number
//
// One invocation a pixel.

// @import invocation
// @import extent

// 0, or 1 + the first pixel of the component; [pixelCount].
@group(0) @binding(1) var<storage, read> roots: array<u32>;
// [pixelCount]
@group(0) @binding(2) var<storage, read_write> ids: array<u32>;
// Flags, then counts; [pixelCount].
@group(0) @binding(3) var<storage, read_write> flags: array<u32>;

@compute @workgroup_size(workgroupSize)
fn flag(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  flags[pixel] = u32(roots[pixel] == pixel + 1u);
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  let root = roots[pixel];
  var id = 0u;
  if (root > 0u) { id = flags[root - 1u] + 1u; }
  ids[pixel] = id;
}
