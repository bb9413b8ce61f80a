// Hash of a vertex, and the vertex that a table entry stands for.
fn hashOf(vertex: Vertex) -> u32 {
  var hash = 0u;
  // @unroll
  for (var j = 0u; j < featureDim; j++) {
    hash = hashMix(hash, bitcast<u32>(vertex.coordinates[j]));
  }
  return hashEnd(hash);
}

fn ownerVertex(owner: u32) -> Vertex {
  return vertexOf(loadSimplex(simplexOwners[owner / cornerCount]), owner % cornerCount);
}
