// Turns the slots that vertices.wgsl left into vertex ids, and counts the pixels that splat into each vertex. One invocation a simplex.

// @import invocation
// @import lattice
// @import counters

@group(0) @binding(0) var<uniform> lattice: Lattice;
@group(0) @binding(1) var<storage, read_write> counters: Counters;
@group(0) @binding(2) var<storage, read> simplexOwners: array<u32>;
@group(0) @binding(3) var<storage, read> placements: array<vec2u>;
@group(0) @binding(4) var<storage, read> population: array<u32>;
@group(0) @binding(5) var<storage, read> slotVertices: array<u32>;
@group(0) @binding(6) var<storage, read_write> simplexVertices: array<u32>;
// Pixels that splat into each vertex; [vertexCapacity + 1].
@group(0) @binding(7) var<storage, read_write> splatCounts: array<atomic<u32>>;


@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let simplex = itemIndex(workgroup, invocation);
  if (simplex >= atomicLoad(&counters.simplexCount)) { return; }
  let pixels = population[placements[simplexOwners[simplex]].x];
  // @unroll
  for (var remainder = 0u; remainder < cornerCount; remainder++) {
    let at = simplex * cornerCount + remainder;
    let id = slotVertices[simplexVertices[at]];
    let kept = select(0u, id, id <= lattice.vertexCapacity);
    simplexVertices[at] = kept;
    if (kept > 0u) { atomicAdd(&splatCounts[kept], pixels); }
  }
}
