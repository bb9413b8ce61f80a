// Q = softmax(logits) for rows that are not finished in slice.wgsl: the start, damping, a tolerance, more labels than registers hold.
// One invocation a pixel. Rows may be spread over several buffers (slabs), so there are two steps:
//
//   reduce  one slab: bring each pixel's running (maximum, sum of exponentials) up to date
//   apply   one slab: Q = exp(logit - maximum)/sum, damped; keep the largest change
//
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
// (maximum, sum), [pixelCount].
@group(0) @binding(2) var<storage, read_write> running: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> q: array<Lane>;
// Bits of the largest |ΔQ|: as numbers are not negative, their bits order as they do.
@group(0) @binding(4) var<storage, read_write> largestChange: atomic<u32>;

fn logit(at: u32) -> Lane {
  return select(logits[at], -logits[at], fromUnary);
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
  var change = Lane(0.0);
  var moved = 0.0;
  for (var lane = 0u; lane < rowLanes; lane++) {
    let at = pixel * rowLanes + lane;
    var fresh = exp(logit(at) - Lane(state.x)) * (1.0 / state.y);
    if (compares) {
      let old = q[at];
      fresh += parameters.damping * (old - fresh);
      change = max(change, abs(fresh - old));
      moved += laneSum(fresh - old);
    }
    q[at] = fresh;
  }
  if (compares) {
    // What the stored labels gained, the one that is not stored lost.
    let largest = max(laneMax(change), select(0.0, abs(moved), implicitLast));
    atomicMax(&largestChange, bitcast<u32>(largest));
  }
}
