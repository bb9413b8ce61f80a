// Splat in the shape `subgroup`: where all runs of a subgroup are in one simplex, as in large flat areas, they are added up across the subgroup
// and added to memory once. One invocation a run of pixels in one simplex and a lane; neighbouring invocations have the same lane of
// neighbouring runs, and those of a large simplex are neighbours (runs.wgsl).

enable subgroups;

// @import invocation
// @import lane{laneWidth}
// @import block
// @import counted
// @import splat-bindings
// Fixed-point sums, [vertexCapacity + 1, rowLanes].
@group(0) @binding(7) var<storage, read_write> sums: array<array<atomic<i32>, laneWidth>>;

// @import splat-terms

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let index = itemIndex(workgroup, invocation);
  let runCount = counted.runCount;
  let works = index < runCount * rowLanes;
  let lane = index / runCount;
  var vertices: Corners;
  var total: Terms;
  // Which simplex and lane: no invocation may leave before the subgroup has compared them.
  var key = vec2u(0xffffffffu, lane);
  if (works) {
    let run = runOf(runs[index % runCount]);
    key.x = run.simplex;
    addTerms(run, lane, &vertices, &total);
  }
  let together = subgroupAll(all(key == subgroupBroadcastFirst(key)));
  let isFirst = subgroupElect();
  let adds = works && (isFirst || !together);
  // @unroll
  for (var k = 0u; k < cornerCount; k++) {
    let terms = select(total[k], subgroupAdd(total[k]), together);
    if (adds) {
      let sum = &sums[vertices[k] * rowLanes + lane];
      // @unroll
      for (var channel = 0u; channel < laneWidth; channel++) {
        atomicAdd(&(*sum)[channel], laneChannel(terms, channel));
      }
    }
  }
}
