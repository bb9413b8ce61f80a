// What a lattice build counts; `counterWords` in engine/plan/plan.ts has room for the longest run.
struct Counters {
  simplexCount: atomic<u32>,
  vertexCount: atomic<u32>,
  pixelCursor: atomic<u32>,
  runCount: u32,
  // Runs by length, then where the next run of that length goes.
  runsOfLength: array<atomic<u32>, maxRunLength>,
  runCursor: array<atomic<u32>, maxRunLength>,
}
