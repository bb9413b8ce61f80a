// How energies are held, so that sums and differences of them neither overflow nor lose what decides between labels.
//
// Those of an ordinary pixel are as they were given, or, where the last label is not stored, relative to that label's. A pixel that
// has an energy beyond `ordinaryEnergy` has all of them relative to its lowest, none above `largestEnergy`: what is that far above
// the lowest has no part in Q. The last label is taken for no further than `farthestLast` above the lowest, so that the differences
// of the others, which are held relative to it, keep at least ten bits after the point. Such rows are used only where messages stay far
// below that (row-plan.ts).

const ordinaryEnergy = 1e36;
const largestEnergy = 1e37;
const farthestLast = 16384.0;

// In channels that are no label. With a logit of minus this Q is 0.
const noLabel = 1e38;

// From halves, which overflow nowhere.
fn aboveLowest(half: f32, lowestHalf: f32) -> f32 {
  return 2.0 * min(half - lowestHalf, 0.5 * largestEnergy);
}
