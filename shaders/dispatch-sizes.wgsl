// Turns what was counted into the sizes of indirect dispatches, and keeps the counts where uniforms are read. One invocation.

// @import lattice
// @import counters
// @import counted
// @import grid

struct Size {
  x: u32,
  y: u32,
  z: u32,
}

struct Sizes {
  counted: Counted,
  // Words that one reader wants: vertices there were, whether or not there was room.
  verticesWanted: u32,
  simplexCount: u32,
  simplices: Size,
  // One block (normalization), then as many as a row has.
  runs: Size,
  vertices: Size,
  runBlocks: Size,
  vertexBlocks: Size,
  // One invocation a lane.
  runLanes: Size,
  vertexLanes: Size,
}

@group(0) @binding(0) var<uniform> lattice: Lattice;
@group(0) @binding(1) var<storage, read_write> counters: Counters;
@group(0) @binding(2) var<storage, read_write> sizes: Sizes;

fn sizeOf(items: u32, blocks: u32) -> Size { return folded((items + itemsPerWorkgroup - 1u) / itemsPerWorkgroup, blocks); }

fn lanesSizeOf(items: u32) -> Size { return folded((items * rowLanes + lanesPerWorkgroup - 1u) / lanesPerWorkgroup, 1u); }

fn folded(workgroups: u32, blocks: u32) -> Size {
  if (workgroups <= maxWorkgroups) { return Size(workgroups, 1u, blocks); }
  return Size(gridWidth, (workgroups + gridWidth - 1u) / gridWidth, blocks);
}

@compute @workgroup_size(1)
fn main() {
  let vertices = min(atomicLoad(&counters.vertexCount), lattice.vertexCapacity);
  sizes.counted = Counted(vertices, counters.runCount);
  sizes.verticesWanted = atomicLoad(&counters.vertexCount);
  sizes.simplexCount = atomicLoad(&counters.simplexCount);
  sizes.simplices = sizeOf(atomicLoad(&counters.simplexCount), 1u);
  sizes.runs = sizeOf(counters.runCount, 1u);
  sizes.vertices = sizeOf(vertices, 1u);
  sizes.runBlocks = sizeOf(counters.runCount, blockCount);
  sizes.vertexBlocks = sizeOf(vertices, blockCount);
  sizes.runLanes = lanesSizeOf(counters.runCount);
  sizes.vertexLanes = lanesSizeOf(vertices);
}
