// Connected components by union-find: each pixel gets the name of the first pixel, in raster order, of its component.
// Neighbours belong together where their values are equal and not zero; or (`ofHoles`) where both are zero, and then what reaches the
// edge of the image belongs to a node of its own beyond it, so that only holes keep a name.
//
// Node 0 is that node, or what belongs to no component; node pixel + 1 is a pixel. A link leads to the same or a lower node:
//
//   start    links to the first pixel of a run of at most `reach` pixels
//   unite    joins with the row above. A link is only ever lowered (atomicMin), and whoever lowers a link that another had lowered joins
//            what that one meant: the higher of the two nodes in hand falls with every turn of the loop, so that it ends by itself,
//            on a spiral too. No invocation waits for another. (Jaiganesh and Burtscher, "A high-performance connected components
//            implementation for GPUs", HPDC 2018, do so with compare-and-swap.)
//   flatten  follows the links to their end
//
// One invocation a pixel.

// @import invocation
// @import extent
// @import neighbourhood

// [pixelCount]
@group(0) @binding(1) var<storage, read> values: array<u32>;
// 0, or 1 + the first pixel of the component; [pixelCount].
@group(0) @binding(2) var<storage, read_write> roots: array<u32>;
// [pixelCount + 1]
@group(0) @binding(3) var<storage, read_write> links: array<atomic<u32>>;

const reach = 16u;

fn counts(pixel: u32) -> bool {
  return (values[pixel] == 0u) == ofHoles;
}

fn sameValue(pixel: u32, other: u32) -> bool {
  if (other == noPixel) { return false; }
  return values[pixel] == values[other];
}

// The end of a node's links. Each link on the way is shortened by one: it never loses a join, as joins are made at ends only.
fn endOf(node: u32) -> u32 {
  var at = node;
  var next = atomicLoad(&links[at]);
  while (next != at) {
    let afterNext = atomicLoad(&links[next]);
    if (afterNext != next) { atomicMin(&links[at], afterNext); }
    at = next;
    next = afterNext;
  }
  return at;
}

fn join(node: u32, other: u32) {
  var a = endOf(node);
  var b = endOf(other);
  while (a != b) {
    let high = max(a, b);
    let low = min(a, b);
    let before = atomicMin(&links[high], low);
    if (before == high) { break; }
    a = endOf(before);
    b = endOf(low);
  }
}

@compute @workgroup_size(workgroupSize)
fn start(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  if (pixel == 0u) { atomicStore(&links[0], 0u); }
  if (!counts(pixel)) {
    atomicStore(&links[pixel + 1u], 0u);
    return;
  }
  var first = pixel;
  let last = pixel - min(pixel % extent.width, reach);
  while (first > last && values[first - 1u] == values[pixel]) { first--; }
  atomicStore(&links[pixel + 1u], first + 1u);
}

@compute @workgroup_size(workgroupSize)
fn unite(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  if (!counts(pixel)) { return; }
  let x = pixel % extent.width;
  let y = pixel / extent.width;
  if (ofHoles && (x == 0u || y == 0u || x + 1u == extent.width || y + 1u == extent.height)) { join(pixel + 1u, 0u); }
  if (y == 0u) { return; }
  let above = pixel - extent.width;
  let west = x > 0u && sameValue(pixel, select(noPixel, pixel - 1u, x > 0u));
  let north = sameValue(pixel, above);
  let northWest = sameValue(pixel, select(noPixel, above - 1u, x > 0u));
  let northEast = sameValue(pixel, select(noPixel, above + 1u, x + 1u < extent.width));
  // What joins by way of another neighbour is left to that one.
  if (north && !(west && northWest)) { join(pixel + 1u, above + 1u); }
  if (connectivity == 8u && !north) {
    if (northWest && !west) { join(pixel + 1u, above); }
    if (northEast) { join(pixel + 1u, above + 2u); }
  }
}

@compute @workgroup_size(workgroupSize)
fn flatten(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) invocation: u32) {
  let pixel = itemIndex(workgroup, invocation);
  if (pixel >= pixelCount()) { return; }
  roots[pixel] = endOf(pixel + 1u);
}
