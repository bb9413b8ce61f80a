// The highest pixel of each basin, the first in raster order where several are. One invocation a pixel.
//
//   find    the pixel
//   mark    its root: 1 + the pixel there, 0 everywhere else, which `ids` numbers

// @import invocation
// @import extent

struct Basin {
  relief: u32,
  nearness: u32,
  // No pixel at first, then the highest.
  pixel: atomic<u32>,
  peak: u32,
}

// [pixelCount]
@group(0) @binding(1) var<storage, read> relief: array<u32>;
// Codes of `basins`, none of a seed; [pixelCount].
@group(0) @binding(2) var<storage, read> codes: array<u32>;
// By root; [pixelCount].
@group(0) @binding(3) var<storage, read_write> basins: array<Basin>;
// [pixelCount]
@group(0) @binding(4) var<storage, read_write> roots: array<u32>;

@compute @workgroup_size(workgroupSize)
fn find(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  if (codes[pixel] == 0u) { return; }
  let basin = codes[pixel] - pixelCount() - 1u;
  if (relief[pixel] == basins[basin].peak) { atomicMin(&basins[basin].pixel, pixel); }
}

@compute @workgroup_size(workgroupSize)
fn mark(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  var root = 0u;
  if (codes[pixel] > 0u) {
    let basin = codes[pixel] - pixelCount() - 1u;
    if (atomicLoad(&basins[basin].pixel) == pixel) { root = pixel + 1u; }
  }
  roots[pixel] = root;
}
