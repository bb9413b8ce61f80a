// Lays Q out as people and networks have it, [label, y, x], from rows of channels. One invocation a pixel; a dispatch a slab.
// Where `implicitLast`, the label that is not stored has what the others leave.

// @import invocation

struct Planar {
  pixelCount: u32,
  labelCount: u32,
  // First label of this slab.
  firstLabel: u32,
}

@group(0) @binding(0) var<uniform> problem: Planar;
// [pixelCount, rowLanes·laneWidth]
@group(0) @binding(1) var<storage, read> q: array<f32>;
// [labelCount, pixelCount]
@group(0) @binding(2) var<storage, read_write> marginals: array<f32>;

const rowChannels = rowLanes * laneWidth;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= problem.pixelCount) { return; }
  var sum = 0.0;
  let channels = min(rowChannels, storedLabels - problem.firstLabel);
  for (var channel = 0u; channel < channels; channel++) {
    let probability = q[pixel * rowChannels + channel];
    sum += probability;
    marginals[(problem.firstLabel + channel) * problem.pixelCount + pixel] = probability;
  }
  if (implicitLast) { marginals[(problem.labelCount - 1u) * problem.pixelCount + pixel] = max(1.0 - sum, 0.0); }
}
