// Applies a label compatibility other than Potts to rows of channels: out_l = -Σ_m penalty(l, m)·row_m. Filtering is linear, so this may
// be done at any point of it: at the vertices of a lattice, which are fewer than pixels. One invocation a row and a block of lanes.
// Krähenbühl & Koltun 2011, algorithm 1, step 3; the matrix is symmetric (types.ts).

// @import invocation
// @import lane{laneWidth}
// @import counted

// Its vertexCount is the number of rows, from `firstRow` on (a lattice's row 0 is no vertex).
@group(0) @binding(0) var<uniform> counted: Counted;
// [channelCount of the source slab, rowLanes of the target slab]: row m holds penalty(l, m) for all l. Zero where there is no label.
@group(0) @binding(1) var<storage, read> penalties: array<Lane>;
// [rows, rowLanes·laneWidth]
@group(0) @binding(2) var<storage, read> source: array<f32>;
@group(0) @binding(3) var<storage, read_write> transformed: array<Lane>;

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let row = itemIndex(workgroup, invocation) + firstRow;
  if (row >= counted.vertexCount + firstRow) { return; }
  for (var lane = workgroup.z * blockLanes; lane < (workgroup.z + 1u) * blockLanes; lane++) {
    var sum = Lane(0.0);
    for (var channel = 0u; channel < rowLanes * laneWidth; channel++) {
      sum -= penalties[channel * rowLanes + lane] * source[row * rowLanes * laneWidth + channel];
    }
    transformed[row * rowLanes + lane] = sum;
  }
}
