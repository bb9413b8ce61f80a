// What the lattice build counted, for the stages that work on runs and vertices. The same words in `stages/dispatch-sizes.ts`.
struct Counted {
  vertexCount: u32,
  runCount: u32,
}
