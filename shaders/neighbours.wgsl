// Finds, for each vertex and each of the d + 1 axes, the two vertices next to it. One invocation a vertex.
// The neighbours on axis j are key ± 1 in every coordinate but key_j ∓ d (Adams et al. 2010); one that no pixel made is vertex 0.

// @import invocation
// @import lattice
// @import counters
// @import hash

@group(0) @binding(0) var<uniform> lattice: Lattice;
@group(0) @binding(1) var<storage, read> keys: array<u32>;
@group(0) @binding(2) var<storage, read> simplexOwners: array<u32>;
@group(0) @binding(3) var<storage, read> table: array<u32>;
@group(0) @binding(4) var<storage, read> slotVertices: array<u32>;
@group(0) @binding(5) var<storage, read> vertexOwners: array<u32>;
@group(0) @binding(6) var<storage, read_write> counters: Counters;
// [vertexCapacity + 1, d + 1]
@group(0) @binding(7) var<storage, read_write> neighbours: array<vec2u>;

// @import simplex
// @import vertex-hash

fn find(vertex: Vertex) -> u32 {
  var slot = hashOf(vertex) & lattice.vertexMask;
  loop {
    let owner = table[slot];
    if (owner == 0u) { return 0u; }
    if (sameVertex(ownerVertex(owner - 1u), vertex)) { break; }
    slot = (slot + 1u) & lattice.vertexMask;
  }
  let id = slotVertices[slot];
  return select(0u, id, id <= lattice.vertexCapacity);
}

fn step(vertex: Vertex, axis: u32, direction: i32) -> Vertex {
  var moved: Vertex;
  // @unroll
  for (var j = 0u; j < featureDim; j++) {
    moved.coordinates[j] = vertex.coordinates[j] + direction * select(1, -i32(featureDim), j == axis);
  }
  return moved;
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let vertex = itemIndex(workgroup, invocation) + 1u;
  if (vertex > min(atomicLoad(&counters.vertexCount), lattice.vertexCapacity)) { return; }
  let key = ownerVertex(vertexOwners[vertex]);
  for (var axis = 0u; axis < cornerCount; axis++) {
    // A loop, as compilers that inline would have the search twice.
    for (var side = 0u; side < 2u; side++) {
      neighbours[vertex * cornerCount + axis][side] = find(step(key, axis, 1 - 2 * i32(side)));
    }
  }
}
