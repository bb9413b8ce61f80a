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

struct Softmax {
  pixelCount: u32,
  // Q = (1 - damping)·softmax + damping·Q before.
  damping: f32,
}

@group(0) @binding(0) var<uniform> parameters: Softmax;
// [pixelCount, rowLanes]: logits, or the energies where `fromUnary`.
@group(0) @binding(1) var<storage, read> logits: array<Lane>;
// (maximum, sum), [pixelCount]; not used by `whole`.
@group(0) @binding(2) var<storage, read_write> running: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> q: array<Lane>;
// Bits of the largest |ΔQ|: as numbers are not negative, their bits order as they do.
@group(0) @binding(4) var<storage, read_write> largestChange: atomic<u32>;

// @import softmax-lanes

fn logit(at: u32) -> Lane {
  let value = logits[at];
  return select(value, -value, fromUnary);
}

// What became of one pixel's Q so far.
struct Change {
  largest: Lane,
  // What the stored labels gained, the one that is not stored lost.
  gained: f32,
}

fn store(at: u32, softmaxed: Lane, before: Change) -> Change {
  if (!compares) {
    q[at] = softmaxed;
    return before;
  }
  let old = q[at];
  let fresh = softmaxed + parameters.damping * (old - softmaxed);
  q[at] = fresh;
  return Change(max(before.largest, abs(fresh - old)), before.gained + laneSum(fresh - old));
}

fn keepLargest(change: Change) {
  if (!compares) { return; }
  let largest = max(laneMax(change.largest), select(0.0, abs(change.gained), implicitLast));
  atomicMax(&largestChange, bitcast<u32>(largest));
}

@compute @workgroup_size(workgroupSize)
fn whole(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, workgroups, invocation);
  if (pixel >= parameters.pixelCount) { return; }
  var lanes: array<Lane, blockLanes>;
  // @unroll
  for (var lane = 0u; lane < blockLanes; lane++) {
    lanes[lane] = logit(pixel * blockLanes + lane);
  }
  lanes = softmaxOf(lanes);
  var change = Change(Lane(0.0), 0.0);
  // @unroll
  for (var lane = 0u; lane < blockLanes; lane++) {
    change = store(pixel * blockLanes + lane, lanes[lane], change);
  }
  keepLargest(change);
}

@compute @workgroup_size(workgroupSize)
fn reduce(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, workgroups, invocation);
  if (pixel >= parameters.pixelCount) { return; }
  var state = running[pixel];
  if (firstSlab) { state = select(vec2f(-3.4e38, 0.0), vec2f(0.0, 1.0), implicitLast); }
  var highest = Lane(state.x);
  for (var lane = 0u; lane < rowLanes; lane++) {
    highest = max(highest, logit(pixel * rowLanes + lane));
  }
  let top = laneMax(highest);
  var total = Lane(0.0);
  for (var lane = 0u; lane < rowLanes; lane++) {
    total += exp(logit(pixel * rowLanes + lane) - Lane(top));
  }
  running[pixel] = vec2f(top, state.y * exp(state.x - top) + laneSum(total));
}

@compute @workgroup_size(workgroupSize)
fn apply(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, workgroups, invocation);
  if (pixel >= parameters.pixelCount) { return; }
  let state = running[pixel];
  var change = Change(Lane(0.0), 0.0);
  for (var lane = 0u; lane < rowLanes; lane++) {
    let at = pixel * rowLanes + lane;
    change = store(at, exp(logit(at) - Lane(state.x)) * (1.0 / state.y), change);
  }
  keepLargest(change);
}
