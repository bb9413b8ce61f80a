// Moves Q or energies from rows of one layout to rows of another (row-plan.ts): other parameters may ask for that. One invocation a pixel.
//
//   lowest  a slab of energies whose last label is stored: that label's energy, and the lowest of all so far
//   base    after all slabs: what the energies will be relative to, where the last label will not be stored
//   main    a slab of either layout: moves the labels that both have
//
// Names with `old` are of the layout that there was, names with `new` of the one that there will be.

// @import invocation
// @import energies

struct Repack {
  pixelCount: u32,
  labelCount: u32,
  // First label of the slabs.
  oldFirst: u32,
  newFirst: u32,
}

@group(0) @binding(0) var<uniform> repack: Repack;
// [pixelCount, oldChannels]
@group(0) @binding(1) var<storage, read> oldRows: array<f32>;
// (energy of the last label, what the stored ones are relative to) of the layout that does not store it; [pixelCount].
// Between `lowest` and `base` the second is the lowest energy.
@group(0) @binding(2) var<storage, read_write> lastUnary: array<vec2f>;
// [pixelCount, newChannels]
@group(0) @binding(3) var<storage, read_write> newRows: array<f32>;

fn oldEnd() -> u32 { return min(repack.oldFirst + oldChannels, oldStored); }

fn oldValue(pixel: u32, label: u32) -> f32 {
  return oldRows[pixel * oldChannels + label - repack.oldFirst];
}

@compute @workgroup_size(workgroupSize)
fn lowest(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= repack.pixelCount) { return; }
  var pair = vec2f(0.0, noLabel);
  if (repack.oldFirst > 0u) { pair = lastUnary[pixel]; }
  for (var label = repack.oldFirst; label < oldEnd(); label++) {
    let energy = oldValue(pixel, label);
    pair.y = min(pair.y, energy);
    if (label == repack.labelCount - 1u) { pair.x = energy; }
  }
  lastUnary[pixel] = pair;
}

@compute @workgroup_size(workgroupSize)
fn base(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= repack.pixelCount) { return; }
  let pair = lastUnary[pixel];
  lastUnary[pixel] = vec2f(pair.x, min(pair.x, pair.y + farthestLast));
}

// What the old layout holds, as it is where every label is stored.
fn moved(pixel: u32, label: u32) -> f32 {
  let isLast = label == repack.labelCount - 1u;
  if (!energies) {
    if (!(oldImplicitLast && isLast)) { return oldValue(pixel, label); }
    var sum = 0.0;
    for (var other = 0u; other < oldStored; other++) { sum += oldValue(pixel, other); }
    return max(1.0 - sum, 0.0);
  }
  if (newImplicitLast) { return oldValue(pixel, label) - lastUnary[pixel].y; }
  if (!oldImplicitLast) { return oldValue(pixel, label); }
  if (isLast) { return lastUnary[pixel].x; }
  return oldValue(pixel, label) + lastUnary[pixel].y;
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= repack.pixelCount) { return; }
  let end = select(oldEnd(), repack.labelCount, oldImplicitLast);
  for (var channel = 0u; channel < newChannels; channel++) {
    let label = repack.newFirst + channel;
    let at = pixel * newChannels + channel;
    if (label >= newStored) {
      newRows[at] = select(0.0, noLabel, energies);
    } else if (label >= repack.oldFirst && label < end) {
      newRows[at] = moved(pixel, label);
    }
  }
}
