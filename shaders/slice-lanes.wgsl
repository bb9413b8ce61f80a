// Slice in the shape `lanes`: as slice.wgsl, with one invocation a run of pixels in one simplex and a lane of the row. Lanes of a row lie beside
// each other, whole rows in one workgroup where what a row needs of all its lanes goes through workgroup memory: the sum of the messages
// where the last label is left out, and softmax after the last kernel. All sums are in the order of slice.wgsl, and so have its bits.

// @import invocation
// @import lane{laneWidth}
// @import counted
// @import slice-bindings
// y: the message of Q = 1, [pixelCount]; read only where `implicitLast` and not `filtersExcess`.
@group(0) @binding(6) var<storage, read> norms: array<vec2f>;
// Blurred rows, [vertexCapacity + 1, rowLanes].
@group(0) @binding(7) var<storage, read> values: array<Lane>;
// Energies, [pixelCount, rowLanes]; read by the first kernel only.
@group(0) @binding(8) var<storage, read> unary: array<Lane>;
// Logits, and Q after the last kernel where `lastKernel`; [pixelCount, rowLanes].
@group(0) @binding(9) var<storage, read_write> logits: array<Lane>;

// By invocation: messages, then exponentials; logits.
var<workgroup> messages: array<Lane, workgroupSize>;
var<workgroup> rowLogits: array<Lane, workgroupSize>;

// Pixels of the longest run of a workgroup: the turns that all its invocations take, as barriers want it.
fn turnsOf(workgroup: vec3u) -> u32 {
  let first = itemIndex(workgroup, 0u) / rowLanes;
  return (runs[min(first, counted.runCount - 1u)].y & (maxRunLength - 1u)) + 1u;
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let index = itemIndex(workgroup, invocation);
  let item = index / rowLanes;
  let lane = index % rowLanes;
  // The first lane of this row among the workgroup's. Not looked at where rows are longer than a workgroup.
  let firstLane = invocation - min(invocation, lane);
  let works = item < counted.runCount;
  let run = runs[select(0u, item, works)];
  let start = run.y >> runLengthBits;
  let length = select(0u, (run.y & (maxRunLength - 1u)) + 1u, works);

  let corners = &simplexVertices[run.x];
  var rows: array<Lane, cornerCount>;
  // @unroll
  for (var k = 0u; k < cornerCount; k++) {
    rows[k] = values[(*corners)[k] * rowLanes + lane];
  }

  let turns = turnsOf(workgroup);
  for (var i = 0u; i < turns; i++) {
    let inRun = i < length;
    let place = start + select(0u, i, inRun);
    let pixel = sortedPixels[place];
    let shares = &weights[place];
    var value = Lane(0.0);
    // @unroll
    for (var k = 0u; k < cornerCount; k++) {
      let weight = (*shares)[k] * parameters.weight;
      value += weight * rows[k];
    }
    if (!messageOnly) {
      var relative = 0.0;
      if (implicitLast) {
        messages[invocation] = value;
        // Messages of a row are there before they are summed.
        workgroupBarrier();
        for (var other = 0u; other < rowLanes; other++) {
          relative += laneSum(messages[firstLane + other]);
        }
        relative -= norms[pixel].y * parameters.unitWeight;
      }
      value += Lane(relative);
      if (firstKernel) { value -= unary[pixel * rowLanes + lane]; } else { value += logits[pixel * rowLanes + lane]; }
      if (lastKernel) {
        rowLogits[invocation] = value;
        // Logits of a row are there before their maximum is taken; and nobody sums messages any more.
        workgroupBarrier();
        var highest = rowLogits[firstLane];
        for (var other = 0u; other < rowLanes; other++) {
          highest = max(highest, rowLogits[firstLane + other]);
        }
        let top = select(laneMax(highest), max(laneMax(highest), 0.0), implicitLast);
        value = exp(value - Lane(top));
        messages[invocation] = value;
        // Exponentials of a row are there before they are summed.
        workgroupBarrier();
        var total = Lane(0.0);
        for (var other = 0u; other < rowLanes; other++) {
          total += messages[firstLane + other];
        }
        let sum = laneSum(total) + select(0.0, exp(-top), implicitLast);
        value = value * (1.0 / sum);
      }
      // What was exchanged is read before the next pixel's takes its place.
      if (implicitLast || lastKernel) { workgroupBarrier(); }
    }
    if (inRun) { logits[pixel * rowLanes + lane] = value; }
  }
}
