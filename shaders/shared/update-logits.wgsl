// The end of a kernel's work on a pixel: its message joins the logits, and after the last kernel they become Q.
//
//   logits = -unary + Σ_kernels message,  Q = softmax(logits)      (Krähenbühl & Koltun 2011, algorithm 1)
//
// Where `implicitLast`, compatibility is Potts and only labelCount - 1 channels are filtered: the message of the last label is
// y - Σ others with y the message of Q = 1 (norms.wgsl). Logits are kept relative to that label's, which softmax allows:
// message_l - message_last = message_l + Σ others - y.
// Where `filtersExcess`, the message is that difference already.
//
// `messageOnly` leaves the message as it is, for the energy.
fn updateLogits(at: u32, message: Block, unit: f32) {
  var lanes = message;
  if (!messageOnly) {
    var relative = 0.0;
    if (implicitLast && !filtersExcess) {
      // @unroll
      for (var lane = 0u; lane < blockLanes; lane++) {
        relative += laneSum(lanes[lane]);
      }
      relative -= unit;
    }
    let energies = &unary[at];
    let before = &logits[at];
    // @unroll
    for (var lane = 0u; lane < blockLanes; lane++) {
      lanes[lane] += Lane(relative);
      if (firstKernel) { lanes[lane] -= (*energies)[lane]; } else { lanes[lane] += (*before)[lane]; }
    }
    if (lastKernel) { lanes = softmaxOf(lanes); }
  }
  let row = &logits[at];
  // @unroll
  for (var lane = 0u; lane < blockLanes; lane++) {
    (*row)[lane] = lanes[lane];
  }
}
