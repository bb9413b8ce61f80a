// Cuts each simplex's pixels into runs of at most `maxRunLength`, longest first, so that invocations side by side do equal work.
//
//   count    one invocation a simplex: how many runs of each length
//   offsets  one invocation: where the runs of each length begin, and the sizes of the dispatches to come
//   place    one invocation a simplex: write its runs, and where its pixels go
//   scatter  one invocation a pixel: write the pixel there

// @import invocation
// @import lattice
// @import counters

@group(0) @binding(0) var<uniform> lattice: Lattice;
@group(0) @binding(1) var<storage, read_write> counters: Counters;
// Slot and rank of each pixel.
@group(0) @binding(2) var<storage, read> placements: array<vec2u>;
@group(0) @binding(3) var<storage, read> simplexOwners: array<u32>;
@group(0) @binding(4) var<storage, read> population: array<u32>;
@group(0) @binding(5) var<storage, read> slotSimplices: array<u32>;
// Where each simplex's pixels begin in `sortedPixels`; [simplexCount].
@group(0) @binding(6) var<storage, read_write> simplexStarts: array<u32>;
// (simplex, start << runLengthBits | length - 1); [runCount].
@group(0) @binding(7) var<storage, read_write> runs: array<vec2u>;
// Pixels, those of a simplex side by side; [pixelCount].
@group(0) @binding(8) var<storage, read_write> sortedPixels: array<u32>;

fn simplexPopulation(simplex: u32) -> u32 {
  return population[placements[simplexOwners[simplex]].x];
}

@compute @workgroup_size(workgroupSize)
fn count(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let simplex = itemIndex(workgroup, invocation);
  if (simplex >= atomicLoad(&counters.simplexCount)) { return; }
  let pixels = simplexPopulation(simplex);
  let rest = pixels % maxRunLength;
  if (pixels >= maxRunLength) { atomicAdd(&counters.runsOfLength[maxRunLength - 1u], pixels / maxRunLength); }
  if (rest > 0u) { atomicAdd(&counters.runsOfLength[rest - 1u], 1u); }
}

@compute @workgroup_size(1)
fn offsets() {
  var total = 0u;
  for (var i = 0u; i < maxRunLength; i++) {
    let length = maxRunLength - 1u - i;
    atomicStore(&counters.runCursor[length], total);
    total += atomicLoad(&counters.runsOfLength[length]);
  }
  counters.runCount = total;
}

@compute @workgroup_size(workgroupSize)
fn place(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let simplex = itemIndex(workgroup, invocation);
  if (simplex >= atomicLoad(&counters.simplexCount)) { return; }
  let pixels = simplexPopulation(simplex);
  let full = pixels / maxRunLength;
  let rest = pixels % maxRunLength;
  var start = atomicAdd(&counters.pixelCursor, pixels);
  simplexStarts[simplex] = start;
  if (full > 0u) {
    let first = atomicAdd(&counters.runCursor[maxRunLength - 1u], full);
    for (var i = 0u; i < full; i++) {
      runs[first + i] = vec2u(simplex, (start << runLengthBits) | (maxRunLength - 1u));
      start += maxRunLength;
    }
  }
  if (rest > 0u) {
    let at = atomicAdd(&counters.runCursor[rest - 1u], 1u);
    runs[at] = vec2u(simplex, (start << runLengthBits) | (rest - 1u));
  }
}

@compute @workgroup_size(workgroupSize)
fn scatter(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= lattice.pixelCount) { return; }
  let placement = placements[pixel];
  sortedPixels[simplexStarts[slotSimplices[placement.x]] + placement.y] = pixel;
}
