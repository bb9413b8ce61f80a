// Distance in pixels of each pixel to the nearest site on its own column (`alongColumns`) or row; `noDistance` on lines without a site.
// Sites are the pixels that are zero (`sitesAreZero`) or those that are not. First half of the distance transform, and both halves of
// morphology with a square. One invocation a line: once forwards, once backwards.

// @import invocation
// @import extent

const noDistance = 0xffffffffu;

// [pixelCount]
@group(0) @binding(1) var<storage, read> values: array<u32>;
// [pixelCount]
@group(0) @binding(2) var<storage, read_write> distances: array<u32>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let line = itemIndex(workgroup, invocation);
  if (line >= select(extent.height, extent.width, alongColumns)) { return; }
  let length = select(extent.width, extent.height, alongColumns);
  let step = select(1u, extent.width, alongColumns);
  let first = select(line * extent.width, line, alongColumns);
  var distance = noDistance;
  for (var i = 0u; i < length; i++) {
    let pixel = first + i * step;
    if ((values[pixel] == 0u) == sitesAreZero) {
      distance = 0u;
    } else if (distance != noDistance) {
      distance++;
    }
    distances[pixel] = distance;
  }
  for (var i = length; i > 0u; i--) {
    let pixel = first + (i - 1u) * step;
    let before = distances[pixel];
    if (before == 0u) {
      distance = 0u;
    } else if (distance != noDistance) {
      distance++;
    }
    distances[pixel] = min(before, distance);
  }
}
