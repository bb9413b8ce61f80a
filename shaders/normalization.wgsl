// Slices K·1, or K applied to 1/n, into the factors that normalise a kernel's message (norms.wgsl).
// One invocation a run.
//
//   first turn   the slice, times alpha, is n: it goes into the weights with which Q is splatted and messages are sliced from now on,
//                in the order in which runs need them
//   second turn  it is K applied to x

// @import invocation
// @import counted
// @import turn

@group(0) @binding(0) var<uniform> counted: Counted;
@group(0) @binding(1) var<storage, read> runs: array<vec2u>;
@group(0) @binding(2) var<storage, read> sortedPixels: array<u32>;
@group(0) @binding(3) var<storage, read> simplexVertices: array<array<u32, cornerCount>>;
// Barycentric weights by pixel, [pixelCount, d + 1].
@group(0) @binding(4) var<storage, read> weights: array<array<f32, cornerCount>>;
// One channel, [vertexCapacity + 1].
@group(0) @binding(5) var<storage, read> values: array<f32>;
@group(0) @binding(6) var<storage, read_write> norms: array<vec2f>;
// In the order of `sortedPixels`, [pixelCount, d + 1]; slice has its own only where `sliceApart`.
@group(0) @binding(7) var<storage, read_write> splatWeights: array<array<f32, cornerCount>>;
@group(0) @binding(8) var<storage, read_write> sliceWeights: array<array<f32, cornerCount>>;
@group(0) @binding(9) var<uniform> turn: Turn;

// @import norms

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let index = itemIndex(workgroup, invocation);
  if (index >= counted.runCount) { return; }
  let run = runs[index];
  let start = run.y >> runLengthBits;
  let length = (run.y & (maxRunLength - 1u)) + 1u;
  let corners = &simplexVertices[run.x];
  var rows: array<f32, cornerCount>;
  // @unroll
  for (var k = 0u; k < cornerCount; k++) {
    rows[k] = values[(*corners)[k]];
  }
  for (var i = 0u; i < length; i++) {
    let pixel = sortedPixels[start + i];
    let barycentric = &weights[pixel];
    var shares: array<f32, cornerCount>;
    var sum = 0.0;
    // @unroll
    for (var k = 0u; k < cornerCount; k++) {
      shares[k] = (*barycentric)[k];
      sum += shares[k] * rows[k];
    }
    sum *= latticeScale;
    if (turn.second == 1u) {
      norms[pixel].y = unitMessage(sum, norms[pixel].x);
    } else {
      let norm = normsOf(sum);
      norms[pixel] = norm;
      let before = &splatWeights[start + i];
      let after = &sliceWeights[select(0u, start + i, sliceApart)];
      // @unroll
      for (var k = 0u; k < cornerCount; k++) {
        (*before)[k] = shares[k] * select(1.0, norm.x, dividesBefore);
        if (sliceApart) { (*after)[k] = shares[k] * select(1.0, norm.x, dividesAfter); }
      }
    }
  }
}
