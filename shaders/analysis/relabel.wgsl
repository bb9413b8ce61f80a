// Gives each label another one, by table: masks of labels (tables of 0 and 1) and merged labels are made so. One invocation a pixel.
// Values that the table does not know stay as they are (`keepsOthers`) or become 0.

// @import invocation
// @import extent

// [pixelCount]
@group(0) @binding(1) var<storage, read> labels: array<u32>;
// New label by label; [labelCount].
@group(0) @binding(2) var<storage, read> table: array<u32>;
// [pixelCount]
@group(0) @binding(3) var<storage, read_write> relabelled: array<u32>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  let label = labels[pixel];
  var result = select(0u, label, keepsOthers);
  if (label < labelCount) { result = table[label]; }
  relabelled[pixel] = result;
}
