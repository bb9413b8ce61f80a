// Slice: reads each pixel's message from its simplex's vertices and adds it to the logits; the last kernel turns them into Q.
// Adams, Baek, Davis 2010; Krähenbühl & Koltun 2011, algorithm 1.
// One invocation a run of pixels in one simplex and a block of lanes: the simplex's rows are loaded once for the run.

// @import invocation
// @import lane{laneWidth}
// @import block
// @import counted
// @import slice-bindings
// y: the message of Q = 1, [pixelCount]; read only where `implicitLast` and not `filtersExcess`.
@group(0) @binding(6) var<storage, read> norms: array<vec2f>;
// Blurred rows, [vertexCapacity + 1, rowBlocks].
@group(0) @binding(7) var<storage, read> values: array<Block>;
// Energies, [pixelCount, rowBlocks]; read by the first kernel only.
@group(0) @binding(8) var<storage, read> unary: array<Block>;
// Logits, and Q after the last kernel where `lastKernel`; [pixelCount, rowBlocks].
@group(0) @binding(9) var<storage, read_write> logits: array<Block>;

// @import softmax-lanes
// @import update-logits

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let index = itemIndex(workgroup, invocation);
  if (index >= counted.runCount) { return; }
  let block = workgroup.z;
  let run = runs[index];
  let start = run.y >> runLengthBits;
  let length = (run.y & (maxRunLength - 1u)) + 1u;

  let corners = &simplexVertices[run.x];
  var rows: array<Lane, cornerCount * blockLanes>;
  // A turn for each vertex, whose row is put behind the others, for the reason in splat.wgsl: 90 ms in place of 180 to compile, and the same to run.
  for (var read = 0u; read < cornerCount; read++) {
    // @unroll
    for (var k = 0u; k < featureDim; k++) {
      // @unroll
      for (var lane = 0u; lane < blockLanes; lane++) { rows[k * blockLanes + lane] = rows[(k + 1u) * blockLanes + lane]; }
    }
    let row = &values[(*corners)[read] * rowBlocks + block];
    // @unroll
    for (var lane = 0u; lane < blockLanes; lane++) { rows[featureDim * blockLanes + lane] = (*row)[lane]; }
  }

  for (var i = 0u; i < length; i++) {
    let place = start + i;
    let pixel = sortedPixels[place];
    let shares = &weights[place];
    // Zeroed by hand: SwiftShader (through Dawn) kept the values of the turn before in an array declared without a value.
    var lanes = array<Lane, blockLanes>();
    // @unroll
    for (var k = 0u; k < cornerCount; k++) {
      let weight = (*shares)[k] * parameters.weight;
      // @unroll
      for (var lane = 0u; lane < blockLanes; lane++) {
        lanes[lane] += weight * rows[k * blockLanes + lane];
      }
    }
    var unit = 0.0;
    if (implicitLast && !filtersExcess) { unit = norms[pixel].y * parameters.unitWeight; }
    updateLogits(pixel * rowBlocks + block, lanes, unit);
  }
}
