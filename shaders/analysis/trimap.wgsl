// Trimap of a mask: 2 surely inside, 0 surely outside, 1 undecided. Inside is what lies farther than `inner` from the rest, outside what lies
// farther than `outer` from the mask. One invocation a pixel.

// @import invocation
// @import extent

struct Trimap {
  // Largest squared distances that are undecided.
  inner: u32,
  outer: u32,
}

@group(0) @binding(1) var<uniform> settings: Trimap;
// Squared distance to the nearest pixel outside the mask; [pixelCount].
@group(0) @binding(2) var<storage, read> toOutside: array<u32>;
// Squared distance to the nearest pixel of the mask; [pixelCount].
@group(0) @binding(3) var<storage, read> toInside: array<u32>;
// [pixelCount]
@group(0) @binding(4) var<storage, read_write> trimap: array<u32>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  var result = 1u;
  if (toOutside[pixel] > settings.inner) { result = 2u; }
  if (toInside[pixel] > settings.outer) { result = 0u; }
  trimap[pixel] = result;
}
