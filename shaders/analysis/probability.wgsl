// Probability that a pixel has one of the wanted labels: Σ Q over them, in the order of the labels. One invocation a pixel.

// @import invocation
// @import extent

// [labelCount, pixelCount]
@group(0) @binding(1) var<storage, read> marginals: array<f32>;
// 1 for a wanted label, else 0; [labelCount].
@group(0) @binding(2) var<storage, read> wanted: array<u32>;
// [pixelCount]
@group(0) @binding(3) var<storage, read_write> probability: array<f32>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  var sum = 0.0;
  for (var label = 0u; label < labelCount; label++) {
    if (wanted[label] != 0u) { sum += marginals[label * pixelCount() + pixel]; }
  }
  probability[pixel] = sum;
}
