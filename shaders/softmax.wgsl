// Q = softmax(logits) for rows that are not finished in slice.wgsl: the start, damping, a tolerance, more labels than registers hold.
// One invocation a pixel.
//
//   whole   rows of one block, held in registers
//
// Longer rows, which may be spread over several buffers (slabs), take two steps:
//
//   reduce  one slab: bring each pixel's running (maximum, sum of exponentials) up to date
//   apply   one slab: Q = exp(logit - maximum)/sum
//
// Q is damped on its way out, and its largest change kept, where somebody `compares`.
// The running sum is rescaled when the maximum moves (Milakov & Gimelshein 2018, algorithm 3).

// @import invocation
// @import lane{laneWidth}
// @import block
// @import energies

struct Softmax {
  pixelCount: u32,
  // Q = (1 - damping)·softmax + damping·Q before.
  damping: f32,
}

@group(0) @binding(0) var<uniform> parameters: Softmax;
// [pixelCount, rowBlocks]: logits, or the energies where `fromUnary`.
@group(0) @binding(1) var<storage, read> logits: array<Block>;
// (maximum, sum), [pixelCount]; not used by `whole`.
@group(0) @binding(2) var<storage, read_write> running: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> q: array<Block>;
// Bits of the largest |ΔQ|: as numbers are not negative, their bits order as they do.
@group(0) @binding(4) var<storage, read_write> largestChange: atomic<u32>;

// @import softmax-lanes

fn logitsOf(block: u32) -> Block {
  let row = &logits[block];
  var lanes: Block;
  // @unroll
  for (var lane = 0u; lane < blockLanes; lane++) {
    let value = (*row)[lane];
    lanes[lane] = select(value, -value, fromUnary);
  }
  return lanes;
}

// What became of one pixel's Q so far.
struct Change {
  largest: Lane,
  // What the stored labels gained, the one that is not stored lost.
  gained: f32,
}

fn store(block: u32, softmaxed: Block, before: Change) -> Change {
  var change = before;
  let row = &q[block];
  // @unroll
  for (var lane = 0u; lane < blockLanes; lane++) {
    var fresh = softmaxed[lane];
    if (compares) {
      let old = (*row)[lane];
      fresh += parameters.damping * (old - fresh);
      change = Change(max(change.largest, abs(fresh - old)), change.gained + laneSum(fresh - old));
    }
    (*row)[lane] = fresh;
  }
  return change;
}

fn keepLargest(change: Change) {
  if (!compares) { return; }
  let largest = max(laneMax(change.largest), select(0.0, abs(change.gained), implicitLast));
  atomicMax(&largestChange, bitcast<u32>(largest));
}

@compute @workgroup_size(workgroupSize)
fn whole(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= parameters.pixelCount) { return; }
  keepLargest(store(pixel, softmaxOf(logitsOf(pixel)), Change(Lane(0.0), 0.0)));
}

@compute @workgroup_size(workgroupSize)
fn reduce(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= parameters.pixelCount) { return; }
  var state = running[pixel];
  if (firstSlab) { state = select(vec2f(-noLabel, 0.0), vec2f(0.0, 1.0), implicitLast); }
  var highest = Lane(state.x);
  for (var block = 0u; block < rowBlocks; block++) {
    let lanes = logitsOf(pixel * rowBlocks + block);
    // @unroll
    for (var lane = 0u; lane < blockLanes; lane++) {
      highest = max(highest, lanes[lane]);
    }
  }
  let top = laneMax(highest);
  var total = Lane(0.0);
  for (var block = 0u; block < rowBlocks; block++) {
    let lanes = logitsOf(pixel * rowBlocks + block);
    // @unroll
    for (var lane = 0u; lane < blockLanes; lane++) {
      total += exp(lanes[lane] - Lane(top));
    }
  }
  running[pixel] = vec2f(top, state.y * exp(state.x - top) + laneSum(total));
}

@compute @workgroup_size(workgroupSize)
fn apply(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= parameters.pixelCount) { return; }
  let state = running[pixel];
  var change = Change(Lane(0.0), 0.0);
  for (var block = 0u; block < rowBlocks; block++) {
    let at = pixel * rowBlocks + block;
    var lanes = logitsOf(at);
    // @unroll
    for (var lane = 0u; lane < blockLanes; lane++) {
      lanes[lane] = exp(lanes[lane] - Lane(state.x)) * (1.0 / state.y);
    }
    change = store(at, lanes, change);
  }
  keepLargest(change);
}
