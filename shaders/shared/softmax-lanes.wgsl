// Softmax of a whole row held in registers. A channel that is no label has a logit far below all others (energies.wgsl) and so becomes 0;
// where `implicitLast`, one more label has the logit 0 and is not stored.
fn softmaxOf(logits: Block) -> Block {
  var lanes = logits;
  var highest = lanes[0];
  // @unroll
  for (var lane = 0u; lane < blockLanes; lane++) {
    highest = max(highest, lanes[lane]);
  }
  let top = select(laneMax(highest), max(laneMax(highest), 0.0), implicitLast);
  var total = Lane(0.0);
  // @unroll
  for (var lane = 0u; lane < blockLanes; lane++) {
    lanes[lane] = exp(lanes[lane] - Lane(top));
    total += lanes[lane];
  }
  let sum = laneSum(total) + select(0.0, exp(-top), implicitLast);
  // @unroll
  for (var lane = 0u; lane < blockLanes; lane++) {
    lanes[lane] = lanes[lane] * (1.0 / sum);
  }
  return lanes;
}
