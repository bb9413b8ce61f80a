// Blur along one axis of the lattice: each vertex plus half of its two neighbours, those that exist (taps ½ 1 ½).
// Adams, Baek, Davis 2010. One invocation a vertex and a block of lanes. Rows go back and forth between two buffers.
//
// The first axis reads splat's fixed-point sums and undoes their scale; the second leaves them zero for the next splat.

// @import work-item
// @import lane{laneWidth}
// @import block
// @import counted

struct Blur {
  axis: u32,
  // d + 1
  cornerCount: u32,
}

alias IntegerBlock = array<IntegerLane, blockLanes>;

@group(0) @binding(0) var<uniform> counted: Counted;
// [vertexCapacity + 1, d + 1]
@group(0) @binding(1) var<storage, read> neighbours: array<vec2u>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
// Rows as integers: fixed-point sums on the first axis, else the bits of floats; [vertexCapacity + 1, rowBlocks].
@group(0) @binding(3) var<storage, read> source: array<IntegerBlock>;
@group(0) @binding(4) var<storage, read_write> blurred: array<Block>;
@group(0) @binding(5) var<storage, read_write> sums: array<IntegerBlock>;
@group(0) @binding(6) var<uniform> blur: Blur;

fn values(bits: IntegerLane, scale: f32, areSums: bool) -> Lane {
  return select(bitcast<Lane>(bits), Lane(bits) * scale, areSums);
}

// Scales are powers of two: the quotient is exact. Vertex 0 has scale 0 and a row of zeros.
fn inverseScale(vertex: u32, areSums: bool) -> f32 {
  if (!areSums) { return 1.0; }
  return select(0.0, 1.0 / scales[vertex], vertex > 0u);
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let work = workItem(workgroup, invocation);
  let vertex = work.item + 1u;
  if (vertex > counted.vertexCount) { return; }
  let block = work.block;
  let pair = neighbours[vertex * blur.cornerCount + blur.axis];
  let areSums = blur.axis == 0u;
  let own = inverseScale(vertex, areSums);
  let before = inverseScale(pair.x, areSums);
  let after = inverseScale(pair.y, areSums);
  let ownRow = &source[vertex * rowBlocks + block];
  let beforeRow = &source[pair.x * rowBlocks + block];
  let afterRow = &source[pair.y * rowBlocks + block];
  let result = &blurred[vertex * rowBlocks + block];
  // @unroll up to 1
  for (var lane = 0u; lane < blockLanes; lane++) {
    let besides = values((*beforeRow)[lane], before, areSums) + values((*afterRow)[lane], after, areSums);
    (*result)[lane] = values((*ownRow)[lane], own, areSums) + 0.5 * besides;
  }
  if (blur.axis != 1u) { return; }
  let spent = &sums[vertex * rowBlocks + block];
  // @unroll up to 1
  for (var lane = 0u; lane < blockLanes; lane++) {
    (*spent)[lane] = IntegerLane(0);
  }
}
