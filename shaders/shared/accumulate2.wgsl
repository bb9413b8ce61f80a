// Adds the two components of a lane to the fixed-point sums at `offset`. Integer sums do not depend on order.
fn accumulate(offset: u32, lane: IntegerLane) {
  atomicAdd(&sums[offset], lane.x);
  atomicAdd(&sums[offset + 1u], lane.y);
}
