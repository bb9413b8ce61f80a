// Inner outline: pixels that are not zero and have a neighbour of another value; beyond the image counts as another value where
// `alongFrame`. One invocation a pixel.

// @import invocation
// @import extent
// @import neighbourhood

// A mask, labels or ids; [pixelCount].
@group(0) @binding(1) var<storage, read> values: array<u32>;
// The value where there is outline, else 0; [pixelCount].
@group(0) @binding(2) var<storage, read_write> outline: array<u32>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  let value = values[pixel];
  let position = positionOf(pixel);
  var result = 0u;
  for (var direction = 0u; direction < connectivity; direction++) {
    let other = neighbourOf(position, direction);
    if (other == noPixel) {
      if (alongFrame) { result = value; }
    } else if (values[other] != value) {
      result = value;
    }
  }
  outline[pixel] = result;
}
