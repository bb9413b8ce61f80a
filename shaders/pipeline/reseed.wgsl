// Refined marginals become prompts: a second round then learns from what the first one found. One invocation a value of the prompts.
//
//   prompt(l, p) = seed(l, p)                                     where a seed of p is 1: what was marked stays marked
//                  mean of Q(l, ·) over the pixels in cell p      elsewhere
//
// A pixel is in the cell that its centre is in. Where cells are smaller than pixels, one without a centre takes the pixel that it lies in.

// @import invocation

struct Reseed {
  // Of the prompts, in cells.
  width: u32,
  height: u32,
  // Of the marginals, in pixels.
  workingWidth: u32,
  workingHeight: u32,
  labelCount: u32,
}

@group(0) @binding(0) var<uniform> reseed: Reseed;
// 0..1, [label, y, x], in cells.
@group(0) @binding(1) var<storage, read> seeds: array<f32>;
// Q, [label, y, x], in pixels.
@group(0) @binding(2) var<storage, read> marginals: array<f32>;
// 0..1, [label, y, x], in cells.
@group(0) @binding(3) var<storage, read_write> prompts: array<f32>;

// First pixel whose centre is at or beyond the left edge of this cell: ceil(cell·pixels/cells - ½), in whole numbers.
fn firstPixel(cell: u32, cells: u32, pixels: u32) -> u32 {
  let twice = 2u * cell * pixels + cells - 1u;
  return min(twice / (2u * cells), pixels);
}

// Pixels first..below.
fn span(cell: u32, cells: u32, pixels: u32) -> vec2u {
  let first = firstPixel(cell, cells, pixels);
  let below = firstPixel(cell + 1u, cells, pixels);
  if (below > first) { return vec2u(first, below); }
  let inside = min((2u * cell + 1u) * pixels / (2u * cells), pixels - 1u);
  return vec2u(inside, inside + 1u);
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let item = itemIndex(workgroup, invocation);
  let cellCount = reseed.width * reseed.height;
  if (item >= cellCount * reseed.labelCount) { return; }
  let cell = item % cellCount;
  for (var label = 0u; label < reseed.labelCount; label++) {
    if (seeds[label * cellCount + cell] >= 1.0) {
      prompts[item] = seeds[item];
      return;
    }
  }
  let columns = span(cell % reseed.width, reseed.width, reseed.workingWidth);
  let lines = span(cell / reseed.width, reseed.height, reseed.workingHeight);
  let plane = item / cellCount * reseed.workingWidth * reseed.workingHeight;
  var sum = 0.0;
  for (var y = lines.x; y < lines.y; y++) {
    for (var x = columns.x; x < columns.y; x++) { sum += marginals[plane + y * reseed.workingWidth + x]; }
  }
  prompts[item] = sum / f32((columns.y - columns.x) * (lines.y - lines.x));
}
