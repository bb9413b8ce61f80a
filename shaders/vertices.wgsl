// Gives every vertex of every simplex an id, shared by the simplices that touch it. One invocation a simplex.
//
// Each finds or takes a slot for each of the simplex's d + 1 vertices;
// vertex-ids.wgsl then turns slots into ids.
//
// The table works as in simplices.wgsl: a slot holds simplex·(d+1) + remainder + 1 of the vertex that took it, and the key is
// computed anew from that simplex. Id 0 is kept for the vertex that does not exist. Ids past the capacity become 0: their
// number is still counted, so that the host can see it and make room.

// @import invocation
// @import lattice
// @import counters
// @import hash

@group(0) @binding(0) var<uniform> lattice: Lattice;
@group(0) @binding(1) var<storage, read> keys: array<u32>;
@group(0) @binding(2) var<storage, read> simplexOwners: array<u32>;
@group(0) @binding(3) var<storage, read_write> table: array<atomic<u32>>;
// Id of the vertex in each slot; [tableSize].
@group(0) @binding(4) var<storage, read_write> slotVertices: array<u32>;
// Ids of each simplex's vertices by remainder, slots until they are resolved; [simplexCount, d + 1].
@group(0) @binding(5) var<storage, read_write> simplexVertices: array<u32>;
// simplex·(d+1) + remainder that made each vertex; [vertexCapacity + 1].
@group(0) @binding(6) var<storage, read_write> vertexOwners: array<u32>;
@group(0) @binding(7) var<storage, read_write> counters: Counters;

// @import simplex
// @import vertex-hash

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let simplex = itemIndex(workgroup, invocation);
  if (simplex >= atomicLoad(&counters.simplexCount)) { return; }
  let key = loadSimplex(simplexOwners[simplex]);
  for (var remainder = 0u; remainder < cornerCount; remainder++) {
    let vertex = vertexOf(key, remainder);
    let corner = simplex * cornerCount + remainder;
    var slot = hashOf(vertex) & lattice.vertexMask;
    loop {
      var owner = atomicLoad(&table[slot]);
      if (owner == 0u) {
        let attempt = atomicCompareExchangeWeak(&table[slot], 0u, corner + 1u);
        if (attempt.exchanged) {
          let id = atomicAdd(&counters.vertexCount, 1u) + 1u;
          slotVertices[slot] = id;
          if (id <= lattice.vertexCapacity) { vertexOwners[id] = corner; }
          break;
        }
        owner = attempt.old_value;
        if (owner == 0u) { continue; }
      }
      if (sameVertex(ownerVertex(owner - 1u), vertex)) { break; }
      slot = (slot + 1u) & lattice.vertexMask;
    }
    simplexVertices[corner] = slot;
  }
}
