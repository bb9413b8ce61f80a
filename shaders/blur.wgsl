// Blur along one axis of the lattice: each vertex plus half of its two neighbours, those that exist (taps ½ 1 ½).
// Adams, Baek, Davis 2010. One invocation a vertex and a block of lanes. Rows go back and forth between two buffers.
//
// The first axis reads splat's fixed-point sums and undoes their scale; the second leaves them zero for the next splat.

// @import invocation
// @import lane{laneWidth}

// @import counted

@group(0) @binding(0) var<uniform> counted: Counted;
// [vertexCapacity + 1, d + 1]
@group(0) @binding(1) var<storage, read> neighbours: array<vec2u>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
// Rows as integers: fixed-point sums on the first axis, else the bits of floats; [vertexCapacity + 1, rowLanes].
@group(0) @binding(3) var<storage, read> source: array<IntegerLane>;
@group(0) @binding(4) var<storage, read_write> blurred: array<Lane>;
@group(0) @binding(5) var<storage, read_write> sums: array<IntegerLane>;
@group(0) @binding(6) var<uniform> axis: u32;


fn row(vertex: u32, lane: u32, scale: f32) -> Lane {
  let bits = source[vertex * rowLanes + lane];
  if (firstAxis) { return Lane(bits) * scale; }
  return bitcast<Lane>(bits);
}

// Scales are powers of two: the quotient is exact. Vertex 0 has scale 0 and a row of zeros.
fn inverseScale(vertex: u32) -> f32 {
  if (firstAxis) { return select(0.0, 1.0 / scales[vertex], vertex > 0u); }
  return 1.0;
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) workgroups: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let vertex = itemIndex(workgroup, workgroups, invocation) + 1u;
  if (vertex > counted.vertexCount) { return; }
  let firstLane = workgroup.z * blockLanes;
  let pair = neighbours[vertex * cornerCount + axis];
  let own = inverseScale(vertex);
  let before = inverseScale(pair.x);
  let after = inverseScale(pair.y);
  // @unroll
  for (var i = 0u; i < blockLanes; i++) {
    let lane = firstLane + i;
    blurred[vertex * rowLanes + lane] = row(vertex, lane, own) + 0.5 * (row(pair.x, lane, before) + row(pair.y, lane, after));
    if (secondAxis) { sums[vertex * rowLanes + lane] = IntegerLane(0); }
  }
}
