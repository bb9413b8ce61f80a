// Gives every pixel the id of its simplex, shared by the pixels in it, and its rank among them.
// One invocation a pixel. Ids and ranks come in the order in which invocations get there: nothing downstream depends on it,
// because sums over pixels are integer sums (see splat.wgsl).
//
// An open-addressing table of pixel + 1: a slot belongs to the first pixel that took it, and its key is that pixel's key,
// written by an earlier dispatch. No invocation waits for another.

// @import invocation
// @import hash

@group(0) @binding(0) var<uniform> lattice: Lattice;
@group(0) @binding(1) var<storage, read> keys: array<u32>;
// Owner of each slot, pixel + 1, or 0; [tableSize].
@group(0) @binding(2) var<storage, read_write> table: array<atomic<u32>>;
// Pixels that fell into each slot; [tableSize].
@group(0) @binding(3) var<storage, read_write> population: array<atomic<u32>>;
// Id of the simplex in each slot; [tableSize].
@group(0) @binding(4) var<storage, read_write> slotSimplices: array<u32>;
// Slot and rank of each pixel; [pixelCount].
@group(0) @binding(5) var<storage, read_write> placements: array<vec2u>;
// Owner pixel of each simplex; [simplexCount].
@group(0) @binding(6) var<storage, read_write> simplexOwners: array<u32>;
@group(0) @binding(7) var<storage, read_write> counters: Counters;

// @import lattice
// @import counters
// @import simplex

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= lattice.pixelCount) { return; }
  let simplex = loadSimplex(pixel);
  var hash = 0u;
  // @unroll
  for (var word = 0u; word < keyWords; word++) {
    hash = hashMix(hash, simplex.words[word]);
  }
  var slot = hashEnd(hash) & lattice.simplexMask;
  loop {
    var owner = atomicLoad(&table[slot]);
    if (owner == 0u) {
      let attempt = atomicCompareExchangeWeak(&table[slot], 0u, pixel + 1u);
      if (attempt.exchanged) {
        let id = atomicAdd(&counters.simplexCount, 1u);
        slotSimplices[slot] = id;
        simplexOwners[id] = pixel;
        break;
      }
      // Another pixel took it, or the exchange failed for no reason: look again.
      owner = attempt.old_value;
      if (owner == 0u) { continue; }
    }
    if (sameSimplex(loadSimplex(owner - 1u), simplex)) { break; }
    slot = (slot + 1u) & lattice.simplexMask;
  }
  placements[pixel] = vec2u(slot, atomicAdd(&population[slot], 1u));
}
