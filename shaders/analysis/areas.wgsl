// Pixels and bounding box of each label. One invocation a strip of `stripLength` pixels of a row: it adds to memory once a run of
// equal labels, not once a pixel. Sums of whole numbers and maxima do not depend on the order of invocations.
//
// The table must be zero at first. Its rows hold distances from the far edges, so that all four sides of a box are maxima:
// pixels, width - left, height - top, right, bottom (right and bottom are one past the last pixel). Labels from `labelCount` on share the last row.

// @import invocation
// @import extent

struct Areas {
  labelCount: u32,
}

@group(0) @binding(1) var<uniform> settings: Areas;
// [pixelCount]
@group(0) @binding(2) var<storage, read> labels: array<u32>;
// [labelCount + 1, 5]
@group(0) @binding(3) var<storage, read_write> table: array<atomic<u32>>;

fn add(label: u32, y: u32, left: u32, right: u32) {
  let row = 5u * min(label, settings.labelCount);
  atomicAdd(&table[row], right - left);
  atomicMax(&table[row + 1u], extent.width - left);
  atomicMax(&table[row + 2u], extent.height - y);
  atomicMax(&table[row + 3u], right);
  atomicMax(&table[row + 4u], y + 1u);
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let strips = (extent.width + stripLength - 1u) / stripLength;
  let strip = itemIndex(workgroup, invocation);
  if (strip >= strips * extent.height) { return; }
  let y = strip / strips;
  var left = (strip % strips) * stripLength;
  let end = min(extent.width, left + stripLength);
  var label = labels[y * extent.width + left];
  for (var x = left + 1u; x < end; x++) {
    let next = labels[y * extent.width + x];
    if (next != label) {
      add(label, y, left, x);
      left = x;
      label = next;
    }
  }
  add(label, y, left, end);
}
