// Weights of a kernel's message; engine/plan/lattice-plan.ts writes them.
struct Slice {
  // Lattice scale alpha, times the Potts weight where there is one; twice that where `filtersExcess`.
  weight: f32,
  // Potts weight: y of `norms` has alpha in it already.
  unitWeight: f32,
}
