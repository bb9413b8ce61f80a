// The last kernel's slice and its splat of the next iteration in one: Q goes from registers to memory and to the vertices. Same sums in the
// same order as slice.wgsl and splat.wgsl, and so the same bits; places, weights and runs are read once, and Q is not read again.
// One invocation a run of pixels in one simplex, whose rows are one lane. Another kernel's messages are in the logits already.

// @import invocation
// @import lane{laneWidth}
// @import block
// @import counted
// @import slice-bindings
// Blurred rows, [vertexCapacity + 1].
@group(0) @binding(6) var<storage, read> values: array<Lane>;
@group(0) @binding(7) var<storage, read> scales: array<f32>;
// Logits, and then Q, [pixelCount].
@group(0) @binding(8) var<storage, read_write> logits: array<Block>;
// Fixed-point sums, [vertexCapacity + 1].
@group(0) @binding(9) var<storage, read_write> sums: array<array<atomic<i32>, laneWidth>>;

// @import softmax-lanes
// @import excess
// @import fixed-point

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let index = itemIndex(workgroup, invocation);
  if (index >= counted.runCount) { return; }
  let run = runs[index];
  let start = run.y >> runLengthBits;
  let length = (run.y & (maxRunLength - 1u)) + 1u;

  let corners = &simplexVertices[run.x];
  var rows: array<Lane, cornerCount>;
  var vertexScales: array<f32, cornerCount>;
  var total: array<IntegerLane, cornerCount>;
  // @unroll
  for (var k = 0u; k < cornerCount; k++) {
    rows[k] = values[(*corners)[k]];
    vertexScales[k] = scales[(*corners)[k]];
  }

  for (var i = 0u; i < length; i++) {
    let place = start + i;
    let shares = &weights[place];
    var message = Lane(0.0);
    // @unroll
    for (var k = 0u; k < cornerCount; k++) {
      let weight = (*shares)[k] * parameters.weight;
      message += weight * rows[k];
    }
    let row = &logits[sortedPixels[place]];
    let q = softmaxOf(Block(message + (*row)[0]));
    (*row)[0] = q[0];
    // @unroll
    for (var k = 0u; k < cornerCount; k++) {
      let weight = (*shares)[k] * vertexScales[k];
      total[k] += bitcast<IntegerLane>(weight * filtered(q[0]) + Lane(roundingOffset()));
    }
  }

  let offset = IntegerLane(i32(length) * roundingBits());
  // @unroll
  for (var k = 0u; k < cornerCount; k++) {
    let terms = total[k] - offset;
    let sum = &sums[(*corners)[k]];
    // @unroll
    for (var channel = 0u; channel < laneWidth; channel++) {
      atomicAdd(&(*sum)[channel], laneChannel(terms, channel));
    }
  }
}
