// A gaussian kernel as two truncated convolutions, along x and along y: taps exp(-(i/sigma)²/2) for |i| <= radius.
// One invocation a pixel and a block of lanes.
//
//   rows       along x, into `partial`
//   columns    along y, from `partial`: message, into the logits
//   normalizeRows, normalizeColumns   the same for n, or with `secondPass` for K applied to x, on one channel

// @import invocation
// @import lane{laneWidth}
// @import block

struct Separable {
  pixelCount: u32,
  width: u32,
  height: u32,
  radiusX: u32,
  radiusY: u32,
  sigmaX: f32,
  sigmaY: f32,
  // Potts weight, or 1; twice that where `filtersExcess`.
  weight: f32,
}

@group(0) @binding(0) var<uniform> separable: Separable;
@group(0) @binding(1) var<storage, read_write> norms: array<vec2f>;
// [pixelCount, rowBlocks]
@group(0) @binding(2) var<storage, read> q: array<Block>;
@group(0) @binding(3) var<storage, read_write> partial: array<Block>;
// [pixelCount], one channel.
@group(0) @binding(4) var<storage, read_write> partialNorms: array<f32>;
@group(0) @binding(5) var<storage, read> unary: array<Block>;
@group(0) @binding(6) var<storage, read_write> logits: array<Block>;

// @import norms
// @import excess
// @import softmax-lanes
// @import update-logits

fn tap(offset: u32, centre: u32, sigma: f32) -> f32 {
  let distance = (f32(offset) - f32(centre)) / sigma;
  return exp(-0.5 * distance * distance);
}

fn lowest(centre: u32, radius: u32) -> u32 { return centre - min(centre, radius); }

@compute @workgroup_size(workgroupSize)
fn rows(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= separable.pixelCount) { return; }
  let block = workgroup.z;
  let x = pixel % separable.width;
  let rowStart = pixel - x;
  var lanes = Block();
  for (var other = lowest(x, separable.radiusX); other <= min(x + separable.radiusX, separable.width - 1u); other++) {
    var weight = tap(other, x, separable.sigmaX);
    if (divides) { weight *= norms[rowStart + other].x; }
    let row = &q[(rowStart + other) * rowBlocks + block];
    // @unroll
    for (var lane = 0u; lane < blockLanes; lane++) {
      lanes[lane] += weight * filtered((*row)[lane]);
    }
  }
  let row = &partial[pixel * rowBlocks + block];
  // @unroll
  for (var lane = 0u; lane < blockLanes; lane++) {
    (*row)[lane] = lanes[lane];
  }
}

@compute @workgroup_size(workgroupSize)
fn columns(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= separable.pixelCount) { return; }
  let block = workgroup.z;
  let x = pixel % separable.width;
  let y = pixel / separable.width;
  var lanes = Block();
  for (var other = lowest(y, separable.radiusY); other <= min(y + separable.radiusY, separable.height - 1u); other++) {
    let weight = tap(other, y, separable.sigmaY);
    let row = &partial[(other * separable.width + x) * rowBlocks + block];
    // @unroll
    for (var lane = 0u; lane < blockLanes; lane++) {
      lanes[lane] += weight * (*row)[lane];
    }
  }
  let factor = select(1.0, norms[pixel].x, dividesAfter) * separable.weight;
  // @unroll
  for (var lane = 0u; lane < blockLanes; lane++) {
    lanes[lane] *= factor;
  }
  updateLogits(pixel * rowBlocks + block, lanes, norms[pixel].y * separable.weight);
}

@compute @workgroup_size(workgroupSize)
fn normalizeRows(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= separable.pixelCount) { return; }
  let x = pixel % separable.width;
  let rowStart = pixel - x;
  var sum = 0.0;
  for (var other = lowest(x, separable.radiusX); other <= min(x + separable.radiusX, separable.width - 1u); other++) {
    var weight = tap(other, x, separable.sigmaX);
    if (secondPass) { weight *= norms[rowStart + other].x; }
    sum += weight;
  }
  partialNorms[pixel] = sum;
}

@compute @workgroup_size(workgroupSize)
fn normalizeColumns(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= separable.pixelCount) { return; }
  let x = pixel % separable.width;
  let y = pixel / separable.width;
  var sum = 0.0;
  for (var other = lowest(y, separable.radiusY); other <= min(y + separable.radiusY, separable.height - 1u); other++) {
    sum += tap(other, y, separable.sigmaY) * partialNorms[other * separable.width + x];
  }
  if (secondPass) {
    norms[pixel].y = unitMessage(sum, norms[pixel].x);
  } else {
    norms[pixel] = normsOf(sum);
  }
}
