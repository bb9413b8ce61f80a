// Embeds each pixel's features in the permutohedral lattice: its simplex and its barycentric weights.
// Adams, Baek, Davis, "Fast High-Dimensional Filtering Using the Permutohedral Lattice", 2010.
// One invocation a pixel.
//
// elevated_0 = Σ cf_j,  elevated_j = Σ_{k>=j} cf_k - j·cf_{j-1}, with cf_j = f_j·(d+1)·sqrt(2/3)/sqrt((j+1)(j+2)).
// The products come as a table computed on the CPU in float32, so that here are only sums: a fused multiply-add could
// move a feature across a simplex's border and so change which vertices exist.

// @import invocation

struct Problem {
  pixelCount: u32,
  width: u32,
  height: u32,
}

@group(0) @binding(0) var<uniform> problem: Problem;
// (cf, j·cf) by x, then y, then red, green, blue; for `features` kernels cf alone, [featureDim, pixelCount], in x of pairs.
@group(0) @binding(1) var<storage, read> elevations: array<vec2f>;
// Packed RGBA, [pixelCount]; unused by gaussian kernels.
@group(0) @binding(2) var<storage, read> image: array<u32>;
// Barycentric weights, [pixelCount, d + 1], by remainder.
@group(0) @binding(3) var<storage, read_write> weights: array<f32>;
// Packed simplices, [pixelCount, keyWords].
@group(0) @binding(4) var<storage, read_write> keys: array<u32>;

// @import simplex


// Chosen before it is read: one load, where a branch for each kind would have one of each.
fn elevation(feature: u32, pixel: u32, colour: u32) -> vec2f {
  if (fromFeatures) { return elevations[feature * problem.pixelCount + pixel]; }
  var place = pixel % problem.width;
  if (feature == 1u) { place = problem.width + pixel / problem.width; }
  if (feature > 1u) {
    let channel = feature - 2u;
    place = problem.width + problem.height + channel * 256u + ((colour >> (channel * 8u)) & 255u);
  }
  return elevations[place];
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= problem.pixelCount) { return; }

  var colour = 0u;
  if (fromImage) { colour = image[pixel]; }
  var elevated: array<f32, cornerCount>;
  var sum = 0.0;
  // @unroll
  for (var i = 0u; i < featureDim; i++) {
    let part = elevation(featureDim - 1u - i, pixel, colour);
    elevated[featureDim - i] = sum - part.y;
    sum += part.x;
  }
  elevated[0] = sum;

  // The nearest remainder-0 point: round half to even.
  var quotients: array<i32, cornerCount>;
  var residuals: array<f32, cornerCount>;
  var excess = 0;
  // @unroll
  for (var j = 0u; j < cornerCount; j++) {
    let rounded = round(elevated[j] * (1.0 / f32(cornerCount)));
    quotients[j] = i32(rounded);
    excess += i32(rounded);
    residuals[j] = elevated[j] - rounded * f32(cornerCount);
  }

  // Rank of each residual, largest first; on a tie the lower index comes first.
  var ranks: array<i32, cornerCount>;
  // @unroll
  for (var a = 0u; a < cornerCount; a++) {
    // @unroll
    for (var b = 0u; b < cornerCount; b++) {
      if (a < b) {
        let later = residuals[a] < residuals[b];
        ranks[a] += select(0, 1, later);
        ranks[b] += select(1, 0, later);
      }
    }
  }

  // Back onto the plane where the coordinates sum to zero.
  var sorted: array<f32, cornerCount>;
  // @unroll
  for (var j = 0u; j < cornerCount; j++) {
    let raised = ranks[j] + excess;
    let wrap = select(0, 1, raised < 0) - select(0, 1, raised > i32(featureDim));
    ranks[j] = raised + wrap * i32(cornerCount);
    quotients[j] += wrap;
    let offset = (elevated[j] - f32(quotients[j]) * f32(cornerCount)) * (1.0 / f32(cornerCount));
    // @unroll
    for (var r = 0u; r < cornerCount; r++) {
      sorted[r] = select(sorted[r], offset, ranks[j] == i32(r));
    }
  }

  // @unroll
  for (var k = 0u; k < cornerCount; k++) {
    let above = select(1.0 - sorted[0], -sorted[(cornerCount - k) % cornerCount], k > 0u);
    weights[pixel * cornerCount + k] = sorted[featureDim - k] + above;
  }

  var simplex: Simplex;
  // @unroll
  for (var j = 0u; j < featureDim; j++) {
    simplex.words[j / 2u] |= (bitcast<u32>(quotients[j]) & 0xffffu) << ((j % 2u) * 16u);
  }
  // @unroll
  for (var j = 0u; j < cornerCount; j++) {
    simplex.words[coordinateWords + j / ranksPerWord] |= u32(ranks[j]) << ((j % ranksPerWord) * rankBits);
  }
  // @unroll
  for (var word = 0u; word < keyWords; word++) {
    keys[pixel * keyWords + word] = simplex.words[word];
  }
}
