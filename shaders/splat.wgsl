// Splat: adds each pixel's channels, weighted by its barycentric weights, to its simplex's vertices.
// Adams, Baek, Davis 2010.
// One invocation a run of pixels in one simplex and a block of lanes: the run is summed in registers, then added to global memory once.

// @import work-item
// @import lane{laneWidth}
// @import block
// @import counted
// @import splat-bindings
// Fixed-point sums, [vertexCapacity + 1, rowBlocks].
@group(0) @binding(7) var<storage, read_write> sums: array<array<atomic<i32>, blockLanes * laneWidth>>;

// @import splat-terms

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let work = workItem(workgroup, invocation);
  if (work.item >= counted.runCount) { return; }
  var vertices: Corners;
  var total: Terms;
  addTerms(runOf(runs[work.item]), work.block, &vertices, &total);
  // A turn for each vertex, then the next one's terms move to the front, so that every index stays a constant. Unrolled, SwiftShader took 180 ms in place
  // of 110 to compile this for 5 features and 21 labels, and ran it no faster (Dawn for Node, two cores of an EPYC).
  for (var left = cornerCount; left > 0u; left--) {
    let sum = &sums[vertices[0] * rowBlocks + work.block];
    // @unroll
    for (var lane = 0u; lane < blockLanes; lane++) {
      // @unroll
      for (var channel = 0u; channel < laneWidth; channel++) {
        atomicAdd(&(*sum)[lane * laneWidth + channel], laneChannel(total[lane], channel));
      }
    }
    // @unroll
    for (var k = 0u; k < featureDim; k++) {
      vertices[k] = vertices[k + 1u];
      // @unroll
      for (var lane = 0u; lane < blockLanes; lane++) { total[k * blockLanes + lane] = total[(k + 1u) * blockLanes + lane]; }
    }
  }
}
