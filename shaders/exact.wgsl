// The true Gaussian sum over all pairs of pixels, without a lattice: message_i = Σ_j exp(-|f_i - f_j|²/2)·Q_j
// (Krähenbühl & Koltun 2011, equation 3, with identity covariance after division by sigma; j = i is in the sum).
// One invocation a pixel i and a block of lanes; all invocations read the same j at the same time. A dispatch covers the pixels
// from `firstPixel` on, so that a big sum can be cut into dispatches that end before a watchdog does.
//
//   main       message, into the logits
//   normalize  n, or with `secondPass` K applied to x

// @import invocation
// @import lane{laneWidth}
// @import block

struct Exact {
  pixelCount: u32,
  firstPixel: u32,
  endPixel: u32,
  // Potts weight, or 1; twice that where `filtersExcess`.
  weight: f32,
}

@group(0) @binding(0) var<uniform> exact: Exact;
// [pixelCount, featureDim]
@group(0) @binding(1) var<storage, read> features: array<Point>;
@group(0) @binding(2) var<storage, read_write> norms: array<vec2f>;
// [pixelCount, rowBlocks]
@group(0) @binding(3) var<storage, read> q: array<Block>;
@group(0) @binding(4) var<storage, read> unary: array<Block>;
@group(0) @binding(5) var<storage, read_write> logits: array<Block>;

// Sums of sums: rounding grows with the root of each, not with the number of pixels.
const chunkPixels = 64u;

// @import norms
// @import excess
// @import softmax-lanes
// @import update-logits

alias Point = array<f32, featureDim>;

// Points are reached by pointers: by value, each of a thousand features would be copied for every pair.
fn gaussian(here: ptr<function, Point>, other: u32) -> f32 {
  let there = &features[other];
  var squared = 0.0;
  // @unroll
  for (var j = 0u; j < featureDim; j++) {
    let difference = (*here)[j] - (*there)[j];
    squared += difference * difference;
  }
  return exp(-0.5 * squared);
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = exact.firstPixel + itemIndex(workgroup, invocation);
  if (pixel >= exact.endPixel) { return; }
  let block = workgroup.z;
  var here = features[pixel];
  var lanes = Block();
  for (var chunk = 0u; chunk < exact.pixelCount; chunk += chunkPixels) {
    var part = Block();
    for (var other = chunk; other < min(chunk + chunkPixels, exact.pixelCount); other++) {
      var kernel = gaussian(&here, other);
      if (divides) { kernel *= norms[other].x; }
      let row = &q[other * rowBlocks + block];
      // @unroll
      for (var lane = 0u; lane < blockLanes; lane++) {
        part[lane] += kernel * filtered((*row)[lane]);
      }
    }
    // @unroll
    for (var lane = 0u; lane < blockLanes; lane++) {
      lanes[lane] += part[lane];
    }
  }
  let factor = select(1.0, norms[pixel].x, dividesAfter) * exact.weight;
  // @unroll
  for (var lane = 0u; lane < blockLanes; lane++) {
    lanes[lane] *= factor;
  }
  updateLogits(pixel * rowBlocks + block, lanes, norms[pixel].y * exact.weight);
}

@compute @workgroup_size(workgroupSize)
fn normalize(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = exact.firstPixel + itemIndex(workgroup, invocation);
  if (pixel >= exact.endPixel) { return; }
  var here = features[pixel];
  var sum = 0.0;
  for (var chunk = 0u; chunk < exact.pixelCount; chunk += chunkPixels) {
    var part = 0.0;
    for (var other = chunk; other < min(chunk + chunkPixels, exact.pixelCount); other++) {
      var kernel = gaussian(&here, other);
      if (secondPass) { kernel *= norms[other].x; }
      part += kernel;
    }
    sum += part;
  }
  if (secondPass) {
    norms[pixel].y = unitMessage(sum, norms[pixel].x);
  } else {
    norms[pixel] = normsOf(sum);
  }
}
