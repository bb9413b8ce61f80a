// What a lattice build counts. The same words in `stages/counters.ts`.
struct Counters {
  simplexCount: atomic<u32>,
  vertexCount: atomic<u32>,
  pixelCursor: atomic<u32>,
  runCount: u32,
  // Runs by length, then where the next run of that length goes.
  runsOfLength: array<atomic<u32>, maxRunLength>,
  runCursor: array<atomic<u32>, maxRunLength>,
}
