// Splat in the shape `tile`: a workgroup first adds its runs up in workgroup memory, vertex by vertex, then adds each vertex to global memory
// once. One invocation a run of pixels in one simplex and a lane; lanes of a run lie beside each other, whole rows in one workgroup.
//
// Sums are whole numbers (splat-terms.wgsl): those of a tile are parts of those of the vertex, and stay below 2^30 as these do.

// @import work-item
// @import lane{laneWidth}
// @import block
// @import counted
// @import splat-bindings
// Fixed-point sums, [vertexCapacity + 1, rowChannels].
@group(0) @binding(7) var<storage, read_write> sums: array<atomic<i32>>;

// @import splat-terms

const rowChannels = rowLanes * laneWidth;

// Hash table of the tile's vertices, 0 where free, with a slot for each corner of each run and more; `tileSlots` is a power of two.
var<workgroup> tileVertices: array<atomic<u32>, tileSlots>;
var<workgroup> tileSums: array<atomic<i32>, tileSlots * rowChannels>;

fn slotOf(vertex: u32) -> u32 {
  // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4).
  var slot = ((vertex * 2654435769u) >> 16u) & (tileSlots - 1u);
  loop {
    let claimed = atomicCompareExchangeWeak(&tileVertices[slot], 0u, vertex);
    if (claimed.exchanged || claimed.old_value == vertex) { break; }
    // A free slot may fail to be taken, and is tried again.
    if (claimed.old_value != 0u) { slot = (slot + 1u) & (tileSlots - 1u); }
  }
  return slot;
}

@compute @workgroup_size(workgroupSize)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let work = workItem(workgroup, invocation);
  if (work.item < counted.runCount) {
    var vertices: Corners;
    var total: Terms;
    addTerms(runOf(runs[work.item]), work.block, &vertices, &total);
    // @unroll
    for (var k = 0u; k < cornerCount; k++) {
      // To the vertex that does not exist nothing is added.
      if (vertices[k] > 0u) {
        let first = slotOf(vertices[k]) * rowChannels + work.block * laneWidth;
        let terms = total[k];
        // @unroll
        for (var channel = 0u; channel < laneWidth; channel++) {
          atomicAdd(&tileSums[first + channel], laneChannel(terms, channel));
        }
      }
    }
  }
  // All of the tile is summed before any of it is added to memory.
  workgroupBarrier();
  for (var i = invocation; i < tileSlots * rowChannels; i += workgroupSize) {
    let vertex = atomicLoad(&tileVertices[i / rowChannels]);
    let sum = atomicLoad(&tileSums[i]);
    if (vertex > 0u && sum != 0) { atomicAdd(&sums[vertex * rowChannels + i % rowChannels], sum); }
  }
}
