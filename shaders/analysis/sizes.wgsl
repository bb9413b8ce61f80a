// Pixels of each component, and what follows from them.
//
//   count   one invocation a strip of `stripLength` pixels of a row; adds to memory once a run. `sizes` must be zero at first
//   keep    components of at least `limit` pixels keep their values, the others become 0
//   fill    mask of what is not zero, and of the components (holes) of at most `limit` pixels
//
// `keep` and `fill`: one invocation a pixel.

// @import invocation
// @import extent

struct Sizes {
  limit: u32,
}

@group(0) @binding(1) var<uniform> settings: Sizes;
// [pixelCount]
@group(0) @binding(2) var<storage, read> values: array<u32>;
// 0, or 1 + the first pixel of the component; [pixelCount].
@group(0) @binding(3) var<storage, read> roots: array<u32>;
// [pixelCount]
@group(0) @binding(4) var<storage, read_write> result: array<u32>;
// Pixels, by root; [pixelCount + 1].
@group(0) @binding(5) var<storage, read_write> sizes: array<atomic<u32>>;

@compute @workgroup_size(workgroupSize)
fn count(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let strips = (extent.width + stripLength - 1u) / stripLength;
  let strip = itemIndex(workgroup, invocation);
  if (strip >= strips * extent.height) { return; }
  let first = (strip % strips) * stripLength;
  let row = (strip / strips) * extent.width;
  let end = min(extent.width, first + stripLength);
  var root = roots[row + first];
  var pixels = 0u;
  for (var x = first; x < end; x++) {
    let next = roots[row + x];
    if (next != root) {
      if (root > 0u) { atomicAdd(&sizes[root], pixels); }
      root = next;
      pixels = 0u;
    }
    pixels++;
  }
  if (root > 0u) { atomicAdd(&sizes[root], pixels); }
}

@compute @workgroup_size(workgroupSize)
fn keep(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  let root = roots[pixel];
  result[pixel] = select(0u, values[pixel], root > 0u && atomicLoad(&sizes[root]) >= settings.limit);
}

@compute @workgroup_size(workgroupSize)
fn fill(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  let root = roots[pixel];
  let filled = root > 0u && atomicLoad(&sizes[root]) <= settings.limit;
  result[pixel] = u32(filled || values[pixel] != 0u);
}
