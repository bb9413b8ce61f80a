// Sizes of one kernel's lattice; engine/plan/lattice-plan.ts writes them.
struct Lattice {
  pixelCount: u32,
  // Table sizes less one; tables are powers of two.
  simplexMask: u32,
  vertexMask: u32,
  // Vertices there is room for; id 0 is the vertex that does not exist and whose row is zero.
  vertexCapacity: u32,
}
