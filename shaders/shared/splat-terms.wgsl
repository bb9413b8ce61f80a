// What a run of pixels adds to the vertices of its simplex, in a block of lanes: the arithmetic that all shapes of splat share, so that
// their sums have the same bits.
//
// Sums are fixed-point integers, so the result does not depend on the order of invocations or of pixels in a run:
// term = w·q·scale rounded to a whole number (fixed-point.wgsl). Each vertex's scale keeps its terms below 2^23 and its sum below 2^30
// (splat-scales.wgsl).

// @import excess
// @import fixed-point

struct Run {
  simplex: u32,
  // In `sortedPixels`.
  start: u32,
  length: u32,
}

// (simplex, start << runLengthBits | length - 1)
fn runOf(packed: vec2u) -> Run {
  return Run(packed.x, packed.y >> runLengthBits, (packed.y & (maxRunLength - 1u)) + 1u);
}

alias Corners = array<u32, cornerCount>;
alias Terms = array<IntegerLane, cornerCount * blockLanes>;

fn addTerms(run: Run, block: u32, vertices: ptr<function, Corners>, total: ptr<function, Terms>) {
  let corners = &simplexVertices[run.simplex];
  var vertexScales: array<f32, cornerCount>;
  // @unroll
  for (var k = 0u; k < cornerCount; k++) {
    (*vertices)[k] = (*corners)[k];
    vertexScales[k] = scales[(*vertices)[k]];
  }
  for (var i = 0u; i < run.length; i++) {
    let place = run.start + i;
    let pixel = sortedPixels[place];
    let shares = &weights[select(place, pixel, ones && turn.second == 0u)];
    let row = &q[select(pixel * rowBlocks + block, 0u, ones)];
    var lanes = Block();
    // @unroll
    for (var lane = 0u; lane < blockLanes; lane++) {
      if (ones) { lanes[lane] = Lane(1.0); } else { lanes[lane] = filtered((*row)[lane]); }
    }
    // @unroll
    for (var k = 0u; k < cornerCount; k++) {
      let weight = (*shares)[k] * vertexScales[k];
      // @unroll
      for (var lane = 0u; lane < blockLanes; lane++) {
        (*total)[k * blockLanes + lane] += bitcast<IntegerLane>(weight * lanes[lane] + Lane(roundingOffset()));
      }
    }
  }
  let offset = IntegerLane(i32(run.length) * roundingBits());
  // @unroll
  for (var k = 0u; k < cornerCount; k++) {
    // @unroll
    for (var lane = 0u; lane < blockLanes; lane++) {
      (*total)[k * blockLanes + lane] -= offset;
    }
  }
}
