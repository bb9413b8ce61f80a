// The largest value of a map. One invocation a strip of `stripLength` pixels. `result` must be zero at first.

// @import invocation
// @import extent

// [pixelCount]
@group(0) @binding(1) var<storage, read> values: array<u32>;
// One word.
@group(0) @binding(2) var<storage, read_write> result: array<atomic<u32>>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let strip = itemIndex(workgroup, invocation);
  let end = min((strip + 1u) * stripLength, pixelCount());
  var most = 0u;
  for (var pixel = strip * stripLength; pixel < end; pixel++) {
    most = max(most, values[pixel]);
  }
  if (most > 0u) { atomicMax(&result[0], most); }
}
