// Splat: adds each pixel's channels, weighted by its barycentric weights, to its simplex's vertices.
// Adams, Baek, Davis 2010.
// One invocation a run of pixels in one simplex and a block of lanes: the run is summed in registers, then added to global memory once.
//
// Sums are fixed-point integers, so the result does not depend on the order of invocations or of pixels in a run:
// term = w·q·scale rounded to a whole number by adding 2^23, whose unit in the last place is 1. Each vertex's scale keeps
// its terms below 2^23 and its sum below 2^30 (splat-scales.wgsl).

// @import invocation
// @import lane{laneWidth}
// @import block

// @import counted

@group(0) @binding(0) var<uniform> counted: Counted;
// (simplex, start << runLengthBits | length - 1)
@group(0) @binding(1) var<storage, read> runs: array<vec2u>;
@group(0) @binding(2) var<storage, read> sortedPixels: array<u32>;
@group(0) @binding(3) var<storage, read> simplexVertices: array<array<u32, cornerCount>>;
// Weights, [pixelCount, d + 1]: with n in them, in the order of `sortedPixels` (normalization.wgsl); or, where `byPixel`, barycentric.
@group(0) @binding(4) var<storage, read> weights: array<array<f32, cornerCount>>;
// Q, [pixelCount, rowBlocks]; not read where `ones`.
@group(0) @binding(5) var<storage, read> q: array<Block>;
@group(0) @binding(6) var<storage, read> scales: array<f32>;
// Fixed-point sums, [vertexCapacity + 1, rowBlocks].
@group(0) @binding(7) var<storage, read_write> sums: array<array<atomic<i32>, blockLanes * laneWidth>>;

const roundingOffset = 8388608.0;
const roundingBits = 0x4b000000i;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let index = itemIndex(workgroup, invocation);
  if (index >= counted.runCount) { return; }
  let block = workgroup.z;
  let run = runs[index];
  let start = run.y >> runLengthBits;
  let length = (run.y & (maxRunLength - 1u)) + 1u;

  let corners = &simplexVertices[run.x];
  var vertices: array<u32, cornerCount>;
  var vertexScales: array<f32, cornerCount>;
  // @unroll
  for (var k = 0u; k < cornerCount; k++) {
    vertices[k] = (*corners)[k];
    vertexScales[k] = scales[vertices[k]];
  }

  var total: array<IntegerLane, cornerCount * blockLanes>;
  for (var i = 0u; i < length; i++) {
    let place = start + i;
    let pixel = sortedPixels[place];
    let shares = &weights[select(place, pixel, byPixel)];
    let row = &q[select(pixel * rowBlocks + block, 0u, ones)];
    var lanes = Block();
    // @unroll
    for (var lane = 0u; lane < blockLanes; lane++) {
      if (ones) { lanes[lane] = Lane(1.0); } else { lanes[lane] = (*row)[lane]; }
    }
    // @unroll
    for (var k = 0u; k < cornerCount; k++) {
      let weight = (*shares)[k] * vertexScales[k];
      // @unroll
      for (var lane = 0u; lane < blockLanes; lane++) {
        total[k * blockLanes + lane] += bitcast<IntegerLane>(weight * lanes[lane] + Lane(roundingOffset));
      }
    }
  }

  // @unroll
  for (var k = 0u; k < cornerCount; k++) {
    let sum = &sums[vertices[k] * rowBlocks + block];
    // @unroll
    for (var lane = 0u; lane < blockLanes; lane++) {
      let terms = total[k * blockLanes + lane] - IntegerLane(i32(length) * roundingBits);
      // @unroll
      for (var channel = 0u; channel < laneWidth; channel++) {
        atomicAdd(&(*sum)[lane * laneWidth + channel], laneChannel(terms, channel));
      }
    }
  }
}
