// Features of each pixel for the exact sum: position and colour divided by sigma (Krähenbühl & Koltun 2011, section 3).
// One invocation a pixel. The quotients come as a table computed on the CPU in float32; here they are only looked up.

// @import invocation

struct Problem {
  pixelCount: u32,
  width: u32,
  height: u32,
}

@group(0) @binding(0) var<uniform> problem: Problem;
// By x, then y, then red, green, blue; for `features` kernels the features themselves, [featureDim, pixelCount].
@group(0) @binding(1) var<storage, read> table: array<f32>;
// Packed RGBA, [pixelCount]; read by bilateral kernels only.
@group(0) @binding(2) var<storage, read> image: array<u32>;
// [pixelCount, featureDim]
@group(0) @binding(3) var<storage, read_write> features: array<f32>;

// Where a feature stands in the table.
fn place(feature: u32, pixel: u32, colour: u32) -> u32 {
  if (fromFeatures) { return feature * problem.pixelCount + pixel; }
  if (feature == 0u) { return pixel % problem.width; }
  if (feature == 1u) { return problem.width + pixel / problem.width; }
  let channel = feature - 2u;
  return problem.width + problem.height + channel * 256u + ((colour >> (channel * 8u)) & 255u);
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= problem.pixelCount) { return; }
  var colour = 0u;
  if (fromImage) { colour = image[pixel]; }
  for (var feature = 0u; feature < featureDim; feature++) {
    features[pixel * featureDim + feature] = table[place(feature, pixel, colour)];
  }
}
