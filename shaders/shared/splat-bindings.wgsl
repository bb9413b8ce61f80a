// @import turn

// What every shape of splat reads.
@group(0) @binding(0) var<uniform> counted: Counted;
// (simplex, start << runLengthBits | length - 1); the longest first.
@group(0) @binding(1) var<storage, read> runs: array<vec2u>;
@group(0) @binding(2) var<storage, read> sortedPixels: array<u32>;
@group(0) @binding(3) var<storage, read> simplexVertices: array<array<u32, cornerCount>>;
// Weights, [pixelCount, d + 1]: with n in them, in the order of `sortedPixels` (normalization.wgsl); for ones in the first turn barycentric, by pixel.
@group(0) @binding(4) var<storage, read> weights: array<array<f32, cornerCount>>;
// Q, [pixelCount, rowBlocks]; not read where `ones`.
@group(0) @binding(5) var<storage, read> q: array<Block>;
@group(0) @binding(6) var<storage, read> scales: array<f32>;
@group(0) @binding(8) var<uniform> turn: Turn;
