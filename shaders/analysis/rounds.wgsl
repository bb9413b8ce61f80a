// Size of the next round's dispatches: none once a round joined nothing, so that the rounds left cost next to nothing
// and nobody need read anything back. One invocation.
//
//   start   before the first round
//   next    after each

struct Grid {
  x: u32,
  y: u32,
  z: u32,
}

struct Rounds {
  grid: Grid,
}

@group(0) @binding(0) var<uniform> settings: Rounds;
// Whether the round joined anything; one word.
@group(0) @binding(1) var<storage, read_write> progress: array<u32>;
@group(0) @binding(2) var<storage, read_write> grid: Grid;

@compute @workgroup_size(1)
fn start() {
  grid = settings.grid;
  progress[0] = 0u;
}

@compute @workgroup_size(1)
fn next() {
  if (progress[0] == 0u) { grid = Grid(0u, 0u, 0u); }
  progress[0] = 0u;
}
