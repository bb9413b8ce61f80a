// Fixes the scale of each vertex's fixed-point sums (see splat.wgsl), from a bound on its terms and their number.
//
//   bounds  where Q is divided before it is splatted, one invocation a run: the largest factor by which what comes to each vertex is multiplied
//   main    one invocation a vertex: the scale
//
// Barycentric weights and Q are at most 1, so a term is at most that factor, and at most 1 where no bound was found.
// Bounds and scales share a buffer: bits of the factor first, as bits of numbers that are not negative order as they do.

// @import invocation
// @import counted

@group(0) @binding(0) var<uniform> counted: Counted;
@group(0) @binding(1) var<storage, read> runs: array<vec2u>;
@group(0) @binding(2) var<storage, read> sortedPixels: array<u32>;
@group(0) @binding(3) var<storage, read> simplexVertices: array<u32>;
// x: 1/n or its root, [pixelCount].
@group(0) @binding(4) var<storage, read> norms: array<vec2f>;
// Pixels that splat into each vertex, [vertexCapacity + 1].
@group(0) @binding(5) var<storage, read> splatCounts: array<u32>;
// [vertexCapacity + 1]
@group(0) @binding(6) var<storage, read_write> scales: array<atomic<u32>>;

@compute @workgroup_size(workgroupSize)
fn bounds(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let index = itemIndex(workgroup, invocation);
  if (index >= counted.runCount) { return; }
  let run = runs[index];
  let start = run.y >> runLengthBits;
  let length = (run.y & (maxRunLength - 1u)) + 1u;
  var largest = 0.0;
  for (var i = 0u; i < length; i++) {
    largest = max(largest, norms[sortedPixels[start + i]].x);
  }
  for (var k = 0u; k < cornerCount; k++) {
    let vertex = simplexVertices[run.x * cornerCount + k];
    // The scale of the vertex that does not exist stays 0.
    if (vertex > 0u) { atomicMax(&scales[vertex], bitcast<u32>(largest)); }
  }
}

const one = 0x3f800000u;

// A power of two, so that scaling loses nothing. Terms below 2^e come out below 2^23, and the sum of n of them below 2^30.
fn scaleOf(largestTerm: u32, terms: u32) -> f32 {
  // By its bits: log2 and exp2 need not be exact. Terms that are all but zero need no more than this.
  let e = max(i32(largestTerm >> 23u) - 127 + 1, -60);
  let bits = i32(32u - countLeadingZeros(max(terms, 1u) - 1u));
  return bitcast<f32>(u32(127 + min(23, 30 - bits) - e) << 23u);
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let vertex = itemIndex(workgroup, invocation) + 1u;
  if (vertex > counted.vertexCount) { return; }
  let found = atomicLoad(&scales[vertex]);
  let bound = select(found, one, found == 0u);
  atomicStore(&scales[vertex], bitcast<u32>(scaleOf(bound, splatCounts[vertex])));
}
