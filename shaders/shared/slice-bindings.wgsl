// What every shape of slice reads but rows.

// Weights of a kernel's message; engine/plan/lattice-plan.ts writes them.
struct Slice {
  // Lattice scale alpha, times the Potts weight where there is one; twice that where `filtersExcess`.
  weight: f32,
  // Potts weight: y of `norms` has alpha in it already.
  unitWeight: f32,
}

@group(0) @binding(0) var<uniform> counted: Counted;
@group(0) @binding(1) var<uniform> parameters: Slice;
// (simplex, start << runLengthBits | length - 1); the longest first.
@group(0) @binding(2) var<storage, read> runs: array<vec2u>;
@group(0) @binding(3) var<storage, read> sortedPixels: array<u32>;
@group(0) @binding(4) var<storage, read> simplexVertices: array<array<u32, cornerCount>>;
// Barycentric weights with n in them, in the order of `sortedPixels` (normalization.wgsl); [pixelCount, d + 1].
@group(0) @binding(5) var<storage, read> weights: array<array<f32, cornerCount>>;
